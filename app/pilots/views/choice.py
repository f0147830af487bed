"""What a comparison can be taken of: gold version, rounds, class, stratum, annotator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kit import paging, wording
from app.kit.ui import Chip, Option
from app.pilots.models import GoldVersion
from app.pilots.service import PilotComparison

_MOST = 500  # annotators to choose from


@dataclass(frozen=True, slots=True)
class Choice:
    """The filter of the results page; every choice computes the figures again."""

    path: str
    golds: tuple[Option, ...]
    gold: str
    rounds: tuple[Option, ...]
    round: str
    classes: tuple[Option, ...]
    label: str
    strata: tuple[Option, ...]
    stratum: str
    people: tuple[Option, ...]
    who: str
    chips: tuple[Chip, ...]


def choice_of(
    found: PilotComparison,
    golds: Sequence[GoldVersion],
    names: Mapping[str, str],
    path: str,
    query: Mapping[str, object],
) -> Choice:
    """The filter above a comparison of all items; what has one choice alone is left out."""
    chosen = {name: str(value) for name, value in query.items()}
    people = [
        (f"{code}:{one}", f"{names[code]}: {one}")
        for code, own in found.people.items()
        for one in sorted(own, key=wording.counting_key)
    ]
    versions = [Option(str(one.number), f"Version {one.number}") for one in golds]
    rounds = [Option(str(at), f"Up to round {at}") for at in range(1, found.rounds)]
    return Choice(
        path=path,
        golds=tuple(versions) if len(versions) > 1 else (),
        gold=chosen["gold"],
        rounds=tuple(rounds),
        round=chosen["round"],
        classes=tuple(Option(one, one) for one in found.classes),
        label=chosen["class"],
        strata=tuple(Option(one, one) for one in found.strata),
        stratum=chosen["stratum"],
        people=tuple(Option(value, name) for value, name in people[:_MOST]),
        who=chosen["who"],
        chips=_chips(chosen, dict(people), path, query),
    )


def _chips(
    chosen: Mapping[str, str], words: Mapping[str, str], path: str, query: Mapping[str, object]
) -> tuple[Chip, ...]:
    labels = {"gold": "Gold version", "round": "Up to round", "class": "Gold holds", "stratum": "Stratum"}
    return tuple(
        Chip(
            f"{labels[name]}: {value}" if name in labels else f"Items answered by {words.get(value, value)}",
            paging.link(path, query, **{name: ""}),
        )
        for name, value in chosen.items()
        if value
    )
