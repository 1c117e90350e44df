"""Pictures out of an archive or a folder: only those that are wanted, each one verified.

Taught in :doc:`/book/data_and_licences`.
"""

import dataclasses
import hashlib
import io
import warnings

from PIL import Image

from colorlab.datasets.archive import open_source
from colorlab.datasets.disk import writing
from colorlab.errors import InputError

__all__ = ["Outcome", "unpack", "verify_archive"]

_JPEG_ENDS = b"\xff\xd9"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came out of an archive.

    Attributes
    ----------
    digests : dict
        SHA-256 of each file that was good, by its name.
    missing, wrong : tuple of str
        Names of files that were not there, and of files with another content than the published.
    """

    digests: dict[str, str]
    missing: tuple[str, ...]
    wrong: tuple[str, ...]


def _digest_if_good(data_set, name, data, sealed):
    """Return the SHA-256 of a file's bytes if they are what the set holds under that name."""
    if data is None:
        return None
    digest = hashlib.sha256(data).hexdigest()
    expected = data_set.digests[name]
    if expected is not None:
        return digest if digest == expected else None
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
                if picture.size != data_set.picture_size:
                    return None
                # In an archive the first lines will do: its checksums cover what follows them.
                if not sealed:
                    picture.load()
                    if not data.rstrip(b"\0").endswith(_JPEG_ENDS):
                        return None
        return digest
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def unpack(data_set, source, names, folder=None, progress=None):
    """Take pictures out of an archive or a folder, each one verified.

    Where the SHA-256 of a file is known, it decides. Else the file must be a JPEG of the set's
    size, and a whole one where no archive's checksum says so.

    Parameters
    ----------
    data_set : DataSet
    source : object
        What :func:`colorlab.datasets.archive.open_source` yields.
    names : sequence of str
        The files that are wanted.
    folder : pathlib.Path, optional
        Where to put them, by category. Without it they are only looked at.
    progress : callable, optional
        Is given the number of files done and of all.

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        If the disk refuses.
    """
    digests, missing, wrong = {}, [], []
    for number, name in enumerate(names, start=1):
        entries = source.entries.get(name, ())
        if not entries:
            missing.append(name)
        for entry in entries:
            data = source.read(entry)
            digest = _digest_if_good(data_set, name, data, source.sealed)
            if digest:
                digests[name] = digest
                if folder:
                    _write(folder / data_set.path_of(name), data)
                break
        else:
            if entries:
                wrong.append(name)
        if progress:
            progress(number, len(names))
    return Outcome(digests, tuple(missing), tuple(wrong))


def _write(path, data):
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def verify_archive(data_set, path, progress=None):
    """Make sure that a file is the set's archive and whole.

    By the archive's checksum where it is published, else by the SHA-256 of every picture in it.

    Parameters
    ----------
    data_set : DataSet
    path : pathlib.Path
    progress : callable, optional
        Is given the number of files done and of all.

    Raises
    ------
    InputError
        If it is something else, or a picture is missing or damaged.
    """
    with open_source(data_set, path) as source:
        if data_set.archive_md5:
            return
        outcome = unpack(data_set, source, sorted(data_set.digests), progress=progress)
    bad = [*outcome.missing, *outcome.wrong]
    if bad:
        raise InputError(
            f"{path}: {len(bad):,} of {data_set.count:,} pictures are missing or damaged in it, "
            f"the first: {min(bad)}"
        )
