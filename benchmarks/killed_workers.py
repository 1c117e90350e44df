"""An archive whose workers are killed at random: nothing is lost, and nothing is there twice.

``python -m benchmarks.shards killed [SIZE] [FOLDER]``. In a FOLDER that is named, what is there is
kept and gone on with, whatever stopped an earlier call; it is yours to remove. A call that gets
SIGTERM kills its workers and checks what they have made so far.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from benchmarks.killed_check import check_killed
from benchmarks.tiny_archive import WITHOUT_NETWORK, write_archive

__all__ = ["measure_killed"]

_ROOT = pathlib.Path(__file__).parents[1]
_AT_A_TIME = 2  # workers
_IN_A_PART = 40_000
_STRETCH, _KILLED = 1_000, 0.05  # of a worker's stretches of a thousand photographs
_DAMAGED = 1_000  # one photograph of so many cannot be read


def _command(archive, out, index, parts):
    more = ("--shard", f"{index}/{parts}", "--manifest", out / f"{index}.jsonl")
    command = ["colorize", archive, "-o", out, "--model", "small", *more]
    return [sys.executable, "-c", WITHOUT_NETWORK, *map(str, command)]


class _Log:
    """What became of each worker, one line of JSON each; a later call goes on from it."""

    def __init__(self, path):
        self._path, self._turn = path, threading.Lock()
        self.runs: collections.Counter = collections.Counter()
        self.killed = self.interrupted = 0
        self.done: set = set()
        self.processor_seconds = 0.0
        if path.exists():
            for line in path.read_text().splitlines():
                self._count(**json.loads(line))

    def add(self, **facts):
        with self._turn:
            with open(self._path, "a") as stream:
                stream.write(json.dumps(facts) + "\n")
            self._count(**facts)

    def _count(self, part, end, processor_seconds, **more):
        self.runs[part] += 1
        self.killed += end == "killed"
        self.interrupted += end == "interrupted"
        self.done |= {part} if end == "done" else set()
        self.processor_seconds += processor_seconds


def _photographs_until_killed(chance, first):
    """Draw after how many photographs a worker is killed."""
    if first:  # at least one is killed, however few there are
        return chance.randrange(1, 50)
    survived = 0
    while chance.random() >= _KILLED:
        survived += 1
    return survived * _STRETCH + chance.randrange(_STRETCH)


class _Workers:
    """The workers that colour the parts, two at a time."""

    def __init__(self, archive, out, parts, log, seed):
        self._archive, self._out, self._parts = archive, out, parts
        self._log, self._seed, self._stopped = log, seed, threading.Event()
        self._processes: set = set()

    def work(self):
        """Colour all parts that are not done; return whether they are done."""
        waiting = [part for part in range(1, self._parts + 1) if part not in self._log.done]
        with concurrent.futures.ThreadPoolExecutor(_AT_A_TIME) as pool:
            signal.signal(signal.SIGTERM, self._stop)
            try:
                for each in [pool.submit(self._color, part) for part in waiting]:
                    each.result()
            except BaseException:
                self._stop()
                raise
        return not self._stopped.is_set()

    def _stop(self, *signal_and_frame):
        self._stopped.set()
        for process in list(self._processes):
            process.kill()

    def _color(self, part):
        while not self._stopped.is_set() and part not in self._log.done:
            run = self._log.runs[part]
            chance = random.Random(f"{self._seed} {part} {run}")
            self._run(part, _photographs_until_killed(chance, part == 1 and run == 0))

    def _run(self, part, doomed):
        start, lines = time.perf_counter(), 0
        command = _command(self._archive, self._out, part, self._parts)
        complaints = self._out.with_name(f"{part}.errors")
        with open(complaints, "wb") as errors:
            process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=errors)
        self._processes.add(process)
        if self._stopped.is_set():
            process.kill()
        with process.stdout:
            while lines < doomed and process.stdout.readline():
                lines += 1
            if lines == doomed:
                process.kill()
            process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        self._processes.discard(process)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == -signal.SIGKILL:
            end = "killed" if lines == doomed else "interrupted"
        elif process.returncode == 0 or b" could not be coloured\n" in complaints.read_bytes():
            end = "done"  # but for those that are damaged
        else:
            raise RuntimeError(f"part {part} ended with {process.returncode}, see {complaints}")
        self._log.add(
            part=part,
            end=end,
            lines=lines,
            seconds=round(time.perf_counter() - start, 1),
            processor_seconds=round(usage.ru_utime + usage.ru_stime, 1),
        )


def measure_killed(count, folder=None, seed=0):
    """Colour an archive by workers of which some are killed at random, until all are done.

    A worker is killed within each stretch of a thousand photographs with a probability of 5 %. One
    photograph in a thousand is damaged.
    """
    if folder is None:
        with tempfile.TemporaryDirectory() as temporary:
            return measure_killed(count, temporary, seed)
    place = pathlib.Path(folder)
    archive, out = place / "in", place / "out"
    damaged = set(random.Random(seed).sample(range(count), max(1, count // _DAMAGED)))
    write_archive(archive, count, damaged)
    out.mkdir(exist_ok=True)
    log, parts = _Log(place / "runs.jsonl"), max(4, count // _IN_A_PART)
    complete = _Workers(archive, out, parts, log, seed).work()
    facts = check_killed(archive, out, count, damaged, complete)
    return {
        "photographs": count,
        "complete": complete,
        "parts": parts,
        "runs": sum(log.runs.values()),
        "killed": log.killed,
        "interrupted": log.interrupted,
        "processor_seconds": round(log.processor_seconds),
        **facts,
    }
