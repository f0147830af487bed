"""YAML from outside to plain values, with limits and with line numbers in every refusal."""

import contextlib
import json
import math
import re
from typing import Any

import yaml

from app.core.errors import Invalid, Problem

MAX_BYTES = 2_000_000
MAX_NODES = 300_000  # 200 candidates on 500 criteria are 201,000
MAX_DEPTH = 40


class _Loader(yaml.CSafeLoader):
    """Reads dates as text and refuses duplicate keys; limits are checked before, on the events."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool) and key is not None:
                raise yaml.MarkedYAMLError(
                    problem="a key must be plain text", problem_mark=key_node.start_mark
                )
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


# A date stays the text that was written: what it means is decided where it is used.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# YAML 1.1 takes 1e-05 for text, but it is a number in JSON, in YAML 1.2 and to whoever wrote it.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+\Z"), list("-+0123456789")
)


def _refuse(problem: str, event: yaml.Event) -> None:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)  # type: ignore[arg-type]


def _check_limits(text: str, most_nodes: int) -> None:
    """Refuse aliases, depth and size on the stream of events, before anything is built.

    An alias bomb is small on disk and endless in memory; no file of ours needs aliases.
    """
    nodes = depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            _refuse("aliases (*name) are not accepted", event)
        nodes += isinstance(event, yaml.NodeEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if nodes > most_nodes:
            _refuse(f"the document is too large: more than {most_nodes:,} values", event)
        if depth > MAX_DEPTH:
            _refuse(f"the document is too deeply nested: more than {MAX_DEPTH} levels", event)


class _NotPlainJson(Exception):
    """Let the YAML reader look at it: it reads it, or says what is wrong and in which line."""


def _json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotPlainJson
    return found


def _plain_json(text: str, most_nodes: int) -> Any:
    """The values of a well-formed JSON object within the limits, a hundred times faster than as YAML."""
    try:
        value = json.loads(text, object_pairs_hook=_json_object)
    except (ValueError, RecursionError):
        raise _NotPlainJson from None
    nodes, level = 0, [value]
    for _ in range(MAX_DEPTH + 1):
        nodes += len(level)
        inside = [
            item.values() if isinstance(item, dict) else item
            for item in level
            if isinstance(item, dict | list)
        ]
        nodes += sum(len(item) for item in level if isinstance(item, dict))  # keys count as values do
        level = [item for items in inside for item in items]
        if nodes > most_nodes:
            raise _NotPlainJson
        if not level:
            return value
    raise _NotPlainJson


def load_yaml(data: bytes, name: str, *, most_bytes: int = MAX_BYTES, most_nodes: int = MAX_NODES) -> Any:
    """Plain values (dict, list, str, int, float, bool, None) of one YAML or JSON document.

    Dates stay text; not-a-number and infinity stay floats, for the caller to refuse with a path.
    Raises `Invalid` naming file and line for anything unreadable: not UTF-8, over `most_bytes` or `most_nodes`,
    broken syntax, duplicate keys, aliases, deep nesting, several documents, unknown tags.
    """
    if len(data) > most_bytes:
        message = f"larger than {most_bytes // 1_000_000} MB; leave out what is not needed"
        raise Invalid("yaml.too_large", [Problem(name, message)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        message = f"not UTF-8 text (byte {failure.start}); save the file as UTF-8"
        raise Invalid("yaml.not_utf8", [Problem(name, message)]) from None
    if text.lstrip().startswith("{"):
        with contextlib.suppress(_NotPlainJson):
            return _plain_json(text, most_nodes)
    try:
        _check_limits(text, most_nodes)
        loader = _Loader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise Invalid("yaml.broken", [Problem(where, failure.problem or "unreadable")]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as failure:
        said = f"unreadable: {failure}".splitlines()[0]
        if "integer string conversion" in said:
            said = "holds a number of thousands of digits; correct it"
        raise Invalid("yaml.broken", [Problem(name, said)]) from None


def finite(value: object) -> bool:
    """Whether `value` is an int or float that is a real number (booleans are not numbers here)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
