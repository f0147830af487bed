"""The words of a result: verdict, order, warnings."""

from collections.abc import Mapping, Sequence

from app.core.numbers import exact, shown_tenths
from app.core.scoring.analysis import Analysis, Order, Settings
from app.core.scoring.board import Board
from app.core.scoring.compare import why
from app.core.scoring.eligibility import Standing, price_method
from app.core.scoring.explain import Crossover
from app.core.scoring.lead import lead_sentences
from app.core.scoring.price import RELATIVE
from app.core.scoring.spec import Scorecard
from app.core.scoring.values import UNIT


def order_word(
    board: Board,
    order: Sequence[int],
    changes: Sequence[Crossover],
    chances: Mapping[str, tuple[float, ...]],
    settings: Settings,
) -> Order | None:
    """The word for the order alone: the first that applies of tie, certain, robust, sensitive; None if empty.

    `changes` are the crossovers of single criteria, `chances` the rank acceptability by candidate id. Certain
    compares with everybody who is not excluded, also with candidates of whom nothing is known yet.
    """
    if not order:
        return None
    first = order[0]
    step = exact(settings.display_step) * UNIT * board.weights.whole
    if len(order) > 1 and board.totals[first] - board.totals[order[1]] < step:
        return "tie"
    others = [high for i, high in enumerate(board.highs) if i != first]
    if all(board.lows[first] >= high for high in others):
        return "certain"
    chance = chances.get(board.ids[first], (0.0,))[0]
    near = any(change.relative <= settings.crossover_margin for change in changes)
    return "robust" if chance >= settings.robust_share and not near else "sensitive"


def warnings_of(
    scorecard: Scorecard,
    standings: Sequence[Standing],
    order: Sequence[int],
    group_changes: Sequence[Crossover],
    settings: Settings,
) -> tuple[str, ...]:
    """What a reader must know besides the figures, one sentence each."""
    said = []
    method = price_method(scorecard)
    if method in RELATIVE:
        said.append(f"price method {method}: {RELATIVE[method]}")
    price = scorecard.price
    if price and any(s.values[price.id].natural == 0 for s in standings):
        said.append("a price of zero was offered; ask whether it is meant before anything is decided")
    if not standings:
        said.append("no candidates: add some under vendors")
    elif not order:
        said.append("nobody can be ranked: every candidate is excluded or nothing is known of it")
    elif len(order) == 1:
        said.append("only one candidate is ranked: there is nobody to compare it with")
    claims = sum(v.status == "claimed" for s in standings for v in s.values.values())
    if claims:
        said.append(
            f"cells that rest on a claim: {claims}; without stated ends a claim counts three quarters"
        )
    said += [
        f"group {change.what}: at {change.weight_at_change:.0%} of the weight (now {change.weight_now:.0%}) "
        f"{change.leader_after} would lead"
        for change in group_changes
        if change.relative <= settings.crossover_margin
    ]
    return tuple(said)


def verdict_sentence(analysis: Analysis) -> str:
    """Who leads, by how many points, where they come from, what the lead costs, and the verdict word; plain text."""
    first = analysis.leader
    if first is None:
        return "Nobody can be ranked."
    scored = [line for line in analysis.candidates if line.rank is not None]
    waits = f", but waits: {scored[0].reason}" if scored[0].status == "conditional" else ""
    if len(scored) == 1:
        return f"{first} is the only one ranked{waits}. Verdict: {analysis.verdict}."
    second = scored[1].id
    lead = why(analysis, first, second)
    names = {group.id: group.name for group in analysis.scorecard.groups}
    shown = shown_tenths(list(lead.groups.values()))
    if analysis.order == "tie":
        step = analysis.settings.display_step
        said = f"{first} and {second} tie: they are closer than {step:g} points."
        return f"{said} {lead_sentences(analysis)} Verdict: tie.".replace("  ", " ")
    parts = ", ".join(
        f"{names[group]} {points:+.1f}" for group, points in zip(lead.groups, shown, strict=True) if points
    )
    alone = f" (the order alone: {analysis.order})" if analysis.verdict == "conditional" else ""
    gap = f"{lead.gap:.1f} points ({parts})"
    more = lead_sentences(analysis)
    return f"{first} leads {second} by {gap}{waits}. {more} Verdict: {analysis.verdict}{alone}.".replace(
        "  ", " "
    )
