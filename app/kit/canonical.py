"""One spelling per value, so that digests can be recomputed by anyone."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import rfc8785

_SAFE_INTEGER = 2**53


def plain(value: object) -> object:
    """`value` in JSON's own types: dataclasses and mappings to objects, dates and ids to text.

    Integers beyond 2⁵³ and decimals become text, because RFC 8785 knows no larger numbers.
    Raises `TypeError` for anything that has no obvious spelling.
    """
    match value:
        case None | bool() | str():
            return value.value if isinstance(value, Enum) else value
        case int():
            return value if -_SAFE_INTEGER < value < _SAFE_INTEGER else str(value)
        case float():
            return value
        case Enum():
            return plain(value.value)
        case UUID() | Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return value.hex()
    return _plain_container(value)


def _plain_container(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical spelling")


def canonical_json(value: object) -> bytes:
    """RFC 8785 JSON of `plain(value)`: the same value gives the same bytes everywhere."""
    return rfc8785.dumps(plain(value))  # type: ignore[arg-type]


def digest(value: object) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
