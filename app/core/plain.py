"""A cursor over plain values (what YAML or JSON gives) that gathers every problem with its path.

Readers of library files walk it and never stop at the first fault: a wrong value is noted, a harmless
placeholder is returned, and `finish` refuses the whole document at the end.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from math import isfinite

from app.core.errors import Invalid, Problem

IDENT = re.compile(r"[a-z][a-z0-9_]{0,79}")
DOCUMENT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_QUOTE = "YAML reads unquoted yes, no, on and off as true or false; put it in quotes"


def suggest(word: str, known: Collection[str]) -> str:
    """`did you mean 'x'?` for a near miss, else the first known words; for the end of a message.

    >>> suggest("wieght", ["weight", "text"])
    "did you mean 'weight'?"
    >>> suggest("q", ["weight", "text"])
    'known: weight, text'
    """
    near = get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    listed = list(known)
    return "known: " + ", ".join(listed[:12]) + (f" and {len(listed) - 12} more" if len(listed) > 12 else "")


@dataclass(slots=True)
class Node:
    """One value of a document, its path, whether it was written at all, and the shared list of problems."""

    value: object
    path: str = ""
    given: bool = True
    problems: list[Problem] = field(default_factory=list)

    def fail(self, message: str) -> None:
        """Note a problem at this place."""
        self.problems.append(Problem(self.path, message))

    def finish(self, code: str) -> None:
        """Raise `Invalid` with everything noted so far; nothing noted, nothing happens."""
        if self.problems:
            raise Invalid(code, self.problems)

    def expect_format(self, wanted: str, code: str) -> None:
        """Refuse a document of another format at once: its other faults would only mislead."""
        found = self.value.get("format") if isinstance(self.value, dict) else None
        if isinstance(found, str) and found != wanted:
            message = f"is {found[:80]!r}, but {wanted!r} is read here; check it as what it is"
            raise Invalid(code, [Problem("format", message)])

    def _child(self, value: object, path: str, given: bool = True) -> "Node":
        return Node(value, path, given, self.problems)

    def fields(self, required: str, optional: str = "") -> "dict[str, Node]":
        """The named keys of a mapping, in the order named; an absent key gives a node with `given=False`.

        Unknown keys are refused with the nearest known one, absent required keys are refused by name.
        """
        need, known = required.split(), [*required.split(), *optional.split()]
        source = self.value if isinstance(self.value, dict) else {}
        if self.given and not isinstance(self.value, dict):
            self.fail(f"must be keys with values ({', '.join(known)})")
        unknown = [key for key in source if key not in known]
        for key in unknown[:20]:
            place = self._child(None, self._under(str(key)[:80]))
            place.fail(f"unknown key; {suggest(key, known)}" if isinstance(key, str) else _QUOTE)
        if len(unknown) > 20:
            self.fail(f"has {len(unknown) - 20} more unknown keys")
        nodes = {}
        for key in known:
            value = source.get(key)
            nodes[key] = self._child(value, self._under(key), value is not None)
            if key in need and value is None and isinstance(self.value, dict):
                nodes[key].fail("is missing; add it")
        return nodes

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def items(self, *, at_least: int = 0) -> "list[Node]":
        """The entries of a list; absent gives none."""
        if not self.given:
            return []
        if not isinstance(self.value, list):
            self.fail("must be a list")
            return []
        if len(self.value) < at_least:
            self.fail(f"needs at least {at_least} {'entry' if at_least == 1 else 'entries'}")
        return [self._child(value, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def pairs(self) -> "list[tuple[object, Node]]":
        """Key and value of each entry of a mapping whose keys are free; absent gives none."""
        if not self.given:
            return []
        if not isinstance(self.value, dict):
            self.fail("must be keys with values")
            return []
        return [(key, self._child(value, self._under(str(key)))) for key, value in self.value.items()]

    def text(self, default: str = "", *, longest: int = 2000) -> str:
        """Text with something in it, at most `longest` characters, outer blanks removed."""
        if not self.given:
            return default
        if isinstance(self.value, bool):
            self.fail(f"must be text; {_QUOTE}")
        elif not isinstance(self.value, str):
            self.fail("must be text; put it in quotes")
        elif not self.value.strip():
            self.fail("is empty; write the text or leave the key out")
        elif len(self.value) > longest:
            self.fail(f"is longer than {longest} characters; shorten it")
        else:
            return self.value.strip()
        return default

    def ident(self, default: str = "") -> str:
        """An id: lower-case letter, then letters, digits and underscores, at most 80 characters."""
        return self._matching(IDENT, "must be an id: a-z first, then a-z, 0-9 and _", default)

    def document_id(self) -> str:
        """The id of a whole file: lower-case letters, digits and hyphens."""
        return self._matching(DOCUMENT_ID, "must be an id of a-z, 0-9 and -", "")

    def _matching(self, pattern: re.Pattern[str], message: str, default: str) -> str:
        before = len(self.problems)
        text = self.text(default)
        if self.given and len(self.problems) == before and not pattern.fullmatch(text):
            self.fail(message)
            return default
        return text

    def idents(self, *, at_least: int = 0) -> tuple[str, ...]:
        """A list of ids, each at most once."""
        seen: list[str] = []
        for node in self.items(at_least=at_least):
            name = node.ident()
            if name and name in seen:
                node.fail(f"{name!r} stands twice; remove one")
            elif name:
                seen.append(name)
        return tuple(seen)

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(node.text() for node in self.items())

    def choice(self, options: Collection[str], default: str = "") -> str:
        """One of the given words."""
        before = len(self.problems)
        text = self.text(default)
        if self.given and len(self.problems) == before and text not in options:
            self.fail(f"{text!r} is not known; {suggest(text, options)}")
            return default
        return text

    def flag(self) -> bool:
        """`true` or `false`; absent is false."""
        if not self.given:
            return False
        if not isinstance(self.value, bool):
            self.fail("must be true or false")
            return False
        return self.value

    def number(self, low: float, high: float, default: Decimal = Decimal(0)) -> Decimal:
        """A finite number from `low` to `high`, exactly as written."""
        if not self.given:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail("must be a number")
        elif isinstance(self.value, float) and not isfinite(self.value):
            self.fail("must be a finite number")
        elif not low <= self.value <= high:
            self.fail(f"must be from {low:g} to {high:g}")
        else:
            return Decimal(str(self.value))
        return default

    def integer(self, low: int, high: int, default: int = 0) -> int:
        """A whole number from `low` to `high`."""
        if not self.given:
            return default
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fail("must be a whole number")
        elif not low <= self.value <= high:
            self.fail(f"must be from {low} to {high}")
        else:
            return self.value
        return default

    def unique(self, seen: set[str], name: str, what: str) -> None:
        """Note a problem when `name` was used before; `seen` remembers it."""
        if name and name in seen:
            self.fail(f"the {what} id {name!r} stands twice; rename one")
        seen.add(name)

    def among(self, name: str, known: Collection[str], what: str) -> None:
        """Note a problem when `name` is not one of the known ids of `what`."""
        if name and name not in known:
            self.fail(f"{name!r} is no {what}; {suggest(name, known)}")
