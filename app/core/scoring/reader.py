# mypy: disable-error-code="func-returns-value"
# `return reader.problem(…)` notes a problem and returns None in one step.
"""Reads plain values with a path, collecting every problem instead of stopping at the first."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from app.core.errors import Invalid, Problem
from app.core.numbers import LARGEST, is_number

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
MAX_TEXT = 4000
MAX_NOTES_DEPTH = 6
MAX_NOTES = 200
MAX_LIST = 100


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` with the closest known word, or an empty string."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean '{found[0]}'?)" if found else ""


class Reader:
    """Collects problems while values are read; every method returns None when it found one."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.blind = False  # some ids could not be read, so an unknown reference proves nothing

    def problem(self, where: str, message: str) -> None:
        self.problems.append(Problem(where, message))

    def stop_if_any(self, code: str) -> None:
        """Raise `Invalid` with everything found so far, if anything was."""
        if self.problems:
            raise Invalid(code, self.problems)

    def mapping(
        self, value: Any, where: str, *, required: Collection[str] = (), optional: Collection[str] = ()
    ) -> dict[str, Any] | None:
        """A mapping with known keys only; unknown and missing ones are problems, the rest comes back."""
        if not isinstance(value, Mapping):
            return self.problem(where, f"must be a mapping of keys to values, not {kind_of(value)}")
        known = [*required, *optional]
        for key in value:
            if key not in known:
                hint = nearest(str(key), known) or f"; known here: {', '.join(known)}"
                self.problem(join(where, str(key)), f"unknown key{hint}")
        for key in required:
            if key not in value:
                self.problem(join(where, key), "missing; add it")
        return {str(key): item for key, item in value.items()}

    def items(self, value: Any, where: str, *, most: int, least: int = 0) -> Iterator[tuple[str, Any]]:
        """(path, item) of each entry of a list with `least` to `most` entries; nothing when it is not one."""
        if not isinstance(value, list | tuple):
            self.problem(where, f"must be a list, not {kind_of(value)}")
        elif len(value) > most:
            self.problem(where, f"has {len(value)} entries; at most {most} are accepted")
        elif len(value) < least:
            self.problem(where, f"must have at least {least} {'entry' if least == 1 else 'entries'}")
        else:
            yield from ((f"{where}[{i}]", item) for i, item in enumerate(value))

    def number(
        self,
        value: Any,
        where: str,
        *,
        low: float = -LARGEST,
        high: float = LARGEST,
        above: float | None = None,
    ) -> int | float | None:
        """A finite number in [low, high], and over `above` when given."""
        if not is_number(value):
            return self.problem(where, f"must be a finite number, not {kind_of(value)}")
        if above is not None and value <= above:
            return self.problem(where, f"must be greater than {above:g}, not {value:g}")
        if not low <= value <= high:
            return self.problem(where, f"must lie between {low:g} and {high:g}, not {value:g}")
        return value

    def text(self, value: Any, where: str, *, most: int = MAX_TEXT) -> str | None:
        """Non-empty printable text (line breaks and tabs allowed)."""
        if not isinstance(value, str):
            return self.problem(where, f"must be text, not {kind_of(value)}; put it in quotes")
        if not value.strip() or len(value) > most:
            return self.problem(where, f"must have 1 to {most} characters")
        if not all(c.isprintable() or c in "\n\t" for c in value):
            return self.problem(where, "contains control characters; remove them")
        return value

    def identifier(self, value: Any, where: str, seen: set[str]) -> str | None:
        """An id of letters, digits, `_`, `-` and `.`, unique among `seen` (which it joins)."""
        text = self.text(value, where, most=64)
        if text is None:
            return None
        if not ID.match(text):
            return self.problem(where, f"'{text}' must be letters, digits, '_', '-' or '.', up to 64")
        if text in seen:
            return self.problem(where, f"'{text}' stands twice; ids must differ")
        seen.add(text)
        return text

    def choice(self, value: Any, where: str, known: Collection[str]) -> str | None:
        """One of the known words."""
        if isinstance(value, str) and value in known:
            return value
        shown = f"'{value}'" if isinstance(value, str) else kind_of(value)
        return self.problem(where, f"{shown} is not one of {', '.join(known)}{nearest(str(value), known)}")

    def day(self, value: Any, where: str) -> date | None:
        """A date, given as `date` or as text YYYY-MM-DD."""
        if type(value) is date:
            return value
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        return self.problem(where, "must be a date such as 2026-12-01")

    def texts(self, value: Any, where: str, *, most: int = MAX_LIST) -> tuple[str, ...]:
        """A list of texts."""
        read = [self.text(item, path) for path, item in self.items(value, where, most=most)]
        return tuple(text for text in read if text is not None)

    def notes(self, value: Any, where: str, depth: int = MAX_NOTES_DEPTH) -> Any:
        """Documentation as plain values (texts, numbers, booleans, lists, mappings), not too deep."""
        if depth == 0:
            return self.problem(where, "is nested too deeply")
        if isinstance(value, Mapping):
            return {str(k): self.notes(v, join(where, str(k)), depth - 1) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.notes(v, p, depth - 1) for p, v in self.items(value, where, most=MAX_NOTES)]
        if value is None or isinstance(value, bool):
            return value
        return self.text(value, where) if isinstance(value, str) else self.number(value, where)


def join(where: str, key: str) -> str:
    """The path of a key inside `where`."""
    return f"{where}.{key}" if where else key


def kind_of(value: Any) -> str:
    """A value in words, short enough for a message."""
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return "a number of more than 15 digits"
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
