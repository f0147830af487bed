"""What a comparison says in two sentences; every figure in them comes from the engine."""

from collections.abc import Mapping, Sequence

from app.core.pilots.results import Pair
from app.kit import wording
from app.pilots.service.comparison import CandidateResult, PilotComparison
from app.pilots.wording import digits_of, least_words


def verdict(found: PilotComparison, names: Mapping[str, str]) -> tuple[str, str]:
    """Headline and the sentence below it; `names` says what each code is called."""
    return _headline(found, names), " ".join(_details(found, names))


def peers_of(found: PilotComparison) -> tuple[list[CandidateResult], list[CandidateResult]]:
    """Who cannot be told apart from the leader (the leader first), and who is worse than it."""
    leader, *others = found.candidates
    peers = [leader, *(one for one in others if not _pair(found, leader.code, one.code).distinguishable)]
    return peers, [one for one in others if one not in peers]


def _pair(found: PilotComparison, a: str, b: str) -> Pair:
    return next(one for one in found.pairs if {one.a, one.b} == {a, b})


def _headline(found: PilotComparison, names: Mapping[str, str]) -> str:
    peers, worse = peers_of(found)
    if len(found.candidates) == 1:
        return _alone(found, names)
    if len(peers) > 1:
        first = f"{_listed(peers, names)} cannot be told apart on quality"
    else:
        first = f"{names[peers[0].code]} is better than the others on quality"
    below = [one for one in found.candidates if _misses_main_floor(found, one)]
    parts = [first]
    if worse and len(peers) > 1:
        parts.append(f"{_listed(worse, names)} {'is' if len(worse) == 1 else 'are'} worse")
    line = "; ".join(parts)
    if below and below == worse and len(peers) > 1:
        return f"{line} and {'misses' if len(below) == 1 else 'miss'} the floor."
    if below:
        return f"{line}; {_listed(below, names)} {'misses' if len(below) == 1 else 'miss'} the floor."
    return f"{line}."


def _alone(found: PilotComparison, names: Mapping[str, str]) -> str:
    one = found.candidates[0]
    figure = one.metrics[found.metric]
    digits = digits_of(found.metric)
    line = f"{names[one.code]} reaches {_metric(found)} {wording.number(figure.value, digits)}"
    if figure.low is not None and figure.high is not None:
        line += f" ({wording.interval(figure.low, figure.high, digits)})"
    if found.floor is None:
        return f"{line}."
    word = "misses" if _misses_main_floor(found, one) else "keeps"
    bound = "limit" if found.lower_is_better else "floor"
    return f"{line} and {word} the {bound} of {wording.number(found.floor, 2)}."


def _metric(found: PilotComparison) -> str:
    """The name within a sentence: accuracy, but F1 and chrF."""
    name = found.metric_name
    return name if any(letter.isupper() for letter in name[1:]) or name.isupper() else name.lower()


def _misses_main_floor(found: PilotComparison, one: CandidateResult) -> bool:
    value = one.metrics[found.metric].value
    if found.floor is None or value is None:
        return False
    return value > found.floor if found.lower_is_better else value < found.floor


def _listed(candidates: Sequence[CandidateResult], names: Mapping[str, str]) -> str:
    shown = [names[one.code] for one in candidates]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _details(found: PilotComparison, names: Mapping[str, str]) -> list[str]:
    out = []
    if len(found.candidates) > 1:
        least, digits = found.minimum_detectable_difference, digits_of(found.metric)
        out.append(least_words(found.items, least, _metric(found), digits=digits))
    out += _classes(found, names)
    out += _pace(found, names)
    return out


def _classes(found: PilotComparison, names: Mapping[str, str]) -> list[str]:
    out = []
    for one in found.candidates:
        labels = [promise.label for promise in one.misses if promise.metric == "by_class.f1"]
        if labels:
            shown = ", ".join(f"“{label}”" for label in labels[:3]) + (" and others" if labels[3:] else "")
            out.append(f"{names[one.code]} falls under the floor on {shown}.")
    return out


def _pace(found: PilotComparison, names: Mapping[str, str]) -> list[str]:
    """The two fastest of those who cannot be told apart, where the difference is more than noise."""
    peers, _ = peers_of(found)
    timed = sorted(
        (one for one in peers if one.pace is not None),
        key=lambda one: one.pace.seconds_per_label if one.pace else 0.0,
    )
    if len(timed) < 2:
        return []
    fast, slow = timed[0], timed[1]
    ratio = _pair(found, fast.code, slow.code).time_ratio
    if ratio is None or ratio.low <= 1 <= ratio.high:
        return []
    times = ratio.value if ratio.value > 1 else 1 / ratio.value
    return [f"{names[fast.code]} is {wording.percent(1 - 1 / times)} faster than {names[slow.code]}."]
