"""Support tickets from a seeded generator: what is handed out, our own two label sets, and a vendor's work.

The same seed gives the same tickets on every machine; nothing of them is real, and their files say so by name.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from app.demo.generator import generator_of, shares

Lab = Mapping[str, Any]
_SHIFT = 3600 * 7  # seconds of work that a labeler has a day


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket as it stands on the item list, with the intent that is right."""

    item: str
    label: str
    stratum: str
    text: str
    role: str = "scored"
    repeat_of: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Hands:
    """How a vendor works: share of right labels, seconds a ticket once it knows its way, labelers, days of work."""

    accuracy: float
    seconds: float
    people: int
    days: int


def tickets(count: int, told: Lab, labels: Sequence[str], seed: int) -> list[Ticket]:
    """`count` tickets that count, some planted and some for the surge day; besides practice and hidden repeats."""
    random = generator_of(seed, 3)
    drawn = random.choice(len(labels), size=count, p=shares(len(labels)))
    scored = [_written(f"ticket-{at:04d}", labels[label], told, random) for at, label in enumerate(drawn, 1)]
    for at, one in enumerate(told["planted"]):
        scored[3 + 5 * at] = Ticket(
            scored[3 + 5 * at].item,
            one["label"],
            one["language"],
            one["text"],
            "planted",
            "",
            one["question"],
        )
    surge = int(count * told["surge"])
    scored[-surge:] = [replace(one, role="surge") for one in scored[-surge:]]
    plain = [one for one in scored if one.role == "scored"]
    again = random.choice(len(plain), size=int(count * told["repeats"]), replace=False)
    repeats = [
        replace(plain[at], item=f"again-{plain[at].item}", role="repeat", repeat_of=plain[at].item)
        for at in sorted(again.tolist())
    ]
    practice = [
        replace(_written(f"practice-{at:02d}", labels[at % len(labels)], told, random), role="practice")
        for at in range(told["practice"])
    ]
    return [*practice, *scored, *repeats]


def _written(item: str, label: str, told: Lab, random: np.random.Generator) -> Ticket:
    language = "de" if random.random() < 0.3 else "en"
    text = str(random.choice(told["texts"][label][language]))
    filled = text.format(
        n=int(random.integers(40_000, 60_000)),
        what=random.choice(told["things"]),
        day=random.choice(told["days"]),
    )
    return Ticket(item, label, language, filled)


def item_list(found: Sequence[Ticket]) -> bytes:
    """The item list as CSV: everything but the right labels."""
    head = ("item", "role", "repeat_of", "question", "stratum", "text")
    return _table(head, [[getattr(one, name) for name in head] for one in found])


def own_sets(found: Sequence[Ticket], told: Lab, labels: Sequence[str], seed: int) -> tuple[bytes, bytes]:
    """What two of our own people labelled without seeing each other: now and then one errs, or both alike."""
    random = generator_of(seed, 5)
    rows: tuple[list[list[object]], list[list[object]]] = ([], [])
    for one in (ticket for ticket in found if ticket.role not in ("practice", "repeat")):
        wrong = labels[(labels.index(one.label) + 1) % len(labels)]
        both = random.random() < told["own"]["together"]
        for mine in rows:
            mine.append([one.item, wrong if both or random.random() < told["own"]["alone"] else one.label])
    first, second = (_table(("item", "label"), mine) for mine in rows)
    return first, second


def delivery(
    order: Sequence[tuple[str, Ticket]],
    labels: Sequence[str],
    hands: Hands,
    seed: int,
    *,
    team: str,
    last: date,
) -> bytes:
    """A vendor's labels of its pack, in its order and by the names it has there: with labeler, seconds and when (UTC).

    Which tickets it gets wrong does not depend on the order; wrong labels fall on the neighbouring class. Labelers
    quicken with practice; the work ends on the day `last`.
    """
    random = generator_of(seed, 4)
    wrong = {one for one in sorted(one.item for _, one in order) if random.random() > hands.accuracy}
    per_day = -(-len(order) // (hands.days * hands.people))
    clock = [[0.0, 0] for _ in range(hands.people)]  # seconds since the shift began, tickets done
    rows: list[list[object]] = []
    for at, (name, one) in enumerate(order):
        who = at % hands.people
        day, done = divmod(int(clock[who][1]), per_day)
        if done == 0:
            clock[who][0] = float(random.uniform(0, _SHIFT / 8))
        label = labels[(labels.index(one.label) + (one.item in wrong)) % len(labels)]
        spent = hands.seconds * (1 + 0.6 * 0.96 ** clock[who][1]) * float(random.lognormal(0, 0.3))
        clock[who] = [clock[who][0] + spent + float(random.uniform(1, 12)), int(clock[who][1]) + 1]
        begun = datetime.combine(last - timedelta(days=hands.days - 1 - day), time(8), UTC)
        sent = begun + timedelta(seconds=round(clock[who][0]))
        rows.append([name, label, f"{team}{who + 1:02d}", f"{spent:.1f}", sent.isoformat()])
    return _table(("item", "label", "annotator", "seconds", "submitted_at"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode()
