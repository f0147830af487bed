# mypy: disable-error-code="func-returns-value"
# `return reader.problem(…)` notes a problem and returns None in one step.
"""Plain values to a `Scorecard`, reporting every fault at once with its path."""

from collections.abc import Callable, Mapping
from typing import Any

from app.core.scoring.parse_requirement import read_requirements
from app.core.scoring.reader import Reader, join, nearest
from app.core.scoring.spec import (
    Criterion,
    Flag,
    Group,
    Levels,
    Linear,
    Number,
    Piecewise,
    Price,
    Scale,
    Scorecard,
)

FORMAT = "assay/scorecard@1"
MAX_GROUPS = 100
MAX_CRITERIA = 1000
MAX_REQUIREMENTS = 200
MAX_LEVELS = 50
MAX_KNOTS = 50

DOCS = ("name", "description", "unit", "note", "who", "from", "fits", "swap", "envelope")
LIBRARY = ("format", "id", "version", "name", "description", "note", "fits", "swap")
LIBRARY_MORE = ("small_team", "swing_questions")
DOC_TEXTS = ("name", "unit", "note", "description")
SOURCE_LISTS = ("see", "certificates")
SMALL_TEAM: tuple[tuple[str, ...], tuple[str, ...]] = (("keep",), ("minutes", "note"))
MAX_WEIGHT = 1_000_000
MAX_VERSION = 1_000_000
METHODS: Mapping[str, tuple[str, ...]] = {
    "absolute_linear": ("target", "cap"),
    "lowest_price_ratio": (),
    "award_on_value": ("points_worth",),
    "price_per_quality_point": ("quality_minimum",),
    "lowest_price_technically_acceptable": ("quality_minimum",),
}
PRICE_BOUNDS: Mapping[str, Mapping[str, float]] = {
    "target": {"low": 0.0},
    "cap": {"above": 0.0},
    "points_worth": {"above": 0.0},
    "quality_minimum": {"low": 0.0, "high": 100.0},
}
PRICED_BY = ("absolute_linear", "award_on_value")  # methods whose figures must be set before ranking
SCALE_KEYS: Mapping[str, tuple[str, ...]] = {
    "linear": ("worst", "best"),
    "piecewise": ("knots",),
    "levels": ("levels",),
    "flag": (),
}
SCALE_DOCS: Mapping[str, tuple[str, ...]] = {"levels": ("level_texts",), "price": ("set_with",)}


def parse_scorecard(value: Any, *, where: str = "scorecard", library: bool = True) -> Scorecard:
    """The scorecard in `value`: either the tree itself (with `groups`) or a library file around it.

    `value` is plain (dict, list, str, int, float, bool, None). `where` is the path of the tree in messages:
    `scorecard.groups[1].criteria[0].worst`. With `library=False` a price criterion must have its target and
    cap, as for a case that is to be ranked. Raises `Invalid("scorecard.invalid")` with all problems.
    """
    reader = Reader()
    scorecard, _ = read_scorecard(reader, value, where=where, library=library)
    reader.stop_if_any("scorecard.invalid")
    return scorecard


def read_scorecard(
    reader: Reader, value: Any, *, where: str = "scorecard", library: bool
) -> tuple[Scorecard, frozenset[str]]:
    """What could be read of the scorecard, with the problems in `reader`, so that more can be checked on it.

    Also the ids of criteria that exist but are faulty. With any problem the scorecard is for checking only.
    """
    around: dict[str, Any] = {}
    if isinstance(value, Mapping) and "groups" not in value and ("scorecard" in value or "format" in value):
        around = _read_library(reader, value)
        value = value.get("scorecard")
    tree = reader.mapping(value, where, required=("groups",), optional=("minimum", "requirements", *DOCS))
    criteria: dict[str, Criterion | None] = {}
    reader.blind = True  # until the groups have been read
    groups = (
        _read_groups(reader, tree["groups"], f"{where}.groups", criteria) if tree and "groups" in tree else ()
    )
    minimum = _minimum(reader, tree or {}, where)
    requirements = (
        read_requirements(reader, tree["requirements"], f"{where}.requirements", criteria, MAX_REQUIREMENTS)
        if tree and "requirements" in tree
        else ()
    )
    _check_library_references(reader, around, criteria)
    _check_price(reader, groups, minimum, where, library=library)
    docs = _docs(reader, tree or {}, where)
    faulty = frozenset(name for name, criterion in criteria.items() if criterion is None)
    return Scorecard(groups, requirements, minimum, docs, around), faulty


def _read_library(reader: Reader, value: Mapping[str, Any]) -> dict[str, Any]:
    found = reader.mapping(
        value, "", required=("format", "id", "version", "scorecard"), optional=(*LIBRARY[3:], *LIBRARY_MORE)
    )
    around = {key: item for key, item in (found or {}).items() if key in (*LIBRARY, *LIBRARY_MORE)}
    if "format" in around:
        reader.choice(around["format"], "format", (FORMAT,))
    if "id" in around:
        reader.identifier(around["id"], "id", set())
    version = around.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= MAX_VERSION:
        reader.problem("version", "must be a whole number from 1")
    _read_small_team(reader, around)
    return {key: reader.notes(item, key) for key, item in around.items()}


def _read_small_team(reader: Reader, around: Mapping[str, Any]) -> None:
    if "swing_questions" in around:
        reader.texts(around["swing_questions"], "swing_questions")
    if "small_team" not in around:
        return
    team = reader.mapping(around["small_team"], "small_team", required=SMALL_TEAM[0], optional=SMALL_TEAM[1])
    if team and "keep" in team:
        reader.texts(team["keep"], "small_team.keep", most=MAX_CRITERIA)
    if team and "minutes" in team:
        reader.number(team["minutes"], "small_team.minutes", above=0)


def _check_library_references(
    reader: Reader, around: Mapping[str, Any], criteria: Mapping[str, Criterion | None]
) -> None:
    team = around.get("small_team")
    keep = team.get("keep") if isinstance(team, Mapping) else None
    if reader.blind or not isinstance(keep, list):
        return
    for i, name in enumerate(keep):
        if isinstance(name, str) and name not in criteria:
            reader.problem(f"small_team.keep[{i}]", f"no criterion '{name}'{nearest(name, criteria)}")


def _read_groups(
    reader: Reader, value: Any, where: str, known: dict[str, Criterion | None]
) -> tuple[Group, ...]:
    """The groups; `known` receives every criterion by id, None for one that is faulty."""
    group_ids: set[str] = set()
    criterion_ids: set[str] = set()
    expected = 0
    groups = []
    for path, item in reader.items(value, where, most=MAX_GROUPS, least=1):
        found = reader.mapping(item, path, required=("id", "weight", "criteria"), optional=("minimum", *DOCS))
        if found is None:
            continue
        group_id = reader.identifier(found["id"], f"{path}.id", group_ids) if "id" in found else None
        weight = _weight(reader, found, path)
        listed = found.get("criteria")
        expected += len(listed) if isinstance(listed, list | tuple) and listed else 1
        criteria = (
            tuple(
                criterion
                for at, raw in reader.items(listed, f"{path}.criteria", most=MAX_CRITERIA, least=1)
                if (criterion := _read_criterion(reader, raw, at, criterion_ids))
            )
            if "criteria" in found
            else ()
        )
        known.update({criterion.id: criterion for criterion in criteria})
        docs = _docs(reader, found, path)
        groups.append(Group(group_id or "", weight or 1, criteria, _minimum(reader, found, path), docs))
    known.update({name: None for name in criterion_ids if name not in known})
    reader.blind = len(criterion_ids) < expected or not expected
    if len(criterion_ids) > MAX_CRITERIA:
        reader.problem(
            where, f"has {len(criterion_ids)} criteria in all; at most {MAX_CRITERIA} are accepted"
        )
    return tuple(groups)


def _read_criterion(reader: Reader, value: Any, where: str, seen: set[str]) -> Criterion | None:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    method = value.get("method") if isinstance(value, Mapping) else None
    keys: tuple[str, ...] = SCALE_KEYS.get(kind, ()) if isinstance(kind, str) else ()
    extra: tuple[str, ...] = SCALE_DOCS.get(kind, ()) if isinstance(kind, str) else ()
    if kind == "price":
        known = METHODS.get(method) if isinstance(method, str) else None
        every = sorted({key for some in METHODS.values() for key in some})
        extra = (*extra, *(every if known is None else known), "currency")
        keys = ("method",)
    if not isinstance(kind, str) or kind not in (*SCALE_KEYS, "price"):
        # Without a kind nothing can be said about the keys of the scale, so none of them is refused.
        extra = tuple(value) if isinstance(value, Mapping) else ()
    found = reader.mapping(
        value, where, required=("id", "weight", "kind", *keys), optional=(*extra, "minimum", *DOCS)
    )
    if found is None:
        return None
    name = reader.identifier(found["id"], f"{where}.id", seen) if "id" in found else None
    weight = _weight(reader, found, where)
    scale = _read_scale(reader, found, where) if "kind" in found else None
    docs = _docs(reader, found, where, scale)
    minimum = _minimum(reader, found, where)
    return Criterion(name, weight or 1, scale, minimum, docs) if name and scale else None


def _read_scale(reader: Reader, found: Mapping[str, Any], where: str) -> Scale | None:
    kind = reader.choice(found["kind"], f"{where}.kind", tuple(SCALES))
    if kind is None or any(key not in found for key in SCALE_KEYS.get(kind, ("method",))):
        return None
    return SCALES[kind](reader, found, where)


def _read_flag(_reader: Reader, _found: Mapping[str, Any], _where: str) -> Scale:
    return Flag()


def _read_linear(reader: Reader, found: Mapping[str, Any], where: str) -> Scale | None:
    worst = reader.number(found["worst"], f"{where}.worst")
    best = reader.number(found["best"], f"{where}.best")
    if worst is None or best is None:
        return None
    if worst == best:
        return reader.problem(f"{where}.worst", f"worst and best are both {worst:g}; they must differ")
    return Linear(worst, best)


def _read_knots(reader: Reader, found: Mapping[str, Any], where: str) -> Scale | None:
    value, where = found["knots"], f"{where}.knots"
    knots: list[tuple[Number, Number]] = []
    before = len(reader.problems)
    for path, pair in reader.items(value, where, most=MAX_KNOTS, least=2):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            reader.problem(path, "must be a pair [value, points]")
            continue
        x = reader.number(pair[0], f"{path}[0]")
        y = reader.number(pair[1], f"{path}[1]", low=0, high=100)
        if x is not None and knots and x <= knots[-1][0]:
            reader.problem(f"{path}[0]", f"{x:g} must be greater than the knot before, {knots[-1][0]:g}")
        if x is not None and y is not None:
            knots.append((x, y))
    if len(reader.problems) == before and len({y for _, y in knots}) == 1:
        reader.problem(where, "all knots give the same points; nothing would be scored")
    return Piecewise(tuple(knots)) if len(reader.problems) == before else None


def _read_levels(reader: Reader, found: Mapping[str, Any], where: str) -> Scale | None:
    value, where = found["levels"], f"{where}.levels"
    if not isinstance(value, Mapping) or not 2 <= len(value) <= MAX_LEVELS:
        return reader.problem(where, f"must be a mapping of 2 to {MAX_LEVELS} labels to points 0 to 100")
    points: dict[str, Number] = {}
    before = len(reader.problems)
    for key, raw in value.items():
        # `no: 0` is read as a boolean by YAML; the label would silently be called "False".
        if isinstance(key, bool) or not isinstance(key, str | int):
            reader.problem(where, f"the label {key!r} must be text; put it in quotes")
            continue
        point = reader.number(raw, f"{where}.{key}", low=0, high=100)
        if point is not None:
            points[str(key)] = point
    if len(reader.problems) == before and len(set(points.values())) == 1:
        reader.problem(where, "all labels give the same points; nothing would be scored")
    return Levels(points) if len(reader.problems) == before else None


def _read_price(reader: Reader, found: Mapping[str, Any], where: str) -> Scale | None:
    method = reader.choice(found["method"], f"{where}.method", tuple(METHODS))
    currency = found.get("currency")
    if currency is not None and not (
        isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()
    ):
        reader.problem(f"{where}.currency", "must be a three-letter ISO 4217 code in capitals, such as USD")
    read: dict[str, Any] = {
        key: reader.number(found[key], f"{where}.{key}", **limits)
        for key, limits in PRICE_BOUNDS.items()
        if found.get(key) is not None
    }
    if method is None:
        return None
    target, cap = read.get("target"), read.get("cap")
    if target is not None and cap is not None and target >= cap:
        return reader.problem(f"{where}.target", f"{target:g} must be less than the cap, {cap:g}")
    return Price(method=method, currency=currency, **read)  # type: ignore[arg-type]


SCALES: Mapping[str, Callable[[Reader, Mapping[str, Any], str], Scale | None]] = {
    "linear": _read_linear,
    "piecewise": _read_knots,
    "levels": _read_levels,
    "flag": _read_flag,
    "price": _read_price,
}


def _check_price(
    reader: Reader, groups: tuple[Group, ...], minimum: Number | None, where: str, *, library: bool
) -> None:
    priced = [
        (f"{where}.groups[{i}].criteria[{k}]", group, criterion)
        for i, group in enumerate(groups)
        for k, criterion in enumerate(group.criteria)
        if isinstance(criterion.scale, Price)
    ]
    for path, _, _ in priced[1:]:
        reader.problem(path, "a scorecard has one price criterion; join the prices into one cost per label")
    if not priced:
        return
    path, group, criterion = priced[0]
    scale = criterion.scale
    assert isinstance(scale, Price)  # noqa: S101  (narrows the type; the list above holds nothing else)
    needed = METHODS[scale.method] if scale.method in PRICED_BY else ()
    for key in needed if not library else ():
        if getattr(scale, key) is None:
            reader.problem(f"{path}.{key}", "must be set before candidates are ranked")
    if scale.method in ("award_on_value", "price_per_quality_point") and (
        sum(len(g.criteria) for g in groups) == 1
    ):
        reader.problem(path, f"{scale.method} needs at least one criterion of quality beside the price")
    if scale.method in ("price_per_quality_point", "lowest_price_technically_acceptable") and (
        minimum is not None or group.minimum is not None or criterion.minimum is not None
    ):
        reader.problem(
            path, f"{scale.method} does not go with a minimum on total or price; use quality_minimum"
        )


def _weight(reader: Reader, found: Mapping[str, Any], where: str) -> Number | None:
    if "weight" not in found:
        return None  # the missing key is already a problem
    return reader.number(found["weight"], f"{where}.weight", above=0, high=MAX_WEIGHT)


def _minimum(reader: Reader, found: Mapping[str, Any], where: str) -> Number | None:
    if found.get("minimum") is None:
        return None
    return reader.number(found["minimum"], join(where, "minimum"), low=0, high=100)


def _docs(reader: Reader, found: Mapping[str, Any], where: str, scale: Scale | None = None) -> dict[str, Any]:
    keys = (*DOCS, "level_texts", "set_with")
    docs = {key: reader.notes(found[key], join(where, key)) for key in keys if key in found}
    _check_source(reader, docs.get("from"), join(where, "from"))
    for key in DOC_TEXTS:
        if key in docs and docs[key] is not None and not isinstance(docs[key], str):
            reader.problem(join(where, key), "must be text; put it in quotes")
    texts = docs.get("level_texts")
    if isinstance(scale, Levels) and texts is not None:
        if not isinstance(texts, dict):
            reader.problem(join(where, "level_texts"), "must be a mapping of labels to texts")
            return docs
        for label in texts:
            if label not in scale.points:
                hint = nearest(label, scale.points)
                reader.problem(f"{where}.level_texts.{label}", f"no level '{label}'{hint}")
    return docs


def _check_source(reader: Reader, source: Any, where: str) -> None:
    """`from` says where a value comes from: a mapping whose lists are lists, else nothing could resolve it."""
    if source is None:
        return
    if not isinstance(source, dict):
        reader.problem(where, "must be a mapping such as {pilot: f1} or {rating: true, see: [qa_process]}")
        return
    for key in SOURCE_LISTS:
        if source.get(key) is not None:
            reader.texts(source[key], f"{where}.{key}")
