"""From nothing to a verified data set: download or take over, unpack, verify, install."""

import contextlib
import os
import pathlib
import shutil
from collections.abc import Callable

from rich.filesize import decimal

from colorlab.datasets.public.archive import RefusedArchive, open_source, unpack
from colorlab.datasets.public.catalog import DataSet
from colorlab.datasets.public.disk import disk_errors, free_bytes, locked
from colorlab.datasets.public.fetch import fetch
from colorlab.datasets.public.manifest import Manifest, Place, install, read_manifest
from colorlab.datasets.public.store import Report, verify
from colorlab.errors import InputError

__all__ = ["get"]


def get(
    data_set: DataSet,
    to: str | os.PathLike | None = None,
    source: str | os.PathLike | None = None,
    limit: int | None = None,
    accept_terms: bool = False,
    notify: Callable[[str], None] | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Report:
    """Bring a data set onto the disk, or complete one that is there in part.

    Pictures that are there and right stay. The others are unpacked beside them, verified, and
    moved into place when all are. After an interruption, call it again: it continues where it
    was. Of two calls at the same time, one waits.

    Parameters
    ----------
    data_set : DataSet
        From :func:`colorlab.datasets.public.find` or :func:`colorlab.datasets.public.pack`.
    to : path-like, optional
        Folder for all data; see :func:`colorlab.datasets.public.data_folder`.
    source : path-like, optional
        A zip archive or a folder that you have already. Without it the archive is downloaded.
    limit : int, optional
        Number of pictures to take, always the same ones; 0 for all. By default the set's usual
        number. A set never gets smaller by it.
    accept_terms : bool
        That you have read the terms and accept them, for a set with an agreement.
    notify : callable, optional
        Called with a line that says what is going to happen.
    progress : callable, optional
        Called with the step (``"checked"``, ``"fetched"`` or ``"unpacked"``), how much is done,
        and of how much (or None).

    Returns
    -------
    Report
        What is there now. Pictures can only be missing if a source of your own lacks them; a
        download is whole or refused.

    Raises
    ------
    InputError
        If the terms are not accepted, no address works, the source is not what it should be, the
        folder holds something else, or the disk is full or refuses.
    """
    notify = notify or (lambda line: None)
    progress = progress or (lambda step, done, total: None)
    if data_set.must_accept and not accept_terms:
        raise InputError(
            f"{data_set.name}: has an agreement that must be accepted first, see {data_set.home}; "
            "if you accept it, say accept_terms=True"
        )
    if limit is not None and limit < 0:
        raise InputError(f"limit must be 0 (all) or more, got {limit}")
    if source is not None:
        source = pathlib.Path(os.path.expanduser(source))
        if not (os.path.isfile(source) or os.path.isdir(source)):
            raise InputError(
                f"{source}: no such file or folder; expected {data_set.archive} or a folder"
            )
    place = Place(data_set, to)
    with locked(place.lock, notify):
        install(place)
        old = read_manifest(place)
        if old is None:
            _refuse_other_pictures(place)
            old = Manifest(0, "", {})
        wanted = data_set.usual_count if limit is None else limit
        count = max(min(wanted or data_set.count, data_set.count), old.count)
        wished = Manifest(count, old.source, old.digests)
        before = verify(place, wished, progress if old.count else None)
        if before.whole:
            shutil.rmtree(place.staging, ignore_errors=True)
            return before
        needed = sorted(before.missing + before.wrong)
        digests, wrong, origin = _take(place, needed, source, notify, progress)
        digests |= before.digests
        install(place, Manifest(count, origin, digests))
    wrong = wrong | {*before.wrong} - digests.keys()
    missing = {*needed} - digests.keys() - wrong
    return Report(
        data_set.name, before.expected, digests, tuple(sorted(missing)), tuple(sorted(wrong))
    )


def _refuse_other_pictures(place):
    """Never mix a set with pictures that came here by another way."""
    for name in place.data_set.folders:
        folder = place.folder / name
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(
                f"{folder}: exists already and was not made by `colorlab data get`; choose another "
                "folder with to=FOLDER (pictures that you have already: source=FOLDER)"
            )


def _take(place, names, source, notify, progress):
    """Copy pictures into the staging folder; return digests, wrong names and the origin."""
    data_set, pictures = place.data_set, place.staging / "pictures"

    def use(path):
        with open_source(data_set, path) as opened:
            digests, wrong = unpack(data_set, opened, names, pictures, progress)
        lacking = len(names) - len(digests)
        if lacking and (source is None or not digests):
            raise RefusedArchive(
                f"{path}: of {len(names):,} pictures of {data_set.name}, "
                f"{lacking - len(wrong):,} are missing in it and {len(wrong):,} are not as "
                f"published; expected files named such as {names[0]}"
            )
        return digests, wrong

    with disk_errors(place.staging):
        shutil.rmtree(pictures, ignore_errors=True)
        place.staging.mkdir(exist_ok=True)
    try:
        _require_room(place, source, len(names), notify)
        if source is None:
            result, origin = fetch(data_set, place.staging / data_set.archive, use, progress)
        else:
            result, origin = use(source), source.name
        return *result, origin
    except BaseException:
        # A full disk gets its room back; what was downloaded stays for the next time.
        shutil.rmtree(pictures, ignore_errors=True)
        with contextlib.suppress(OSError):
            place.staging.rmdir()
        raise


def _require_room(place, source, count, notify):
    """Announce how much is going to be written, and refuse what cannot fit."""
    data_set, fetched = place.data_set, 0
    if source is None:
        here = sum(path.stat().st_size for path in place.staging.glob(f"{data_set.archive}*"))
        fetched = max(0, data_set.archive_bytes - here)
    unpacked = data_set.unpacked_bytes * count // data_set.count
    free = free_bytes(place.folder)
    notify(
        f"{data_set.name}: {f'about {decimal(fetched)} to fetch, ' if fetched else ''}"
        f"about {decimal(unpacked)} to unpack ({count:,} pictures); "
        f"{decimal(free)} free in {place.folder}"
    )
    if fetched + unpacked > free:
        raise InputError(
            f"{place.folder}: about {decimal(fetched + unpacked)} are needed and {decimal(free)} "
            "are free; make room, or choose another folder with to=FOLDER"
        )
