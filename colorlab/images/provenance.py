"""The mark of a coloured photograph: its file says that a network made its colours.

The mark is the property Digital Source Type of the IPTC Photo Metadata Standard, in XMP [1]_. Its
value is ``compositeWithTrainedAlgorithmicMedia``, in IPTC's list "Edited using Generative AI" [2]_:
the luma is the photograph's, the colours were not recorded but made up by a model that learned from
other pictures. The milder ``algorithmicallyEnhanced``, "Algorithmically-altered media", is for
changes such as less noise, which leave the content as it was.

Taught in :doc:`/notebooks/10_your_own_photographs`.

References
----------
.. [1] IPTC Photo Metadata Standard, https://iptc.org/standards/photo-metadata/iptc-standard/
.. [2] IPTC NewsCodes, Digital Source Type, https://cv.iptc.org/newscodes/digitalsourcetype/
"""

import contextlib
import dataclasses
import re

from colorlab.images.photograph import Photograph

__all__ = ["SOURCE_TYPE", "mark", "with_mark"]

#: The value of the mark.
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"

_HOLD_XMP = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")
_JPEG_LIMIT = 65_504  # bytes of XMP in a JPEG file

_NAMESPACE = b"http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_RDF = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + _RDF + b'">'
    b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_ATTRIBUTE = rb"""\s+%b:DigitalSourceType\s*=\s*(?:"[^"]*"|'[^']*')"""
_ELEMENT = rb"<%b:DigitalSourceType\b[^>]*?(?:/>|>.*?</%b:DigitalSourceType\s*>)"
_END = re.compile(rb"</([\w.-]+):RDF\s*>(?!.*</[\w.-]+:RDF\s*>)", re.DOTALL)
_EMPTY = re.compile(rb"<([\w.-]+):RDF(\b[^>]*?)/>", re.DOTALL)
# What is left of an older mark of this module's own.
_OWN = re.compile(
    rb"<([\w.-]+):Description \1:about=(?:\"[^\"]*\"|'[^']*') xmlns:Iptc4xmpExt=\"%b\"/>"
    % _NAMESPACE
)


_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def mark(xmp: bytes | None = None) -> bytes:
    """Add the mark to the XMP data of a photograph.

    Parameters
    ----------
    xmp : bytes, optional
        Those of the original file.

    Returns
    -------
    bytes
        The same data with the mark, in place of another value of the same property; everything
        else stays byte for byte, but for UTF-16, which becomes UTF-8. Data without a place for
        properties, such as damaged ones, are replaced by the mark alone.

    Examples
    --------
    >>> SOURCE_TYPE.encode() in mark()
    True
    >>> mark(mark()) == mark()
    True
    """
    data = _as_utf8(xmp or b"")
    if _END.search(data) is None:
        opened = _EMPTY.sub(rb"<\1:RDF\2></\1:RDF>", data, count=1)
        data = opened if _END.search(opened) else _PACKET
    for prefix in set(re.findall(rb"xmlns:([\w.-]+)\s*=\s*[\"']" + _NAMESPACE + rb"[\"']", data)):
        data = re.sub(_ATTRIBUTE % prefix, b"", data)
        data = re.sub(_ELEMENT % (prefix, prefix), b"", data, flags=re.DOTALL)
    data = _OWN.sub(b"", data)
    end = _END.search(data)
    assert end is not None
    prefix = end[1]
    about = re.search(prefix + rb":about\s*=\s*(\"[^\"]*\"|'[^']*')", data)
    added = (
        b"<%b:Description %b:about=%b " % (prefix, prefix, about[1] if about else b'""')
        + b'xmlns:Iptc4xmpExt="%b" ' % _NAMESPACE
        + b'Iptc4xmpExt:DigitalSourceType="%b"/>' % SOURCE_TYPE.encode()
    )
    return data[: end.start()] + added + data[end.start() :]


def _as_utf8(data):
    for start, encoding in _UTF_16.items():
        if data.startswith(start):
            with contextlib.suppress(UnicodeDecodeError):
                return data.decode(encoding).encode()
    return data


def with_mark(photograph: Photograph, image_format: str) -> tuple[Photograph, list[str]]:
    """Add the mark to the metadata of a photograph that is to be written.

    Parameters
    ----------
    photograph : Photograph
    image_format : str
        Pillow's name of the format, such as ``JPEG``.

    Returns
    -------
    photograph : Photograph
        The same with the mark, if the format can hold it.
    notes : list of str
        What a person should know.
    """
    if image_format not in _HOLD_XMP:
        return photograph, [f"{image_format} cannot hold the mark of a coloured photograph"]
    xmp, notes = mark(photograph.metadata.get("xmp")), []
    if image_format == "JPEG" and len(xmp) > _JPEG_LIMIT:
        xmp, notes = mark(), ["JPEG could not hold: xmp"]
    metadata = {**photograph.metadata, "xmp": xmp}
    return dataclasses.replace(photograph, metadata=metadata), notes
