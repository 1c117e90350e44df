"""Messages of Protocol Buffers, the form of ONNX files, as far as their fields [1]_.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator

__all__ = ["VARINT", "field", "fields", "number_field", "varint", "varints"]

VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5  # forms of a field
_FIXED = {_FIXED_64: 8, _FIXED_32: 4}


def _read_varint(data, place):
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def varint(value: int) -> bytes:
    """Encode a whole number from 0.

    Examples
    --------
    >>> varint(300).hex()
    'ac02'
    """
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes(parts + bytes([value]))


def varints(content: memoryview) -> list[int]:
    """Decode the whole numbers that follow each other in a field.

    Examples
    --------
    >>> varints(memoryview(bytes.fromhex("ac0205")))
    [300, 5]
    """
    values, place = [], 0
    while place < len(content):
        value, place = _read_varint(content, place)
        values.append(value)
    return values


def fields(message: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Yield number, content and whole bytes of each field of a message.

    Parameters
    ----------
    message : memoryview

    Raises
    ------
    IndexError, KeyError, ValueError
        If the message is damaged.

    Examples
    --------
    >>> [(number, bytes(content)) for number, content, _ in fields(memoryview(field(7, b"abc")))]
    [(7, b'abc')]
    """
    place = 0
    while place < len(message):
        start = place
        key, place = _read_varint(message, place)
        number, form = key >> 3, key & 7
        if form == _BYTES:
            length, place = _read_varint(message, place)
        elif form == VARINT:
            length = _read_varint(message, place)[1] - place
        else:
            length = _FIXED[form]
        if place + length > len(message):
            raise ValueError("a field is cut short")
        yield number, message[place : place + length], message[start : place + length]
        place += length


def field(number: int, content: bytes | memoryview) -> bytes:
    """Encode a field of bytes, such as a text or a message."""
    return varint(number << 3 | _BYTES) + varint(len(content)) + bytes(content)


def number_field(number: int, value: int) -> bytes:
    """Encode a field with a whole number."""
    return varint(number << 3 | VARINT) + varint(value)
