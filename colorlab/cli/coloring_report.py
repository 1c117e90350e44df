"""What ``colorlab colorize`` prints."""

import json

from colorlab.cli.shared import Stopped, as_options, console, errors, say, say_left_out
from colorlab.errors import InputError

__all__ = ["ArchiveReport", "Report", "work"]


def work(results, report):
    """Colour, and report each photograph; Ctrl-C is said with how far it got."""
    try:
        for job, facts in results:
            report.add(job, facts)
    except InputError:  # of the storage or the manifest: what came before it is said, too
        report.list_failed()
        raise
    except KeyboardInterrupt:
        report.list_failed()
        all_of_them = f" of {report.count}" if report.count else ""
        raise Stopped(
            f"stopped after {report.done}{all_of_them} pictures; the same command does the rest"
        ) from None


class Report:
    """Print the result of each photograph immediately, and all errors at the end."""

    def __init__(self, planned, model, as_json):
        self._begin(len(planned.jobs), planned.unreadable, planned.passed_over, model, as_json)
        self._kept = len(planned.existing)
        for job in planned.existing if as_json else ():
            self._say_kept(job)

    def _begin(self, count, unreadable, passed_over, model, as_json):
        self.count, self.done, self._all = count, 0, count + len(unreadable)
        self._model, self._as_json = model, as_json
        self._failed, self._kept, self._passed_over = list(unreadable), 0, passed_over

    def say_what_needs_memory(self, jobs, whole):
        """Print which large scans are not coloured strip by strip, or all where whole is true."""
        from colorlab.images.opening import is_decoded_whole

        for job in jobs:
            if is_decoded_whole(job.source, whole):
                say(
                    f"{job.source}: takes several GB of memory; an opaque 8-bit TIFF file without "
                    "--restore and --compare takes less",
                    errors,
                )

    def add(self, job, facts):
        """Print what became of a photograph."""
        if "kept" in facts:
            self._kept += 1
            if self._as_json:
                self._say_kept(job)
            return
        self.done += 1
        to = errors if facts.get("written") == "standard output" else console
        if "error" in facts:
            self._failed.append(facts["error"])
        if self._as_json:
            say(json.dumps({"photograph": job.name, **facts, "model": self._model}), to)
        elif "error" not in facts:
            notes = f"  ({'; '.join(facts['notes'])})" if facts["notes"] else ""
            say(f"{facts['written']}{notes}", to)

    def _say_kept(self, job):
        say(json.dumps({"photograph": job.name, "kept": str(job.target)}))

    def list_failed(self):
        """Print all errors."""
        for line in self._failed:
            say(f"colorlab: {as_options(line)}", errors)

    def end(self):
        """Print what is left to say, and fail if a photograph did."""
        if self._kept and not self._as_json:
            say(f"exist already and were kept: {self._kept}; --overwrite colours them again")
        if self._as_json:
            for path, reason in self._passed_over:
                say(json.dumps({"photograph": str(path), "passed_over": reason}))
        else:
            say_left_out("passed over", self._passed_over)
        if len(self._failed) == 1 == self._all:
            raise InputError(self._failed[0])
        self.list_failed()
        if self._failed:
            raise InputError(f"{len(self._failed)} of {self._all} pictures could not be coloured")


class ArchiveReport(Report):
    """The same, of an archive whose photographs are counted while they are listed."""

    def __init__(self, archive, model, as_json, from_list=False):
        self._begin(0, (), (), model, as_json)
        self._archive, self._from_list = archive, from_list
        if as_json:
            archive.callback = self._say_kept

    def end(self):
        """Print what is left to say, and fail if a photograph did."""
        archive = self._archive
        if not archive.listed and not archive.unreadable:
            if self._from_list:  # such as that of a check which found no problem
                say("the list names no photographs: there is nothing to do", errors)
                return
            raise InputError(f"{archive.folder}: holds no pictures, such as .jpg, .png or .tif")
        self._all = archive.found + len(archive.unreadable)
        self._kept += archive.existing
        self._failed += archive.unreadable
        self._passed_over = archive.passed_over
        super().end()
