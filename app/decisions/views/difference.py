"""What the difference to the runner-up buys: computed sentences, each from figures of the record."""

from app import charts
from app.charts import Bar
from app.core.numbers import shown_tenths
from app.decisions.schemas.record import Lead, Record, Result
from app.decisions.views import document as page
from app.decisions.views.terms import metric_name, whole_money
from app.kit import wording

_SMALL = 0.05  # points of total that a reader would see as 0.0


def difference(record: Record) -> page.Difference | None:
    """The recommended candidate against the best other one; None when there is nobody to compare with."""
    result = record.result
    if result is None or result.lead is None:
        return None
    names = {group.id: group.name for group in result.groups}
    shown = _shown(result.lead)
    bars = [Bar(names[key], points) for key, points in shown.items()]
    ours, theirs = record.name_of(record.asked.selected), record.name_of(result.lead.over)
    return page.Difference(
        lead=_lead(record, result.lead, ours, theirs),
        text=_where_from(record, result.lead, names),
        notes=tuple(note for note in (_worth(record, result), _turn(record, result)) if note),
        chart=charts.diverging(bars, title=f"Points by which {ours} stands before {theirs}, by group"),
    )


def _shown(lead: Lead) -> dict[str, float]:
    """The groups' points in tenths that add up to the printed lead."""
    return dict(zip(lead.groups, shown_tenths(list(lead.groups.values())), strict=True))


def _lead(record: Record, lead: Lead, ours: str, theirs: str) -> str:
    gap = lead.gap
    if abs(gap) < _SMALL:
        points = f"stands level with {theirs} in the score"
    else:
        points = f"{'leads' if gap > 0 else 'trails'} by {wording.number(abs(gap), 1)} points"
    more = _price_difference(record)
    if more is None or record.money is None:
        told = (
            points
            if abs(gap) < _SMALL
            else f"{'leads' if gap > 0 else 'trails'} {theirs} by {wording.number(abs(gap), 1)} points"
        )
        return f"{ours} {told}."
    amount, share = more
    if amount == 0:
        return f"{ours} costs the same as {theirs} and {points}."
    percent = f" ({wording.percent(abs(share))})" if share is not None else ""
    word = "more" if amount > 0 else "less"
    joint = "and" if (amount > 0) == (gap > 0) or amount < 0 < gap else "but"
    money = whole_money(abs(amount), record.money.currency)
    return f"{ours} costs {money} a year{percent} {word} than {theirs} {joint} {points}."


def _price_difference(record: Record) -> tuple[int, float | None] | None:
    """Expected cost a year minus the other's, in minor units, and relative to it; None when one is unknown."""
    result = record.result
    if record.money is None or result is None or result.lead is None:
        return None
    totals = {line.candidate: line.totals[1] for line in record.money.lines}
    ours, theirs = totals.get(record.asked.selected), totals.get(result.lead.over)
    if ours is None or theirs is None:
        return None
    return ours - theirs, (ours - theirs) / theirs if theirs else None


def _where_from(record: Record, lead: Lead, names: dict[str, str]) -> str:
    shown = _shown(lead)
    ahead = [(names[key], points) for key, points in shown.items() if points > 0]
    behind = [(names[key], points) for key, points in shown.items() if points < 0]
    ahead.sort(key=lambda part: -part[1])
    behind.sort(key=lambda part: part[1])
    said = []
    if ahead:
        said.append("It is ahead in " + _listed(ahead[:3]))
    if behind:
        said.append(("and behind in " if ahead else "It is behind in ") + _listed(behind[:2]))
    text = " ".join(said) + "." if said else "No group sets the two apart."
    told = _pilot_says(record)
    return f"{text} {told}" if told else text


def _listed(parts: list[tuple[str, float]]) -> str:
    texts = [f"{name} ({wording.signed(points, 1)})" for name, points in parts]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _pilot_says(record: Record) -> str:
    """Whether the pilot can tell the two apart."""
    pilot, lead = record.pilot, record.result.lead if record.result else None
    if pilot is None or lead is None:
        return ""
    two = {record.asked.selected, lead.over}
    pair = next((one for one in pilot.pairs if {one.a, one.b} == two), None)
    if pair is None or pair.value is None:
        return ""
    figure = metric_name(pilot.metric)
    if not pair.distinguishable:
        return f"The pilot does not decide between them: on {figure} the two cannot be told apart."
    higher, lower = (pair.a, pair.b) if pair.value > 0 else (pair.b, pair.a)
    better = record.name_of(lower if pilot.lower_is_better else higher)
    return f"On {figure} the pilot shows {better} better by {wording.number(abs(pair.value), 3)}."


def _worth(record: Record, result: Result) -> str:
    volume = record.about.volumes[1]
    if result.point_worth is None or result.point_currency is None or not volume:
        return ""
    amount = wording.number(round(result.point_worth * volume))
    said = (
        f"One point of quality is worth {result.point_currency}\u00a0{amount} a year at these weights, price"
        " anchors and the expected volume."
    )
    lead = result.lead
    if lead is None or lead.worth is None or lead.elsewhere is None or abs(lead.elsewhere) < _SMALL:
        return said
    worth = f"{result.point_currency}\u00a0{wording.number(round(abs(lead.worth) * volume))}"
    points = f"{wording.number(abs(lead.elsewhere), 1)} points"
    if lead.elsewhere > 0:
        return f"{said} The lead of {points} on everything but the price is worth {worth}."
    return f"{said} The price carries the lead: on everything else it is {points} behind, worth {worth}."


def _turn(record: Record, result: Result) -> str:
    if not result.turns or result.leader is None:
        return "No change of a single group's weight would change who is first." if result.leader else ""
    names = {group.id: group.name for group in result.groups}
    turn = min(result.turns, key=lambda one: abs(one.at - one.now) / one.now if one.now else 9.0)
    word = "more" if turn.at > turn.now else "less"
    return (
        f"{record.name_of(result.leader)} stays first until {names[turn.group]} weighs {word} than"
        f" {wording.percent(turn.at)} (now {wording.percent(turn.now)}); then"
        f" {record.name_of(turn.leader_after)} leads."
    )
