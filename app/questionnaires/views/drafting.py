"""A section or question of a draft as form fields, and the fields back as plain values.

Every key of the file survives an edit: what has no field of its own stands as YAML in the field `more`.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.core.errors import Invalid, Problem
from app.core.questionnaire.edit import RESERVED
from app.core.questionnaire.model import CHOICE_TYPES, MARKED_TYPES, NUMBER_TYPES
from app.core.questionnaire.sheets import ident_of, unused
from app.kit.yamlfile import load_yaml
from app.questionnaires.service.own import as_yaml
from app.questionnaires.views.conditions import Asked, condition_fields, number_of, read_condition

Values = Mapping[str, tuple[str, ...]]
_TEXTS = ("help", "why_we_ask", "listen_for", "follow_up")
_OPTION_FLAGS = ("knock_out", "ask_why", "exclusive")
_MORE = ("not_applicable_when", "when")
_FEED = re.compile(r"(\S+)\s*=\s*(sum|maximum|minimum|count)\s+of\s+(\S+)")
LEVELS = range(6)
BLANK_ROWS = 3


def first(values: Values, name: str) -> str:
    """The first value of a field, '' when there is none."""
    found = values.get(name, ())
    return found[0].strip() if found else ""


def rows_in(values: Values, name: str) -> list[int]:
    """The numbers of the rows `name.N.…` that were sent, ascending."""
    found = {
        int(match[1]) for key in values if (match := re.match(rf"{name}\.([0-9]{{1,4}})\.", key)) is not None
    }
    return sorted(found)


def words(text: str) -> list[str]:
    """The entries of a line with commas, semicolons or line breaks between them."""
    return [entry.strip() for entry in re.split(r"[,;\n]", text) if entry.strip()]


# Questions


def question_fields(question: Mapping[str, Any]) -> dict[str, object]:
    """The fields of a question as the form first shows them."""
    found: dict[str, object] = {key: question.get(key, "") for key in ("id", "text", "type", *_TEXTS)}
    found["core"] = question.get("core") is True
    found["weight"] = question.get("weight", "")
    found |= {key: question.get(key, "") for key in ("unit", "min", "max", "options_from", "ask_why_at_most")}
    found["whole"] = question.get("whole") is True
    found["evidence"] = ", ".join(map(str, question.get("evidence", ())))
    found["controls"] = ", ".join(map(str, question.get("controls", ())))
    found["feeds"] = "\n".join(_feed_text(feed) for feed in question.get("feeds", ()))
    for level in LEVELS:
        found[f"level.{level}"] = question.get("levels", {}).get(level, "")
        found[f"mark.{level}"] = question.get("reviewer_levels", {}).get(level, "")
    for number, option in enumerate(question.get("options", ())):
        for key in ("id", "text", "points", "on_bad"):
            found[f"option.{number}.{key}"] = option.get(key, "")
        for key in _OPTION_FLAGS:
            found[f"option.{number}.{key}"] = option.get(key) is True
    for number, column in enumerate(question.get("columns", ())):
        for key in ("id", "text", "type", "unit"):
            found[f"column.{number}.{key}"] = column.get(key, "")
        found[f"column.{number}.required"] = column.get("required") is True
        found[f"column.{number}.choices"] = _choices_text(column)
    return found | _condition_fields(question)


def _condition_fields(entry: Mapping[str, Any]) -> dict[str, object]:
    fields = condition_fields(entry.get("when"))
    more = {key: entry[key] for key in _MORE if key in entry and (key != "when" or fields is None)}
    return {**(fields or {}), "more": as_yaml(more) if more else ""}


def _feed_text(feed: Any) -> str:
    return f"{feed['to']} = {feed['take']} of {feed['column']}" if isinstance(feed, Mapping) else str(feed)


def _choices_text(column: Mapping[str, Any]) -> str:
    if "options_from" in column:
        return str(column["options_from"])
    return "; ".join(f"{option.get('id')}: {option.get('text')}" for option in column.get("options", ()))


def read_question(values: Values, before: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The plain values of a question from its form.

    `before` is the question as it was: what columns hold beside their fields stays. `asked` gives
    the values of every question, for conditions. Raises `Invalid` at `more` for YAML that cannot be read.
    """
    kind = first(values, "type")
    found: dict[str, Any] = {key: first(values, key) for key in ("id", "text", "type")}
    found["id"] = found["id"] or before.get("id") or _named(found["text"], "question", asked)
    if first(values, "core"):
        found["core"] = True
    weight = first(values, "weight")
    found |= {"weight": number_of(weight)} if weight else {"scored": False}
    found |= _of_type(values, kind, before)
    found |= {key: first(values, key) for key in _TEXTS if first(values, key)}
    for key in ("evidence", "controls"):
        if first(values, key):
            found[key] = words(first(values, key))
    feeds = [_feed(line) for line in first(values, "feeds").splitlines() if line.strip()]
    return found | ({"feeds": feeds} if feeds else {}) | _conditions(values, asked)


def _of_type(values: Values, kind: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to one type only; fields of other types are left alone."""
    found: dict[str, Any] = {}
    if kind in CHOICE_TYPES:
        source = first(values, "options_from")
        options = [_option(values, number) for number in rows_in(values, "option")]
        kept = _all_named([option for option in options if option["id"] or option["text"]], "option")
        if source:
            found["options_from"] = source
        elif kept or kind != "yes_no":
            found["options"] = kept
    if kind in NUMBER_TYPES:
        found |= _range(values)
    if kind == "scale":
        found["levels"] = _levels(values, "level")
        at_most = first(values, "ask_why_at_most")
        found |= {"ask_why_at_most": number_of(at_most)} if at_most else {}
    if kind in MARKED_TYPES and first(values, "weight"):
        found["reviewer_levels"] = _levels(values, "mark")
    if kind == "table":
        stored = {str(column.get("id")): column for column in before.get("columns", ())}
        columns = [_column(values, number, stored) for number in rows_in(values, "column")]
        found["columns"] = _all_named(
            [column for column in columns if column["id"] or column["text"]], "column"
        )
    return found


def _named(text: str, fallback: str, taken: Collection[str]) -> str:
    """An id made from a text, for those who do not want to think of one."""
    return unused(ident_of(text)[:40].strip("_") or fallback, taken)


def _all_named(entries: list[dict[str, Any]], fallback: str) -> list[dict[str, Any]]:
    """Options or columns, those without an id under one made from their text."""
    taken = {entry["id"] for entry in entries}
    for entry in entries:
        if not entry["id"]:
            entry["id"] = _named(entry["text"], fallback, taken)
            taken.add(entry["id"])
    return entries


def _option(values: Values, number: int) -> dict[str, Any]:
    place = f"option.{number}"
    found: dict[str, Any] = {key: first(values, f"{place}.{key}") for key in ("id", "text")}
    points = first(values, f"{place}.points")
    if points:
        found["points"] = number_of(points)
    found |= {key: True for key in _OPTION_FLAGS if first(values, f"{place}.{key}")}
    on_bad = first(values, f"{place}.on_bad")
    return found | ({"on_bad": on_bad} if on_bad else {})


def _range(values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if first(values, "unit"):
        found["unit"] = first(values, "unit")
    found |= {key: number_of(first(values, key)) for key in ("min", "max") if first(values, key)}
    return found | ({"whole": True} if first(values, "whole") else {})


def _levels(values: Values, name: str) -> dict[int, str]:
    return {level: text for level in LEVELS if (text := first(values, f"{name}.{level}"))}


def _column(values: Values, number: int, stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    place = f"column.{number}"
    name, kind = first(values, f"{place}.id"), first(values, f"{place}.type")
    found: dict[str, Any] = {"id": name, "text": first(values, f"{place}.text"), "type": kind}
    before = stored.get(name, {})
    if kind in NUMBER_TYPES:
        unit = first(values, f"{place}.unit")
        found |= {"unit": unit} if unit else {}
        found |= {key: before[key] for key in ("min", "max", "whole") if key in before}
    choices = first(values, f"{place}.choices")
    if choices and kind in CHOICE_TYPES:
        found |= _choices(choices)
    return found | ({"required": True} if first(values, f"{place}.required") else {})


def _choices(text: str) -> dict[str, Any]:
    if re.fullmatch(r"taxonomy\.[a-z_]+", text):
        return {"options_from": text}
    pairs = [entry.partition(":") for entry in re.split(r"[;\n]", text) if entry.strip()]
    options = [
        {"id": name.strip() if said else "", "text": (said or name).strip()} for name, _, said in pairs
    ]
    return {"options": _all_named(options, "option")}


def _feed(line: str) -> Any:
    match = _FEED.fullmatch(line.strip())
    return {"to": match[1], "column": match[3], "take": match[2]} if match else line.strip()


def _conditions(values: Values, asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {}
    more = first(values, "more")
    if more:
        try:
            extra = load_yaml(more.encode(), "more")
        except Invalid as failure:
            raise Invalid("draft.more", [Problem("more", str(each)) for each in failure.problems]) from None
        if not isinstance(extra, dict) or set(extra) - set(_MORE):
            message = f"Only {' and '.join(_MORE)} stand here, as in a file."
            raise Invalid("draft.more", [Problem("more", message)])
        found |= extra
    when = read_condition(values, asked)
    return found | ({"when": when} if when is not None else {})


# Sections


def section_fields(section: Mapping[str, Any]) -> dict[str, object]:
    """The fields of a section as the form first shows them."""
    found: dict[str, object] = {key: section.get(key, "") for key in ("id", "title", "weight", "minutes")}
    return {**found, "sealed": section.get("sealed") is True, **_condition_fields(section)}


def read_section(values: Values, asked: Asked, name: str = "", taken: Collection[str] = ()) -> dict[str, Any]:
    """The plain values of a section without its questions; `name` is its id so far, '' for a new one beside those
    that are `taken`. Raises `Invalid` at `more`."""
    found: dict[str, Any] = {key: first(values, key) for key in ("id", "title")}
    found["id"] = found["id"] or name or _named(found["title"], "section", {RESERVED, *taken})
    for key in ("weight", "minutes"):
        if first(values, key):
            found[key] = number_of(first(values, key))
    if first(values, "sealed"):
        found["sealed"] = True
    return found | _conditions(values, asked)


# The head


def head_fields(body: Mapping[str, Any]) -> dict[str, object]:
    """The fields of everything above the sections."""
    found: dict[str, object] = {key: body.get(key, "") for key in ("title", "audience", "minutes", "intro")}
    found["agenda"] = "\n".join(f"{each['minutes']}: {each['item']}" for each in body.get("agenda", ()))
    found["before_the_call"] = "\n".join(body.get("before_the_call", ()))
    found["after_the_call"] = "\n".join(
        f"{each['within_days']}: {each['what']}" for each in body.get("after_the_call", ())
    )
    found["profile"] = [str(each["from"]).removeprefix("need.") for each in body.get("profile", ())]
    return found


def read_head(values: Values, body: Mapping[str, Any]) -> dict[str, Any]:
    """The draft with another head; sections and what has no field stay."""
    kept = {key: body[key] for key in ("confidence_levels",) if key in body}
    found: dict[str, Any] = {"format": body["format"], "id": body["id"], "version": body["version"]}
    found |= {key: first(values, key) for key in ("title", "audience")}
    if first(values, "minutes"):
        found["minutes"] = number_of(first(values, "minutes"))
    if first(values, "intro"):
        found["intro"] = first(values, "intro")
    lists: dict[str, Any] = {
        "agenda": _pairs(first(values, "agenda"), "minutes", "item"),
        "before_the_call": [
            line.strip() for line in first(values, "before_the_call").splitlines() if line.strip()
        ],
        "after_the_call": [
            {"what": pair["what"], "within_days": pair["within_days"]}
            for pair in _pairs(first(values, "after_the_call"), "within_days", "what")
        ],
        "profile": _profile(values.get("profile", ()), body),
    }
    found |= kept | {key: entries for key, entries in lists.items() if entries}
    return {**found, "sections": body["sections"]}


def _pairs(text: str, number: str, said: str) -> list[dict[str, Any]]:
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    return [{number: number_of(left.strip()), said: right.strip()} for left, _, right in lines]


def _profile(chosen: Iterable[str], body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Entries keep the name they have in conditions; a new one is named after the entry of the need."""
    names = {str(each["from"]): str(each["id"]) for each in body.get("profile", ())}
    return [
        {"id": names.get(f"need.{source}", source), "from": f"need.{source}"}
        for source in dict.fromkeys(chosen)
        if source
    ]
