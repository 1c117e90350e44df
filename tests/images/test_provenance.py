"""The mark in XMP, read by an independent XML parser, by Pillow, and as RDF says it must be."""

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image, features

from colorlab.images.photograph import read_photograph
from colorlab.images.provenance import SOURCE_TYPE, mark, with_mark
from colorlab.images.writing import write_photograph

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PROPERTY = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
DC = "{http://purl.org/dc/elements/1.1/}"

HEAD = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF[1:-1]}">'
TAIL = '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
CAPTION = (
    '<rdf:Description rdf:about="uuid:7" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"%s><dc:title><rdf:Alt>'
    '<rdf:li xml:lang="x-default">Großmutter</rdf:li></rdf:Alt></dc:title>%s</rdf:Description>'
)


def properties(xmp):
    """Return all values of the property, as attribute or element, and the subjects that have it."""
    root = ElementTree.fromstring(xmp.decode("utf-8").rstrip("\0"))
    found = []
    for description in root.iter(f"{RDF}Description"):
        about = description.get(f"{RDF}about")
        found += [(about, description.get(PROPERTY))] if PROPERTY in description.attrib else []
        found += [
            (about, each.text or each.get(f"{RDF}resource"))
            for each in description.findall(PROPERTY)
        ]
    return found


@pytest.mark.parametrize("xmp", [None, b"", b"Dear Sir", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"])
def test_a_file_without_properties_gets_the_mark_alone(xmp):
    assert properties(mark(xmp)) == [("", SOURCE_TYPE)]
    assert mark(xmp).startswith(b"<?xpacket begin=") and mark(xmp).endswith(b"?>")


@pytest.mark.parametrize(
    ("attribute", "element"),
    [
        ("", ""),
        (' e:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/print"', ""),
        (" e:DigitalSourceType = 'print'", ""),
        ("", "<e:DigitalSourceType>print</e:DigitalSourceType>"),
        ("", '<e:DigitalSourceType rdf:resource="print"/>'),
    ],
)
def test_other_properties_stay_and_another_value_gives_way(attribute, element):
    plain = (HEAD + CAPTION % ("", "") + TAIL).encode()
    marked = mark((HEAD + CAPTION % (attribute, element) + TAIL).encode())
    assert properties(marked) == [("uuid:7", SOURCE_TYPE)]
    root = ElementTree.fromstring(marked.decode())
    assert root.find(f".//{DC}title/{RDF}Alt/{RDF}li").text == "Großmutter"
    # Everything else byte for byte.
    at = marked.index(b'<rdf:Description rdf:about="uuid:7" xmlns:Iptc4xmpExt')
    end = marked.index(b"/>", at) + 2
    assert marked[:at] + marked[end:] == plain


def test_an_empty_list_of_properties_is_opened_and_a_second_mark_changes_nothing():
    empty = HEAD[:-1] + "/></x:xmpmeta>"
    assert properties(mark(empty.encode())) == [("", SOURCE_TYPE)]
    once = mark((HEAD + CAPTION % ("", "") + TAIL).encode())
    assert mark(once) == once


def test_another_prefix_for_rdf_is_respected():
    text = (HEAD + CAPTION % ("", "") + TAIL).replace("rdf:", "r:").replace(":rdf=", ":r=")
    assert properties(mark(text.encode())) == [("uuid:7", SOURCE_TYPE)]


def photograph(**options):
    stream = io.BytesIO()
    Image.new("L", (24, 16), 120).save(stream, "JPEG", **options)
    return read_photograph(stream.getvalue(), "a.jpg")


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_format_that_holds_xmp_carries_the_mark(image_format):
    if image_format == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    original = photograph(xmp=(HEAD + CAPTION % ("", "") + TAIL).encode(), comment=b"attic")
    marked, notes = with_mark(original, image_format)
    assert notes == []
    stream = io.BytesIO()
    write_photograph(stream, np.full((16, 24, 3), 99, "uint8"), marked, image_format)
    with Image.open(stream) as written:
        xmp = written.info.get("xmp") or written.tag_v2[700]
        assert written.format == image_format
    xmp = xmp.encode() if isinstance(xmp, str) else bytes(xmp)
    assert properties(xmp) == [("uuid:7", SOURCE_TYPE)]
    assert "Großmutter" in xmp.decode("utf-8")
    assert original.metadata["comment"] == marked.metadata["comment"] == b"attic"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_properties_in_utf_16_are_kept(encoding):
    xmp = mark((HEAD + CAPTION % ("", "") + TAIL).encode(encoding))
    assert properties(xmp) == [("uuid:7", SOURCE_TYPE)]
    assert "Großmutter" in xmp.decode("utf-8")


def test_metadata_that_cannot_be_written_do_not_take_the_mark_with_them():
    marked, _ = with_mark(photograph(), "PNG")
    marked.metadata["dpi"] = (float("nan"), 1.0)
    stream = io.BytesIO()
    notes = write_photograph(stream, np.full((16, 24, 3), 99, "uint8"), marked, "PNG")
    assert notes == ["its metadata could not be written"]
    with Image.open(stream) as written:
        assert SOURCE_TYPE in str(written.info["xmp"])


def test_nothing_is_left_of_an_attempt_that_failed(monkeypatch):
    """A writer may fail at the end, behind more bytes than the second attempt needs."""
    original = photograph()
    image, plain = np.full((16, 24, 3), 99, "uint8"), Image.Image.save
    expected = io.BytesIO()
    write_photograph(expected, image, original, "PNG")
    attempts = []

    def save(picture, stream, **options):
        attempts.append(options)
        if len(attempts) == 1:
            stream.write(bytes(100_000))
            raise ValueError
        plain(picture, stream, **options)

    monkeypatch.setattr(Image.Image, "save", save)
    stream = io.BytesIO()
    write_photograph(stream, image, original, "PNG")
    assert len(attempts) == 2
    assert len(stream.getvalue()) <= len(expected.getvalue())
    assert stream.getvalue().endswith(b"IEND\xaeB`\x82")


def test_what_cannot_hold_the_mark_is_said():
    original = photograph()
    same, notes = with_mark(original, "BMP")
    assert same is original and notes == ["BMP cannot hold the mark of a coloured photograph"]
    long = HEAD + CAPTION % ("", "") + "<!--" + 65_400 * "x" + "-->" + TAIL
    original.metadata["xmp"] = long.encode()
    marked, notes = with_mark(original, "JPEG")
    assert properties(marked.metadata["xmp"]) == [("", SOURCE_TYPE)]
    assert notes == ["JPEG could not hold: xmp"]
    assert len(with_mark(original, "PNG")[0].metadata["xmp"]) > 65_400
