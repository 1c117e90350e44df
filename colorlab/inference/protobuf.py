"""Messages of Protocol Buffers, the form of ONNX files, as far as their fields [1]_.

Taught in :doc:`/notebooks/09_ask_a_person`.

References
----------
.. [1] https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

__all__ = [
    "VARINT",
    "Message",
    "field",
    "field_of_parts",
    "fields",
    "number_field",
    "varint",
    "varints",
]

#: The content of a message or of a field.
Message: TypeAlias = bytes | memoryview

VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5  # forms of a field
_FIXED = {_FIXED_64: 8, _FIXED_32: 4}


def _read_varint(data, place):
    if (value := data[place]) < 128:
        return value, place + 1
    value = 0
    for shift in range(0, 64, 7):
        byte = data[place]
        value |= (byte & 127) << shift
        place += 1
        if byte < 128:
            return value, place
    raise ValueError("a number has more than 64 bits")


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


def varints(content: Message) -> list[int]:
    """Decode the whole numbers that follow each other in a field.

    Raises
    ------
    IndexError, ValueError
        If they are cut short, or one has more than 64 bits.

    Examples
    --------
    >>> varints(bytes.fromhex("ac0205"))
    [300, 5]
    """
    values, place = [], 0
    while place < len(content):
        value, place = _read_varint(content, place)
        values.append(value)
    return values


def fields(message: Message) -> Iterator[tuple[int, Message, Message]]:
    """Yield number, content and whole bytes of each field of a message.

    Parameters
    ----------
    message : bytes or memoryview
        Of a memoryview, the fields are views.

    Raises
    ------
    IndexError, KeyError, ValueError
        If the message is damaged.

    Examples
    --------
    >>> [(number, content) for number, content, _ in fields(field(7, b"abc"))]
    [(7, b'abc')]
    """
    place, end = 0, len(message)
    while place < end:
        start = place
        key, place = _read_varint(message, place)
        form = key & 7
        if form == _BYTES:
            length, place = _read_varint(message, place)
        elif form == VARINT:
            length = _read_varint(message, place)[1] - place
        else:
            length = _FIXED[form]
        stop = place + length
        if stop > end:
            raise ValueError("a field is cut short")
        yield key >> 3, message[place:stop], message[start:stop]
        place = stop


def field(number: int, content: Message) -> bytes:
    """Encode a field of bytes, such as a text or a message."""
    return b"".join(field_of_parts(number, [content]))


def field_of_parts(number: int, parts: Sequence[Message]) -> list[Message]:
    """Encode a field whose content is in parts, without copying them.

    Examples
    --------
    >>> b"".join(field_of_parts(7, [b"ab", b"c"])) == field(7, b"abc")
    True
    """
    return [varint(number << 3 | _BYTES), varint(sum(map(len, parts))), *parts]


def number_field(number: int, value: int) -> bytes:
    """Encode a field with a whole number."""
    return varint(number << 3 | VARINT) + varint(value)
