"""The picture formats that are read and written, and how they are recognised.

Taught in :doc:`/notebooks/10_your_own_photographs`.
"""

import importlib
import os
import pathlib
import re

from colorlab.errors import InputError

__all__ = [
    "FORMATS",
    "HEAD_BYTES",
    "PICTURE_SUFFIXES",
    "WRITTEN_AS",
    "foreign_kind",
    "format_of",
    "is_read",
    "kind_of",
    "load_plugin",
]

_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
    "AVIF": (".avif",),
    "GIF": (".gif",),
    "PPM": (".pbm", ".pgm", ".ppm", ".pnm"),
    "JPEG2000": (".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
    "HEIF": (".heic", ".heif", ".hif"),
    "JXL": (".jxl",),
}
_WRITTEN = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF")

#: Endings of picture files. Files with other endings are ignored in folders.
PICTURE_SUFFIXES = tuple(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes)

#: The formats of coloured photographs, by the endings of their names.
FORMATS = {suffix: name for name in _WRITTEN for suffix in _SUFFIXES[name]}

#: The ending that a coloured photograph gets, for those that are read only. The 256 colours of a
#: GIF would not keep the luma.
WRITTEN_AS = {
    suffix: ".jpg" if name == "HEIF" else ".png"
    for name, suffixes in _SUFFIXES.items()
    for suffix in suffixes
    if name not in _WRITTEN
}

#: How many of a file's first bytes tell what it is.
HEAD_BYTES = 64

# The package that decodes each format, and how to install it.
_PLUGINS = {
    "JPEG": "PIL.JpegImagePlugin",
    "PNG": "PIL.PngImagePlugin",
    "WEBP": "PIL.WebPImagePlugin",
    "TIFF": "PIL.TiffImagePlugin",
    "BMP": "PIL.BmpImagePlugin",
    "AVIF": "PIL.AvifImagePlugin",
    "GIF": "PIL.GifImagePlugin",
    "PPM": "PIL.PpmImagePlugin",
    "JPEG2000": "PIL.Jpeg2KImagePlugin",
    "HEIF": "pillow_heif",
    "JXL": "pillow_jxl",
}
_BEGINNINGS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF....WEBP",
    "TIFF": rb"II[*+]\0|MM\0[*+]|II\0\*|MM\*\0",
    "BMP": rb"BM",
    "AVIF": rb"....ftyp(avif|avis|(mif1|msf1|miaf)....(....)*?avi[fs])",
    "GIF": rb"GIF8[79]a",
    "PPM": rb"P[1-7fF]\s",
    "JPEG2000": rb"\xff\x4f\xff\x51|\0\0\0\x0cjP\x20\x20\r\n\x87\n",
    "HEIF": rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1|miaf)",
    "JXL": rb"\xff\x0a|\0\0\0\x0cJXL\x20\r\n\x87\n",
}
# Kinds of files that look like pictures, or have their endings, but are not read.
_FOREIGN = {
    "PostScript": rb"%!PS|\xc5\xd0\xd3\xc6",
    "a PDF document": rb"%PDF",
    "a Photoshop document": rb"8BPS",
    "a GIMP document": rb"gimp xcf",
    "a drawing (SVG)": rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg",
    "a web page": rb"(?i)\s*(<!doctype html|<html)",
    "an icon": rb"\0\0[\x01\x02]\0|icns",
    "an OpenEXR picture": rb"\x76\x2f\x31\x01",
    "a QOI picture": rb"qoif",
    "a DDS texture": rb"DDS ",
    "a FITS picture": rb"SIMPLE  =",
    "a DjVu document": rb"AT&TFORM",
    "a Windows metafile": rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF",
    "a camera's raw file": rb"(II\*\0....|MM\0\*....)CR|....ftypcrx |FUJIFILMCCD-RAW|IIU\0|IIR[OS]",
    "a film": rb"....ftyp(mp4|isom|qt |M4V)|\x1a\x45\xdf\xa3|RIFF....AVI ",
    "an archive": rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b",
}
_FOREIGN_SUFFIXES = {
    "a camera's raw file": (
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".kdc", ".mef", ".mrw"),
        *(".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw"),
        *(".x3f",),
    ),
    "a picture of a format that is not read": (
        *(".ai", ".cdr", ".dcm", ".dds", ".djvu", ".emf", ".eps", ".exr", ".fits", ".hdr", ".icns"),
        *(".ico", ".jbig", ".jng", ".jxr", ".pcd", ".pcx", ".pdf", ".pfm", ".pict", ".psb", ".psd"),
        *(".qoi", ".sgi", ".svg", ".svgz", ".tga", ".wdp", ".wmf", ".xbm", ".xcf", ".xpm"),
    ),
}


def _compiled(table):
    return {name: re.compile(pattern, re.DOTALL) for name, pattern in table.items()}


_BEGINNINGS, _FOREIGN = _compiled(_BEGINNINGS), _compiled(_FOREIGN)


def kind_of(head):
    """Recognise the format of a picture file by its first bytes.

    Parameters
    ----------
    head : bytes
        The first :data:`HEAD_BYTES` bytes of the file, or more.

    Returns
    -------
    str or None
        Pillow's name of one of the formats that are read, such as ``JPEG``.

    Examples
    --------
    >>> kind_of(b"GIF89a..."), kind_of(b"%!PS-Adobe-3.0 EPSF-3.0")
    ('GIF', None)
    """
    if _FOREIGN["a camera's raw file"].match(head):
        return None
    return next((name for name, start in _BEGINNINGS.items() if start.match(head)), None)


def is_read(kind):
    """Tell whether a format is decoded.

    Parameters
    ----------
    kind : str or None
        Pillow's name of a format.

    Returns
    -------
    bool
    """
    return kind in (None, "MPO", "DIB", *_PLUGINS)


def foreign_kind(head=b"", path=""):
    """Name the kind of a file that looks like a picture but cannot be read.

    Parameters
    ----------
    head : bytes
        The file's first bytes.
    path : path-like
        Its name.

    Returns
    -------
    str or None
        For example ``a Photoshop document``.

    Examples
    --------
    >>> foreign_kind(b"%!PS-Adobe-3.0"), foreign_kind(path="DSC_0042.NEF")
    ('PostScript', "a camera's raw file")
    """
    for name, start in _FOREIGN.items():
        if start.match(head):
            return name
    suffix = pathlib.PurePath(path).suffix.lower()
    return next((name for name, suffixes in _FOREIGN_SUFFIXES.items() if suffix in suffixes), None)


def load_plugin(kind):
    """Import the package that decodes a format.

    Parameters
    ----------
    kind : str
        A format as returned by :func:`kind_of`.

    Raises
    ------
    InputError
        If it is not installed.
    """
    module = _PLUGINS[kind]
    try:
        plugin = importlib.import_module(module)
    except ImportError:
        wanted = "--upgrade pillow" if module.startswith("PIL.") else '"colorlab-book[formats]"'
        raise InputError(
            f"is {kind}, which cannot be decoded here; type: pip install {wanted} "
            "or save it as JPEG first"
        ) from None
    if kind == "HEIF":
        plugin.register_heif_opener()


def format_of(path, otherwise="PNG"):
    """Return the format in which a coloured photograph of this name is written.

    Parameters
    ----------
    path : path-like
    otherwise : str
        The format for names without a known ending.

    Returns
    -------
    str
        Pillow's name of the format, such as ``JPEG``.

    Examples
    --------
    >>> format_of("holiday.JPG"), format_of("holiday")
    ('JPEG', 'PNG')
    """
    otherwise = otherwise if otherwise in _WRITTEN else "PNG"
    return FORMATS.get(pathlib.PurePath(os.fspath(path)).suffix.lower(), otherwise)
