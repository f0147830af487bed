"""Invented documents to print: every total, lead and share is computed here from the inputs at the top."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from app import charts
from app.charts import Bar, ForestRow, ScoreRow
from app.decisions.views import (
    Amount,
    Approval,
    Ask,
    Condition,
    Difference,
    Excluded,
    Governance,
    HeatCell,
    HeatRow,
    MemoDocument,
    Money,
    MoneyRow,
    PilotRow,
    PilotSummary,
    Ranking,
    Risk,
    Step,
    gate_blocks,
)
from app.kit import wording
from app.kit.pdf.parts import Badge, Fact, Figure, Head
from app.kit.templating import render_template

CREATED = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
GROUPS = (("Capability", 25), ("Pilot quality", 30), ("Assurance", 15), ("Price", 20), ("Kickoff", 10))
VOLUME, BUDGET = 1_200_000, 18_000_000
MET, OPEN = Badge("met", "ok"), Badge("open", "warn")


@dataclass(frozen=True)
class Candidate:
    name: str
    mid: tuple[float, ...]
    half: tuple[float, ...]
    tenths_of_cents: int  # USD per accepted box, in 1/1000
    fixed: int  # cents
    first: float
    pay: str

    def total(self, sign: int = 0) -> float:
        return sum(
            w * min(100, max(0, m + sign * h)) / 100
            for (_, w), m, h in zip(GROUPS, self.mid, self.half, strict=True)
        )

    def cost(self, volume: int) -> int:
        """In cents; the fixed part stays, the rest goes with the volume."""
        year = self.tenths_of_cents * VOLUME // 10
        return self.fixed + (year - self.fixed) * volume // VOLUME


NORTHWIND = Candidate(
    "Northwind Labels", (84, 82, 70, 79, 75), (2, 6, 5, 2, 4), 118, 960_000, 0.995, "USD 14–19"
)
HARBOR = Candidate(
    "Harbor Annotation", (80, 78, 55, 84, 55), (6, 6, 12, 2, 8), 109, 960_000, 0.004, "USD 16–21"
)
INHOUSE = Candidate("In-house team", (70, 84, 90, 11, 20), (2, 8, 0, 1, 5), 241, 9_600_000, 0.001, "USD 41")
RANKED = (NORTHWIND, HARBOR, INHOUSE)
FOREST = (
    ForestRow("Northwind Labels", 0.938, 0.921, 0.952, 0.902, 0.966, leader=True),
    ForestRow("Harbor Annotation", 0.931, 0.913, 0.946, 0.893, 0.960),
    ForestRow("In-house team", 0.941, 0.918, 0.960, 0.880, 0.977),
    ForestRow("Polyline Data", 0.871, 0.849, 0.891, 0.836, 0.899),
)


def head(kind: str, title: str, facts: tuple[Fact, ...]) -> Head:
    return Head(
        kind=kind,
        version="draft 3",
        title=title,
        language="en",
        mark="Draft 3: not approved",
        demo="Example with invented figures",
        facts=facts,
        footer="Snapshot 7c1e90ab…a94f · audit head 1204:51b0…e2d7",
        classification="Confidential: procurement",
    )


def _ranking() -> Ranking:
    rows = [
        ScoreRow(
            c.name,
            c.total(-1),
            c.total(),
            c.total(1),
            leader=c is NORTHWIND,
            note=f"first in {wording.percent(c.first)}",
        )
        for c in RANKED
    ]
    return Ranking(
        caption="point: expected; band: open questions and pilot uncertainty; “first in”: 10,000 draws of the"
        " five group weights around ours (±7 points) and of the scores",
        chart=charts.ranking(rows),
        groups=tuple(f"{name} {weight}%" for name, weight in GROUPS),
        rows=tuple(
            HeatRow(
                c.name,
                c is NORTHWIND,
                tuple(HeatCell(wording.number(v), charts.heat_class(v)) for v in c.mid),
                wording.number(c.total(), 1),
                "96%",
            )
            for c in RANKED
        ),
        excluded=(Excluded("Polyline Data", "it fails the third must-have, F1 at least 0.90."),),
        notes=(),
    )


def _money() -> Money:
    def row(c: Candidate) -> MoneyRow:
        costs = [wording.number(c.cost(v) / 100) for v in (600_000, VOLUME, 2_400_000)]
        if c is INHOUSE:
            costs[2] = "cannot"
        ahead = c.cost(VOLUME) - HARBOR.cost(VOLUME)
        return MoneyRow(
            c.name,
            c is NORTHWIND,
            tuple(Amount(text, index == 1) for index, text in enumerate(costs)),
            wording.number(c.fixed / 100),
            "–" if c is HARBOR else wording.signed(ahead / 100),
            Badge("yes", "ok") if c.cost(VOLUME) <= BUDGET else Badge("no", "bad"),
            c.pay,
        )

    return Money(
        caption="12 months, USD, by accepted boxes a year",
        volumes=(Amount("at 0.6 M"), Amount("at 1.2 M", True), Amount("at 2.4 M")),
        rows=tuple(row(c) for c in RANKED),
        notes=("In-house reaches 2,900 boxes a day of the 4,800 needed: the yardstick, not a choice.",),
    )


def _pilot() -> PilotSummary:
    return PilotSummary(
        caption="600 images, 4,812 gold boxes (version 2, two annotators, α 0.91); guideline 1.3",
        chart=charts.forest(FOREST, measure="F1 at IoU 0.5", floor=0.9, width=330),
        chart_note="F1 at IoU 0.5. Thick: 95% interval over these images. Thin: over annotators, the vendor"
        " in general. With 600 images, differences under 0.021 are noise.",
        columns=("annotators", "s / box", "rework", "boxes per person-day", "surge day, F1", "weakest class"),
        rows=(
            PilotRow(
                "Northwind Labels", True, ("12", "7.9", "4.1%", "2,350", "−0.011", "price tag 0.91 (n 310)")
            ),
            PilotRow(
                "Harbor Annotation", False, ("11", "6.8", "6.7%", "2,700", "−0.004", "price tag 0.84 (n 310)")
            ),
            PilotRow("In-house team", False, ("4", "11.2", "3.8%", "725", "–", "pouch 0.90 (n 188)")),
        ),
        notes=("Criteria locked 4 Nov, first delivery 9 Nov, prices opened 20 Nov.",),
    )


def _difference() -> Difference:
    parts = [
        (name, (a - b) * weight / 100)
        for (name, weight), a, b in zip(GROUPS, NORTHWIND.mid, HARBOR.mid, strict=True)
    ]
    lead = NORTHWIND.total() - HARBOR.total()
    more = NORTHWIND.cost(VOLUME) - HARBOR.cost(VOLUME)
    return Difference(
        lead=f"Northwind costs {wording.money(more, 'USD')} a year"
        f" ({wording.percent(more / HARBOR.cost(VOLUME))}) more than Harbor and leads by"
        f" {wording.number(lead, 1)} points.",
        text="The lead comes from assurance beyond the must-haves and an earlier start, not from pilot"
        " quality: on F1 the two cannot be told apart.",
        notes=(
            "One point of quality is worth USD 8,640 a year at these weights and anchors. Northwind stays"
            " first until price weighs more than 62% (now 20%).",
        ),
        chart=charts.diverging(
            [Bar(name, value) for name, value in sorted(parts, key=lambda p: -p[1])],
            title="Points by which Northwind leads Harbor, by group",
        ),
    )


def ordinary_memo() -> MemoDocument:
    names = (*(c.name for c in RANKED), "Polyline Data")
    amount = wording.money(NORTHWIND.cost(VOLUME), "USD")
    return MemoDocument(
        head=head(
            "Decision memo",
            "Labeling partner for shelf detection, 2027",
            (
                Fact("Evaluation", "EV-0007"),
                Fact("Need", "1.2 M boxes a year, 4,800 a day"),
                Fact("Data", "EU personal data; pilot on synthetic shelves"),
                Fact("Decide by", f"{wording.day(date(2026, 12, 12))} (offer ends 20 Dec)"),
            ),
        ),
        ask=Ask(
            sentence=f"Approve {amount} for 12 months to Northwind Labels; Harbor Annotation in reserve until"
            " 30 June.",
            budget=f"Budget {wording.money(BUDGET, 'USD')}.",
            verdict=Badge("conditional", "warn", "one must-have is open"),
            order=Badge("robust", "ok"),
            figures=(
                Figure(
                    wording.number(NORTHWIND.total(), 1),
                    f"score, {wording.interval(NORTHWIND.total(-1), NORTHWIND.total(1))}",
                    f"next {wording.number(HARBOR.total(), 1)}",
                ),
                Figure("USD 0.118", "per accepted box, rework and our review in"),
                Figure("19 Jan", "first batch", "range 14–26 Jan"),
            ),
        ),
        difference=_difference(),
        conditions=(
            Condition(
                "DPA with EU transfer clauses",
                Badge("open", "warn", "with their counsel"),
                "Procurement lead",
                "10 Dec",
                "no award; Harbor is asked",
            ),
            Condition("SOC 2 bridge letter to 31 Jan 2027", Badge("received", "ok"), "Security", "–", "–"),
        ),
        money=_money(),
        must_haves=gate_blocks(
            names,
            (
                (
                    "SOC 2 Type II or ISO 27001 on 12 Dec",
                    (
                        Badge("met", "ok", "period to 30 Nov, bridge to 31 Jan"),
                        Badge("met", "ok", "ISO to Mar 2028"),
                        MET,
                        Badge("waived", "warn", "until 30 Jun"),
                    ),
                ),
                ("DPA, EU storage", (OPEN, MET, Badge("not needed"), MET)),
                (
                    "F1 at least 0.90, whole interval",
                    (
                        Badge("met", "ok", "0.902–0.966"),
                        Badge("unknown", "warn", "0.893–0.960"),
                        Badge("unknown", "warn", "0.880–0.977"),
                        Badge("failed", "bad", "0.836–0.899"),
                    ),
                ),
            ),
        ),
        must_have_notes=(
            "The gate reads the annotator interval: the vendor in general, not only these 600 images.",
        ),
        ranking=_ranking(),
        pilot=_pilot(),
        give_up=(
            "Surge: Harbor doubled its volume in two days, Northwind in four.",
            "Price: 8% more a year.",
        ),
        risks=(
            Risk("Single site.", "Second site qualified by March; Harbor kept warm with 2% of volume."),
            Risk("Price tags are new.", "Calibration batch of 50 before each release, floor per batch."),
        ),
        dissent=(
            "One of five evaluators ranked Harbor first: surge is worth more than the scorecard says."
            " Original scores kept.",
        ),
        next_steps=(
            Step("10 Dec", "DPA signed"),
            Step("12 Dec", "decision"),
            Step("15 Dec", "letters to the others; objections until 29 Dec"),
            Step("5 Jan", "kickoff"),
            Step("19 Jan", "first batch; reviews after 30, 60 and 90 days"),
        ),
        approvals=(
            Approval("1", "Budget owner", "", None, "", ""),
            Approval(
                "2",
                "Information security",
                "Š. Ćepan",
                Badge("approved", "ok"),
                "1 Dec 2026",
                "7c1e90ab…a94f",
            ),
        ),
        approvals_caption="recommended by the procurement lead and the ML lead, who do not approve",
        governance=Governance(
            "team",
            ("blind ratings", "conflicts declared", "prices after quality"),
            ("two-person unseal", "standstill"),
            ("Leave one evaluator out: Northwind first in 5 of 5.",),
        ),
        snapshot="7c1e90ab41f7d06c0e5f2a9d3b8e617725d4c1fa90b36e8d52c7f01e4d6ba94f",
        audit_head="1204:51b04c1d9f3ae7706b825ce01d94f3a8b7c65e2f10d89a43c7be5f6012a8e2d7",
    )


@pytest.fixture
def memo() -> MemoDocument:
    """An ordinary decision: four candidates, one of them excluded."""
    return ordinary_memo()


@pytest.fixture
def rendered() -> Callable[[str, object], str]:
    """Renders templates/reports/<name> with `page`, as the application does."""
    return lambda name, page: render_template(f"reports/{name}", {"page": page})


@pytest.fixture
def crowded_memo(memo: MemoDocument) -> MemoDocument:
    """Ten vendors with long names, twenty must-haves, long lists everywhere."""
    names = tuple(
        f"Consolidated Annotation and Data Services International No. {i} GmbH & Co. KG" for i in range(10)
    )
    state = Badge("unknown", "warn", "waiting for the certificate of the second site")
    long = "A long sentence that explains in some detail what is meant and why it matters to the reader. " * 3
    assert memo.ranking is not None
    assert memo.money is not None
    scores = [ScoreRow(n, 40 - i, 60 - i, 90 - i, i == 0, "first in 10%") for i, n in enumerate(names)]
    return replace(
        memo,
        conditions=memo.conditions * 10,
        money=replace(
            memo.money, rows=tuple(replace(memo.money.rows[0], name=n, picked=False) for n in names)
        ),
        must_haves=gate_blocks(names, [(f"{i}. {long[:90]}", [state] * 10) for i in range(20)]),
        ranking=replace(
            memo.ranking,
            chart=charts.ranking(scores),
            rows=tuple(replace(memo.ranking.rows[0], name=n) for n in names),
        ),
        pilot=replace(
            _pilot(),
            chart=charts.forest([replace(FOREST[0], name=n) for n in names], measure="F1", floor=0.9),
            rows=tuple(PilotRow(n, False, ("12", "7.9", "4.1%", "2,350", "–", "tag")) for n in names),
        ),
        give_up=(long,) * 6,
        risks=(Risk("A risk.", long),) * 12,
        dissent=(long,) * 3,
        next_steps=(Step("10 Dec", long),) * 9,
        approvals=memo.approvals * 5,
    )


@pytest.fixture
def document_head() -> Callable[[str, str, tuple[Fact, ...]], Head]:
    """Heading of an invented draft: (kind, title, facts)."""
    return head
