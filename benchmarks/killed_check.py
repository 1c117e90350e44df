"""What became of the photographs whose workers were killed: file by file, and line by line."""

import collections
import concurrent.futures
import hashlib
import json
import operator

from benchmarks.tiny_archive import name_of, picture
from colorlab.inference.archive import Archive
from colorlab.inference.manifest_check import check_manifest, latest_facts

__all__ = ["check_killed"]


def _latest_lines(out):
    """Read the manifests; return the latest line of each photograph, and how many lines there are.

    A last line may be cut short where its worker was killed and no other one has followed.
    """
    latest: dict = {}
    counts: collections.Counter = collections.Counter()
    for path in out.glob("*.jsonl"):
        for content in path.read_bytes().splitlines(keepends=True):
            if not content.endswith(b"\n"):
                counts["torn"] += 1
                continue
            line = json.loads(content)
            counts["errors" if line["error"] else "results"] += 1
            entry = line["finished"], line["source_sha256"], line["result_sha256"], line["error"]
            before = latest.get(line["source"], ("",))
            latest[line["source"]] = max(before, entry, key=operator.itemgetter(0))
    return latest, counts


def _state(line, result, number, is_damaged):
    """Say what became of a photograph, by its line and its result."""
    if line is None or (result is None and not is_damaged):
        return "not done"
    _, of_source, of_result, error = line
    if is_damaged:
        return "failed" if error and result is None else "wrong"
    expected = [hashlib.sha256(content).hexdigest() for content in (picture(number), result)]
    return "as recorded" if [of_source, of_result] == expected and not error else "wrong"


def check_killed(archive, out, count, damaged, complete):
    """Compare every photograph with the manifests, and see whether the library finds the same."""
    with concurrent.futures.ProcessPoolExecutor(1) as another:
        of_the_library = another.submit(_problems, archive, out)
        facts, problems = _compared(out, count, damaged)
        as_it_should_be = {"other_files_or_bytes_than_recorded", "results_that_are_there_twice"}
        if complete:
            as_it_should_be |= {"not_done", "unfinished_files_left"}
        if any(facts[name] for name in as_it_should_be):
            raise RuntimeError(f"photographs were lost, or are there twice: {facts}")
        if of_the_library.result() != problems:
            raise RuntimeError(f"the library finds other problems than {facts}")
    return facts


def _compared(out, count, damaged):
    latest, lines = _latest_lines(out)
    files = {path.relative_to(out).as_posix() for path in out.rglob("*.png")}
    states, problems, digests = collections.Counter(), {}, set()
    for number in range(count):
        name = name_of(number)
        result = (out / name).read_bytes() if name in files else None
        state = _state(latest.get(name), result, number, number in damaged)
        states[state] += 1
        problems[name] = None if state == "as recorded" else state
        if state == "as recorded":
            digests.add(hashlib.sha256(result).digest())
    facts = {
        "results": states["as recorded"],
        "errors_in_the_manifest": states["failed"],
        "not_done": states["not done"],
        "other_files_or_bytes_than_recorded": states["wrong"],
        "results_that_are_there_twice": len(files) - len(digests),
        "lines_whose_result_a_kill_prevented": lines["results"] - states["as recorded"],
        "errors_recorded_again": lines["errors"] - states["failed"],
        "unfinished_files_left": sum(1 for _ in out.rglob(".colorlab-*")) + lines["torn"],
    }
    return facts, problems


def _problems(archive, out):
    manifests = sorted(out.glob("*.jsonl"))
    found: dict = {}
    every = Archive(archive, out, overwrite=True)
    for each in check_manifest(out, manifests, latest_facts(manifests), every):
        if each.result in found:
            raise RuntimeError(f"{each.result} is there twice")
        # A worker may be killed between the line and the result.
        found[each.result] = "not done" if each.problem == "missing" else each.problem
    return found
