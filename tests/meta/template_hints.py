"""What the type hints of Python say about a value in a template: its attributes, elements, items and calls.

A "type" here is a class, a `typing` construct, or one of the small values below. A union with None counts as
the other type, because a template asks `is none` by itself; `UNTYPED` is what hints do not tell.
"""

import ast
import builtins
import enum
import inspect
import textwrap
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache, cached_property
from typing import Any


class Untyped:
    """A value of which nothing is known."""

    def __repr__(self) -> str:
        return "untyped"


UNTYPED = Untyped()


@dataclass(frozen=True)
class Either:
    """One of several types; never nested, never with None."""

    options: tuple[Any, ...]


@dataclass(frozen=True)
class Returns:
    """Something that can be called and gives `result`."""

    result: Any


@dataclass(eq=False)
class Record:
    """Names with their types: `loop`, `namespace()`, an imported template."""

    names: dict[str, Any] = field(default_factory=dict)


_KNOWN = {  # what the C classes do not say of themselves
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "strip", "lstrip", "rstrip"), str),
    **dict.fromkeys(
        ("replace", "format", "join", "removeprefix", "removesuffix", "isoformat", "strftime"), str
    ),
    **dict.fromkeys(("startswith", "endswith", "isdigit"), bool),
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second", "count", "index", "days"), int),
    **dict.fromkeys(("date", "time", "tzinfo", "total_seconds"), UNTYPED),
    "split": list[str],
    "hex": str,
    "name": str,
}


def union(options: Iterable[Any]) -> Any:
    """The type that is one of `options`; NoneType only when nothing else is left."""
    flat: list[Any] = []
    for option in options:
        for part in option.options if isinstance(option, Either) else (option,):
            if part not in flat:
                flat.append(part)
    if any(isinstance(part, Untyped) for part in flat):
        return UNTYPED
    known = [part for part in flat if part is not types.NoneType]
    if not known:
        return types.NoneType
    return known[0] if len(known) == 1 else Either(tuple(known))


def plain(hint: Any) -> Any:
    """A hint without its wrapping: Annotated, ClassVar, NewType, Literal, aliases and unions are resolved."""
    while True:
        origin = typing.get_origin(hint)
        if origin in (typing.Annotated, typing.ClassVar, typing.Final):
            hint = typing.get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            break
    if origin in (typing.Union, types.UnionType):
        return union(plain(part) for part in typing.get_args(hint))
    if origin is typing.Literal:
        return union(type(part) for part in typing.get_args(hint))
    if hint is None:
        return types.NoneType
    if hint in (Any, object) or isinstance(hint, typing.TypeVar):
        return UNTYPED
    return hint


def class_of(kind: Any) -> type | None:
    """The class behind a type, None where there is none."""
    found = typing.get_origin(kind) or kind
    return found if isinstance(found, type) else None


def element(kind: Any) -> Any:
    """What iterating gives."""
    kind = plain(kind)
    if isinstance(kind, Either):
        return union(element(part) for part in kind.options)
    cls, args = class_of(kind), [plain(part) for part in typing.get_args(kind)]
    if cls is tuple and args:
        return args[0] if args[-1:] == [Ellipsis] else union(args)
    if cls in (str, bytes):
        return str if cls is str else int
    if cls is range:
        return int
    if cls is not None and args and hasattr(cls, "__iter__"):
        return args[0]
    return UNTYPED


def item(kind: Any, key: object) -> Any:
    """What `kind[key]` gives; `key` is the constant, or None when it is computed."""
    kind = plain(kind)
    if isinstance(kind, Either):
        return union(item(part, key) for part in kind.options)
    cls, args = class_of(kind), [plain(part) for part in typing.get_args(kind)]
    if cls is None:
        return UNTYPED
    if issubclass(cls, Mapping):
        return args[1] if len(args) == 2 else UNTYPED
    if cls is tuple and args and args[-1] is not Ellipsis:
        return args[key] if isinstance(key, int) and -len(args) <= key < len(args) else union(args)
    return element(kind)


def called(kind: Any) -> Any:
    """What a call gives."""
    kind = plain(kind)
    if isinstance(kind, Returns):
        return plain(kind.result)
    if isinstance(kind, Either):
        return union(called(part) for part in kind.options)
    if isinstance(kind, type):
        call = inspect.getattr_static(kind, "__call__", None)
        return returned(call) if isinstance(call, types.FunctionType) else UNTYPED
    return UNTYPED


@cache
def hints_of(cls: type) -> dict[str, Any]:
    """The hints of a class and its bases."""
    return typing.get_type_hints(cls)


def returned(function: Callable[..., Any]) -> Any:
    """What the hints of a function promise; a class gives itself."""
    if isinstance(function, type):
        return function
    try:
        return plain(typing.get_type_hints(function).get("return", UNTYPED))
    except (TypeError, NameError):
        return UNTYPED


class Attributes:
    """Looks up attributes and remembers which fields were read, as (class that declares it, name)."""

    def __init__(self) -> None:
        self.reads: set[tuple[type, str]] = set()

    def of(self, kind: Any, name: str) -> Any:
        """The type of `kind.name`; None when there is no such attribute."""
        kind = plain(kind)
        if isinstance(kind, Untyped):
            return UNTYPED
        if isinstance(kind, Returns):  # a call was forgotten
            return None
        if isinstance(kind, Record):
            return kind.names.get(name)
        if isinstance(kind, Either):
            found = [self.of(part, name) for part in kind.options]
            return None if None in found else union(found)
        cls = class_of(kind)
        if cls is None:
            return UNTYPED
        if issubclass(cls, Mapping):
            return _mapping(kind, name)
        return self._member(cls, name, dict(zip(_parameters(cls), typing.get_args(kind), strict=False)))

    def _member(self, cls: type, name: str, bound: dict[Any, Any]) -> Any:
        if issubclass(cls, enum.Enum) and name == "value":
            return union(type(member.value) for member in cls)
        hints = {} if cls.__module__ in (builtins.__name__, "datetime") else hints_of(cls)
        if name in hints:
            self.reads.add((_declares(cls, name), name))
            return plain(_bind(hints[name], bound))
        member = inspect.getattr_static(cls, name, None)
        if member is None and not hasattr(cls, name):
            return None
        return self._computed(cls, name, member, bound)

    def _computed(self, cls: type, name: str, member: Any, bound: dict[Any, Any]) -> Any:
        if isinstance(member, property | cached_property):
            function = member.fget if isinstance(member, property) else member.func
            self._reads_of(cls, function)
            found = plain(_bind(returned(function), bound)) if function else UNTYPED
            return _KNOWN.get(name, UNTYPED) if found is UNTYPED else found
        if isinstance(member, staticmethod | classmethod):
            member = member.__func__
        if isinstance(member, types.FunctionType):
            self._reads_of(cls, member)
            return Returns(_bind(returned(member), bound))
        known = _KNOWN.get(name, UNTYPED)
        return Returns(known) if callable(member) else known

    def _reads_of(self, cls: type, function: Any) -> None:
        """A field that a method reads is read by whoever asks for the method."""
        if not cls.__module__.startswith("app.") and not is_dataclass(cls):
            return
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, TypeError, SyntaxError):
            return
        whole = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "self"
            ):
                if (_declares(cls, node.attr), node.attr) not in self.reads:
                    self.of(cls, node.attr)
            elif (
                isinstance(node, ast.Name)
                and node.id == "self"
                and id(node) not in whole
                and is_dataclass(cls)
            ):
                self.reads.update((_declares(cls, one.name), one.name) for one in fields(cls))


def _mapping(kind: Any, name: str) -> Any:
    args = [plain(part) for part in typing.get_args(kind)]
    if len(args) != 2:
        return UNTYPED
    key, value = args
    methods = {"items": list[tuple[key, value]], "keys": list[key], "values": list[value], "get": value}  # type: ignore[valid-type]
    return Returns(methods[name]) if name in methods else value


def _parameters(cls: type) -> tuple[Any, ...]:
    return tuple(getattr(cls, "__parameters__", ()))


def _bind(hint: Any, bound: dict[Any, Any]) -> Any:
    """A hint with the type variables of a generic class filled in."""
    if hint in bound:
        return bound[hint]
    missing = getattr(hint, "__parameters__", ())
    return hint[tuple(bound.get(one, one) for one in missing)] if missing and bound else hint


def _declares(cls: type, name: str) -> type:
    """The class in whose body a field stands."""
    return next((base for base in cls.__mro__ if name in inspect.get_annotations(base)), cls)


def nested(cls: type) -> set[type]:
    """A dataclass and every dataclass its fields mention, at any depth."""
    found: set[type] = set()
    todo: list[Any] = [cls]
    while todo:
        kind = plain(todo.pop())
        if isinstance(kind, Either):
            todo += kind.options
            continue
        todo += [part for part in typing.get_args(kind) if part is not Ellipsis]
        base = class_of(kind)
        if base is None or base in found or not is_dataclass(base):
            continue
        found.add(base)
        todo += [hints_of(base)[one.name] for one in fields(base)]
    return found
