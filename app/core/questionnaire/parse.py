"""From plain values to a questionnaire, with every problem and its path."""

import re
from collections.abc import Mapping
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from app.core.plain import Node, suggest
from app.core.questionnaire.conditions import check_condition, read_condition, tests_in
from app.core.questionnaire.model import (
    CHOICE_TYPES,
    COLUMN_TYPES,
    CONFIDENCES,
    MARKED_TYPES,
    NUMBER_TYPES,
    QUESTION_TYPES,
    TOP_LEVEL,
    AgendaItem,
    Column,
    Feed,
    FollowUp,
    Option,
    Question,
    Questionnaire,
    Section,
)
from app.core.questionnaire.whys import NAME_LENGTH, why_of
from app.core.taxonomy import LISTS, Taxonomy

FORMAT = "assay/questionnaire@1"
_FIELD = "options options_from unit min max whole"
TARGET = re.compile(r"(vendor|criterion|requirement|price)\.[a-z][a-z0-9_]*")
TAKES = ("sum", "maximum", "minimum", "count")
_YES_NO = ("yes", "no")


def parse_questionnaire(value: object, taxonomy: Taxonomy) -> Questionnaire:
    """The questionnaire of plain values (`format: assay/questionnaire@1`), options of the taxonomy filled in.

    Raises `Invalid("questionnaire.invalid")` with every problem and its path
    (`sections[1].questions[0].options[2].points`): unknown keys with the nearest known one, ids used twice,
    points outside 0..100, missing texts, conditions that name nothing or run in a circle.
    """
    root = Node(value)
    root.expect_format(FORMAT, "questionnaire.invalid")
    f = root.fields(
        "format id version title audience sections",
        "minutes intro confidence_levels agenda before_the_call after_the_call profile",
    )
    f["format"].choice((FORMAT,))
    profile = _profile(f["profile"])
    sections = _sections(f["sections"], taxonomy)
    order = _check_conditions(f["sections"], sections, profile)
    parsed = Questionnaire(
        id=f["id"].document_id(),
        version=f["version"].integer(1, 1_000_000),
        title=f["title"].text(longest=200),
        audience=f["audience"].choice(("vendor", "internal")),
        sections=sections,
        order=order,
        minutes=f["minutes"].integer(1, 1000),
        intro=f["intro"].text(),
        profile=profile,
        confidence_levels=_confidence_levels(f["confidence_levels"]),
        agenda=tuple(_agenda_item(node) for node in f["agenda"].items()),
        before_the_call=f["before_the_call"].texts(),
        after_the_call=tuple(_follow_up(node) for node in f["after_the_call"].items()),
    )
    root.finish("questionnaire.invalid")
    return parsed


def _profile(node: Node) -> dict[str, str]:
    profile: dict[str, str] = {}
    for entry in node.items():
        f = entry.fields("id from")
        name, source = f["id"].ident(), f["from"].text()
        entry.unique(set(profile), name, "profile")
        if source and not re.fullmatch(r"need\.[a-z][a-z0-9_]*", source):
            f["from"].fail("must name an entry of the need, such as need.languages")
        profile[name] = source
    return profile


def _confidence_levels(node: Node) -> dict[str, str]:
    if not node.given:
        return {}
    return {name: text.text(longest=80) for name, text in node.fields(" ".join(CONFIDENCES)).items()}


def _agenda_item(node: Node) -> AgendaItem:
    f = node.fields("minutes item")
    return AgendaItem(f["minutes"].integer(1, 1000), f["item"].text())


def _follow_up(node: Node) -> FollowUp:
    f = node.fields("what within_days")
    return FollowUp(f["what"].text(), f["within_days"].integer(0, 365))


def _sections(node: Node, taxonomy: Taxonomy) -> tuple[Section, ...]:
    names: set[str] = set()
    question_names: set[str] = set()
    sections = []
    for entry in node.items(at_least=1):
        f = entry.fields("id title questions", "weight minutes sealed when")
        name = f["id"].ident()
        f["id"].unique(names, name, "section")
        questions = []
        for place in f["questions"].items(at_least=1):
            question = _question(place, name, taxonomy)
            place.unique(question_names, question.id, "question")
            questions.append(question)
            why = why_of(question)
            if why is not None:
                _check_why(place, question)
                place.unique(question_names, why.id, "question")
                questions.append(why)
        weight = f["weight"].number(0, 1e6)
        if weight <= 0 and any(question.weight is not None for question in questions):
            f["weight"].fail("a section with scored questions needs a weight above 0")
        section = Section(
            name, f["title"].text(longest=200), weight, tuple(questions), f["minutes"].integer(0, 1000),
            f["sealed"].flag(), read_condition(f["when"]),
        )  # fmt: skip
        sections.append(section)
    return tuple(sections)


def _check_why(node: Node, question: Question) -> None:
    if len(question.id) > NAME_LENGTH:
        node.fail(f"a question that asks why has an id of at most {NAME_LENGTH} characters; shorten it")


def _question(node: Node, section: str, taxonomy: Taxonomy) -> Question:
    f = node.fields(
        "id text type",
        f"{_FIELD} core weight scored levels reviewer_levels columns evidence feeds when not_applicable_when "
        "help follow_up why_we_ask listen_for controls ask_why_at_most",
    )
    kind = f["type"].choice(QUESTION_TYPES)
    weight = _weight(node, f, kind)
    columns = _columns(f["columns"], kind, taxonomy)
    unit, low, high = _range(node, f, kind)
    return Question(
        id=f["id"].ident(),
        text=f["text"].text(),
        type=kind,
        options=_options(node, f, kind, taxonomy, scored=weight is not None),
        unit=unit,
        low=low,
        high=high,
        whole=f["whole"].flag(),
        section=section,
        core=f["core"].flag(),
        weight=weight,
        levels=_levels(f["levels"], range(TOP_LEVEL + 1)) if _wants(f["levels"], kind, ("scale",)) else {},
        reviewer_levels=_levels(f["reviewer_levels"], (0, TOP_LEVEL)) if f["reviewer_levels"].given else {},
        columns=columns,
        evidence=f["evidence"].idents(),
        feeds=tuple(_feed(entry, columns) for entry in f["feeds"].items()),
        when=read_condition(f["when"]),
        not_applicable_when=read_condition(f["not_applicable_when"]),
        help=f["help"].text(),
        follow_up=f["follow_up"].text(),
        why_we_ask=f["why_we_ask"].text(),
        listen_for=f["listen_for"].text(),
        controls=tuple(entry.text(longest=80) for entry in f["controls"].items()),
        ask_why_at_most=_why_level(f["ask_why_at_most"], kind),
    )


def _why_level(node: Node, kind: str) -> int | None:
    if not node.given:
        return None
    if kind and kind != "scale":
        node.fail("is only for a scale; elsewhere write 'ask_why: true' at the bad options")
    return node.integer(0, TOP_LEVEL - 1)


def _wants(node: Node, kind: str, kinds: tuple[str, ...]) -> bool:
    """Whether the key belongs to this type; its absence or its being out of place is noted."""
    if kind and (kind in kinds) != node.given:
        node.fail(
            f"is missing; a {kind} question needs it" if kind in kinds else f"is not for {kind} questions"
        )
    return kind in kinds and node.given


def _weight(node: Node, f: Mapping[str, Node], kind: str) -> Decimal | None:
    if f["scored"].given and f["scored"].value is not False:
        f["scored"].fail("leave it out, or write 'scored: false' for a question without points")
    if f["weight"].given == f["scored"].given:
        node.fail("give either a weight or 'scored: false'")
    if not f["weight"].given:
        if f["reviewer_levels"].given:
            f["reviewer_levels"].fail("is only for questions with a weight")
        return None
    if kind in MARKED_TYPES:
        _wants(f["reviewer_levels"], kind, MARKED_TYPES)
    elif kind and kind not in (*CHOICE_TYPES, "scale"):
        f["weight"].fail(f"a {kind} is never turned into points: write 'scored: false' and feed a criterion")
    elif f["reviewer_levels"].given:
        f["reviewer_levels"].fail(f"is not for {kind} questions")
    weight = f["weight"].number(0, 1e6, default=Decimal(1))
    if weight == 0:
        f["weight"].fail("must be above 0; for a question without points write 'scored: false'")
    return weight or Decimal(1)


def _range(node: Node, f: Mapping[str, Node], kind: str) -> tuple[str, Decimal | None, Decimal | None]:
    for key in ("unit", "min", "max", "whole"):
        if f[key].given and kind and kind not in NUMBER_TYPES:
            f[key].fail(f"is only for numbers, not for {kind}")
    low = f["min"].number(-1e12, 1e12) if f["min"].given else None
    high = f["max"].number(-1e12, 1e12) if f["max"].given else None
    if low is not None and high is not None and low > high:
        node.fail(f"min {low} is above max {high}")
    return f["unit"].text(longest=40), low, high


def _levels(node: Node, needed: "range | tuple[int, ...]") -> dict[int, str]:
    levels: dict[int, str] = {}
    for key, text in node.pairs():
        if not isinstance(key, int) or isinstance(key, bool) or not 0 <= key <= TOP_LEVEL:
            text.fail(f"a level is a whole number from 0 to {TOP_LEVEL}")
        else:
            levels[key] = text.text()
    missing = [str(level) for level in needed if level not in levels]
    if missing:
        node.fail(f"write a text for level {', '.join(missing)}")
    return dict(sorted(levels.items()))


def _options(
    node: Node, f: Mapping[str, Node], kind: str, taxonomy: Taxonomy, *, scored: bool
) -> tuple[Option, ...]:
    listed, named = f["options"], f["options_from"]
    if kind and kind not in CHOICE_TYPES:
        for key in (listed, named):
            if key.given:
                key.fail(f"is not for {kind}")
        return ()
    if kind == "yes_no" and not listed.given and not named.given and not scored:
        return ()
    if kind and listed.given == named.given:
        node.fail("give either options or options_from")
        return ()
    if named.given:
        if scored:
            named.fail("words of the taxonomy carry no points: write 'scored: false' or list the options")
        return _from_taxonomy(named, taxonomy)
    options = _listed_options(listed, scored=scored)
    _check_options(listed, options, kind)
    return options


def _from_taxonomy(node: Node, taxonomy: Taxonomy) -> tuple[Option, ...]:
    source = node.text()
    name = source.removeprefix("taxonomy.")
    if not source:
        return ()
    if name == source or name not in LISTS:
        node.fail(f"must be taxonomy.<list>; {suggest(name, LISTS)}")
        return ()
    return tuple(Option(term.id, term.name) for term in taxonomy.terms(name).values() if not term.retired)


def _listed_options(node: Node, *, scored: bool) -> tuple[Option, ...]:
    seen: set[str] = set()
    options = []
    for entry in node.items(at_least=2):
        f = entry.fields(
            "id text" + (" points" if scored else ""), "points knock_out on_bad exclusive ask_why"
        )
        name = f["id"].ident()
        entry.unique(seen, name, "option")
        if f["points"].given and not scored:
            f["points"].fail("this question is not scored; remove the points or give it a weight")
        points = f["points"].integer(0, 100) if scored else None
        options.append(
            Option(
                name, f["text"].text(longest=400), points, f["knock_out"].flag(), f["on_bad"].text(),
                f["exclusive"].flag(), f["ask_why"].flag(),
            )
        )  # fmt: skip
    return tuple(options)


def _check_options(node: Node, options: tuple[Option, ...], kind: str) -> None:
    if kind == "yes_no" and {option.id for option in options} != set(_YES_NO):
        node.fail('a yes_no question has the two options "yes" and "no" (in quotes)')
    if kind != "multiple" and any(option.exclusive for option in options):
        node.fail("'exclusive' is only for questions with several answers")
    together = sum(option.points or 0 for option in options if not option.exclusive)
    if kind == "multiple" and together > 100:
        node.fail(f"all options together give {together} points; at most 100")


def _columns(node: Node, kind: str, taxonomy: Taxonomy) -> tuple[Column, ...]:
    if not _wants(node, kind, ("table",)):
        return ()
    seen: set[str] = set()
    columns = []
    for entry in node.items(at_least=1):
        f = entry.fields("id text type", f"{_FIELD} required")
        column_kind = f["type"].choice(COLUMN_TYPES)
        name = f["id"].ident()
        entry.unique(seen, name, "column")
        unit, low, high = _range(entry, f, column_kind)
        columns.append(
            Column(
                id=name,
                text=f["text"].text(longest=200),
                type=column_kind,
                options=_column_options(entry, f, column_kind, taxonomy),
                unit=unit,
                low=low,
                high=high,
                whole=f["whole"].flag(),
                required=f["required"].flag(),
            )
        )
    return tuple(columns)


def _column_options(node: Node, f: Mapping[str, Node], kind: str, taxonomy: Taxonomy) -> tuple[Option, ...]:
    options = _options(node, f, kind, taxonomy, scored=False)
    if any(option.ask_why for option in options):
        f["options"].fail("'ask_why' is not for the columns of a table; ask in a question of its own")
    return options


def _feed(node: Node, columns: tuple[Column, ...]) -> Feed:
    if isinstance(node.value, dict):
        f = node.fields("to column take")
        column, take = f["column"].ident(), f["take"].choice(TAKES)
        f["column"].among(column, [each.id for each in columns], "column of this question")
        chosen = next((each for each in columns if each.id == column), None)
        if chosen and take != "count" and chosen.type not in {"number", "percent", "scale"}:
            f["column"].fail(f"{take} needs a column of numbers")
        node, target = f["to"], f["to"].text()
    else:
        column, take, target = "", "", node.text()
    if target and not TARGET.fullmatch(target):
        node.fail("must be vendor.<fact>, criterion.<id>, requirement.<id> or price.<component>")
    return Feed(target, column, take)


def _check_conditions(
    node: Node, sections: tuple[Section, ...], profile: Mapping[str, str]
) -> tuple[str, ...]:
    questions = {question.id: question for section in sections for question in section.questions}
    graph: dict[str, set[str]] = {}
    for i, section in enumerate(sections):
        place = Node(None, f"{node.path}[{i}]", True, node.problems)
        check_condition(place, section.when, profile, questions)
        j = -1
        for question in section.questions:
            j += not question.follows  # made while reading: it stands in no file
            below = Node(None, f"{place.path}.questions[{j}]", True, node.problems)
            looks_at = set()
            for condition in (section.when, question.when, question.not_applicable_when):
                if condition is not section.when:
                    check_condition(below, condition, profile, questions)
                looks_at |= {test.name for test in tests_in(condition) if test.source == "answer"}
            graph[question.id] = looks_at & set(questions)
            outside = [name for name in sorted(graph[question.id]) if not questions[name].core]
            if question.core and outside:
                below.fail(f"a core question depends on {', '.join(outside)}; mark that as core too")
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as failure:
        node.fail("conditions run in a circle: " + " → ".join(reversed(failure.args[1])))
        return ()
