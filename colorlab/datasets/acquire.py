"""From nothing to a checked data set: fetch or take over, unpack, verify, put into place.

Taught in :doc:`/notebooks/01_data`.
"""

import contextlib
import shutil

from rich.filesize import decimal

from colorlab.datasets import archive, download, receipts, store, unpack
from colorlab.datasets.disk import free_bytes, write_whole, writing
from colorlab.errors import InputError

__all__ = ["get"]


# A server may send so much more than is expected before it is not believed.
_SPARE_BYTES = 10_000_000


def get(
    data_set,
    to=None,
    source=None,
    limit=None,
    accept_terms=False,
    say=None,
    progress=None,
    patience=None,
):
    """Bring a data set onto the disk, or make one whole that is there in part.

    Pictures that are there and right stay. The others are unpacked beside them, verified, and
    moved into place only when all of that is done. After an interruption, call it again: it goes
    on where it was. Two calls at the same time wait for each other.

    Parameters
    ----------
    data_set : DataSet
        From :func:`colorlab.datasets.catalog.find`.
    to : path-like, optional
        Folder for all data; see :func:`colorlab.datasets.receipts.data_folder`.
    source : path-like, optional
        A zip archive or a folder that you have already. Without it the archive is fetched.
    limit : int, optional
        Take so many pictures, always the same ones; 0 for all. Without it, the set's usual number.
        A set never gets smaller by it.
    accept_terms : bool
        That you have read the terms and accept them, for a set with an agreement.
    say : callable, optional
        Told, in one line each, what is going to happen.
    progress : callable, optional
        Is given a word for what is done, how much is done, and of how much (or None).
    patience : colorlab.datasets.download.Patience, optional

    Returns
    -------
    colorlab.datasets.store.Report
        What is there now. Only a source of your own can leave pictures missing; what is fetched
        is whole or refused.

    Raises
    ------
    InputError
        If the terms are not accepted, no address works, the source is not what it should be, the
        folder holds something else, or the disk is full or refuses.
    """
    say = say or (lambda line: None)
    progress = progress or (lambda word, done, total: None)
    if data_set.must_accept and not accept_terms:
        raise InputError(
            f"{data_set.name}: has an agreement that must be accepted first, see {data_set.home}; "
            "if you accept it, add --accept-terms (in Python accept_terms=True)"
        )
    if limit is not None and limit < 0:
        raise InputError(f"--limit must be 0 (all) or more, got {limit}")
    folder = receipts.data_folder(to)
    if source is not None:
        source = archive.require_source(data_set, receipts.expand(source))
    with receipts.hold(data_set, folder, say):
        receipts.finish(data_set, folder)
        receipt = receipts.read_receipt(data_set, folder)
        if receipt is None:
            _refuse_foreign(data_set, folder)
        count = _count(data_set, limit, receipt)
        before = _verify(data_set, folder, receipt, count, progress)
        staging = receipts.unfinished(data_set, folder)
        with writing(staging):
            shutil.rmtree(staging / "pictures", ignore_errors=True)
            if before.whole and receipt and receipt.count == count:
                shutil.rmtree(staging, ignore_errors=True)
                return before
            staging.mkdir(exist_ok=True)
        needed = [name for name in before.missing + before.wrong if name in data_set.digests]
        fresh, bad, origin = {}, set(), receipt.source if receipt else ""
        if needed:
            _require_room(data_set, folder, source, len(needed), say)
            path, origin = _find_archive(data_set, staging, source, progress, patience)
            # What was fetched has been compared already.
            outcome = _unpack(data_set, path, sorted(needed), staging, source, progress)
            fresh, bad = outcome.digests, set(outcome.wrong)
        new = receipts.Receipt(count, origin, {**before.digests, **fresh})
        if not new.digests:
            with contextlib.suppress(OSError):
                staging.rmdir()
            raise InputError(
                f"{path}: holds none of the {len(needed):,} pictures of {data_set.name} that are "
                f"wanted, as they were published: {len(needed) - len(bad):,} are missing in it and "
                f"{len(bad):,} wrong"
            )
        _drop_wrong(data_set, folder, before, new)
        write_whole(staging / "receipt.json", new.to_bytes())
        receipts.finish(data_set, folder)
        return _report(data_set, folder, before, new, bad)


def _drop_wrong(data_set, folder, before, new):
    """Delete what is not as published and could not be replaced: no receipt would know of it."""
    for name in before.wrong:
        path = folder / data_set.path_of(name) if name in data_set.digests else None
        if path and name not in new.digests:
            with writing(path):
                path.unlink(missing_ok=True)


def _told(progress, word):
    return lambda done, total: progress(word, done, total)


def _count(data_set, limit, receipt):
    wanted = data_set.usual_count if limit is None else limit
    count = min(wanted or data_set.count, data_set.count)
    return max(count, receipt.count) if receipt else count


def _verify(data_set, folder, receipt, count, progress):
    told = _told(progress, "checked") if receipt else None
    return store.verify(data_set, folder, receipt, count, told)


def _refuse_foreign(data_set, folder):
    """Never mix a set with pictures that came here by another way."""
    for category in data_set.categories:
        place = folder / data_set.folder_of(category)
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise InputError(
                f"{place}: exists already and was not made by `colorlab data get`; choose another "
                "folder with --to (pictures that you have already: --from)"
            )


def _require_room(data_set, folder, source, pictures, say):
    """Say how much is going to be written, and refuse what cannot fit."""
    fetched = 0 if source else data_set.archive_bytes
    unpacked = data_set.unpacked_bytes * pictures // max(1, data_set.count)
    staging = receipts.unfinished(data_set, folder)
    fetched = max(0, fetched - sum(path.stat().st_size for path in staging.glob("*.part")))
    if (staging / data_set.archive).exists():
        fetched = 0
    free = free_bytes(folder)
    parts = [f"about {decimal(fetched)} to fetch"] if fetched else []
    parts += [f"about {decimal(unpacked)} to unpack ({pictures:,} pictures)"]
    say(f"{data_set.name}: {', '.join(parts)}; {decimal(free)} free in {folder}")
    if fetched + unpacked > free:
        raise InputError(
            f"{folder}: about {decimal(fetched + unpacked)} are needed and {decimal(free)} are "
            "free; make room, or choose another folder with --to"
        )


def _find_archive(data_set, staging, source, progress, patience):
    """Return the path of the archive or folder, and where it comes from."""
    if source is not None:
        return source, source.name
    addresses = data_set.all_addresses()
    path = staging / data_set.archive
    try:
        used = download.fetch(
            addresses,
            path,
            verify=lambda path: unpack.verify_archive(
                data_set, path, _told(progress, "looked at in the archive")
            ),
            begins=archive.ZIP_BEGINS,
            most=2 * data_set.archive_bytes + _SPARE_BYTES,
            progress=_told(progress, "fetched"),
            patience=patience,
        )
    except download.NoAddressWorks as error:
        home = data_set.home or "its makers"
        raise InputError(
            f"{error}. What to do: try again later (it goes on where it was), or fetch "
            f"{data_set.archive} in a browser from {home} and add --from FILE, or name another "
            f"address in {data_set.variable}"
        ) from None
    return path, used


def _unpack(data_set, path, names, staging, source, progress):
    place = staging / "pictures"
    try:
        # What was fetched has been compared already.
        with archive.open_source(data_set, path, verify=source is not None) as opened:
            told = _told(progress, "unpacked")
            return unpack.unpack(data_set, opened, names, place, told)
    except BaseException:
        # A full disk gets its room back; what was fetched stays for the next time.
        shutil.rmtree(place, ignore_errors=True)
        with contextlib.suppress(OSError):
            staging.rmdir()
        raise


def _report(data_set, folder, before, new, bad):
    names = data_set.sample(new.count)
    absent = [name for name in names if name not in new.digests]
    wrong = tuple(name for name in absent if name in bad or name in before.wrong)
    missing = tuple(name for name in absent if name not in wrong)
    return store.Report(data_set.name, folder, len(names), new.digests, missing, wrong)
