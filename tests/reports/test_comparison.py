"""The comparison report, printed from an invented evaluation."""

from collections.abc import Callable
from datetime import UTC, datetime

import pypdfium2
import pytest

from app import charts
from app.charts import ScoreRow, Stack
from app.kit import wording
from app.kit.pdf import render_pdf
from app.kit.pdf.parts import Badge, Fact, Head
from app.reports.views import (
    CompareCell,
    CompareColumn,
    CompareRow,
    CompareSection,
    ComparisonDocument,
    compare_blocks,
)

CREATED = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
NAMES = ("Northwind Labels", "Harbor Annotation", "In-house team", "Polyline Data")
GROUPS = {"Capability": 25, "Pilot quality": 30, "Assurance": 15, "Price": 20, "Kickoff": 10}
SCORES = ((84, 82, 70, 79, 75), (80, 78, 55, 84, 55), (70, 84, 90, 11, 20), (66, 47, 40, 89, 40))
CRITERIA = {
    "Capability": ("Annotation types we need", "Tooling and export", "Dedicated team"),
    "Pilot quality": ("F1 at IoU 0.5", "Errors that cost most"),
    "Assurance": ("Security beyond the must-haves", "Worker welfare"),
    "Price": ("Cost per accepted box",),
    "Kickoff": ("Weeks to the first batch",),
}


def _score_rows(names: tuple[str, ...]) -> tuple[CompareRow, ...]:
    rows = []
    for index, (group, criteria) in enumerate(CRITERIA.items()):
        means = [SCORES[i % len(SCORES)][index] for i in range(len(names))]
        rows.append(
            CompareRow(
                group, f"weight {GROUPS[group]}%", tuple(CompareCell(str(m)) for m in means), strong=True
            )
        )
        for criterion in criteria:
            cells = [
                CompareCell(
                    wording.number(m, 1),
                    f"{wording.interval(m - 5, min(100, m + 6))} · {'verified' if i < 2 else 'claimed'}",
                    chart=charts.score_interval(m - 5, m, min(100, m + 6), width=110),
                )
                for i, m in enumerate(means)
            ]
            if cells and criterion == "Worker welfare":
                cells[-1] = CompareCell(
                    "–", "not known, 0–100 · open", chart=charts.score_interval(0, None, 100, width=110)
                )
            rows.append(CompareRow(criterion, "", tuple(cells)))
    return tuple(rows)


def _sections(names: tuple[str, ...]) -> tuple[CompareSection, ...]:
    def line(label: str, *texts: str) -> CompareRow:
        return CompareRow(label, "", tuple(CompareCell(texts[i % len(texts)]) for i in range(len(names))))

    met, failed = Badge("met", "ok", "ISO to Mar 2028"), Badge("failed", "bad", "0.836–0.899")
    gates = CompareRow(
        "F1 at least 0.90, whole interval",
        "",
        tuple(CompareCell(badge=failed if i == 3 else met) for i in range(len(names))),
    )
    return (
        CompareSection(
            "Must-haves",
            "on 12 Dec 2026",
            (
                CompareRow("SOC 2 Type II or ISO 27001", "", tuple(CompareCell(badge=met) for _ in names)),
                gates,
            ),
        ),
        CompareSection("Scores by criterion", "expected value, range, evidence", _score_rows(names)),
        CompareSection(
            "Prices",
            "12 months, USD",
            (
                line("At 1.2 M accepted boxes", "141,600", "130,800", "289,200", "120,000"),
                line("Per accepted box", "0.118", "0.109", "0.241", "0.100"),
            ),
        ),
        CompareSection(
            "Pilot",
            "600 images",
            (line("Seconds per box", "7.9", "6.8", "11.2", "6.1"), line("Rework", "4.1%")),
        ),
        CompareSection(
            "Certificates", "", (line("SOC 2 Type II", "to 30 Nov 2026", "none", "–", "to 1 Jan 2027"),)
        ),
        CompareSection("Nothing to see", "", ()),
    )


def example(
    head: Callable[[str, str, tuple[Fact, ...]], Head], names: tuple[str, ...] = NAMES
) -> ComparisonDocument:
    totals = [
        sum(w * s for w, s in zip(GROUPS.values(), SCORES[i % 4], strict=True)) / 100
        for i in range(len(names))
    ]
    return ComparisonDocument(
        head=head(
            "Comparison report",
            "Labeling partner for shelf detection, 2027",
            (
                Fact("Evaluation", "EV-0007"),
                Fact("Scorecard", "image labeling, version 3"),
                Fact("Candidates", "4"),
            ),
        ),
        summary="Northwind Labels leads Harbor Annotation by 5.5 points; Polyline Data fails a must-have.",
        ranking=charts.ranking(
            [
                ScoreRow(n, t - 5, t, t + 5, i == 0)
                for i, (n, t) in enumerate(zip(names, totals, strict=True))
            ],
            width=490,
        ),
        contributions=charts.stacked(
            [
                Stack(
                    n,
                    tuple(w * s / 100 for w, s in zip(GROUPS.values(), SCORES[i % 4], strict=True)),
                    f"{totals[i]:.1f}",
                    i == 0,
                )
                for i, n in enumerate(names)
            ],
            tuple(GROUPS),
            title="Points by group",
            width=490,
            full=100,
        ),
        blocks=compare_blocks(
            [
                CompareColumn(n, ("recommended", "reserve", "yardstick", "excluded: F1")[i % 4], i == 0)
                for i, n in enumerate(names)
            ],
            _sections(names),
        ),
        notes=("A criterion without evidence counts as the whole range from 0 to 100.",),
    )


def test_four_candidates_stand_side_by_side_with_every_section(
    document_head: Callable[[str, str, tuple[Fact, ...]], Head], rendered: Callable[[str, object], str]
) -> None:
    pdf = render_pdf(rendered("comparison.html", example(document_head)), title="x", created=CREATED)
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == 2
        width, height = document[0].get_size()
        text = " ".join(document[i].get_textpage().get_text_bounded() for i in range(2))
    finally:
        document.close()
    assert width > height
    for wanted in (
        "Must-haves",
        "Scores by criterion",
        "Prices",
        "Certificates",
        "0.836–0.899",
        "not known, 0–100",
    ):
        assert wanted in text
    assert text.count("Polyline Data") >= 4  # two charts, and the head of the table on each page
    assert "Nothing to see" not in text


def test_many_candidates_are_cut_into_even_blocks_that_keep_every_cell(
    document_head: Callable[[str, str, tuple[Fact, ...]], Head],
) -> None:
    names = tuple(f"Vendor {i}" for i in range(11))
    page = example(document_head, names)
    assert [len(b.columns) for b in page.blocks] == [3, 4, 4]
    assert [c.name for b in page.blocks for c in b.columns] == list(names)
    for block in page.blocks:
        for section in block.sections:
            assert all(len(row.cells) == len(block.columns) for row in section.rows)
    prices = [c.text for b in page.blocks for c in b.sections[2].rows[0].cells]
    assert prices[:5] == ["141,600", "130,800", "289,200", "120,000", "141,600"]


def test_sections_without_rows_vanish_and_no_candidate_gives_no_block() -> None:
    assert compare_blocks([], []) == ()
    (block,) = compare_blocks([CompareColumn("a", "")], [CompareSection("empty", "", ())])
    assert block.sections == ()


@pytest.mark.parametrize("count", [0, 1, 10])
def test_any_number_of_candidates_prints(
    count: int,
    document_head: Callable[[str, str, tuple[Fact, ...]], Head],
    rendered: Callable[[str, object], str],
) -> None:
    names = tuple(f"Consolidated Annotation Services International {i}" for i in range(count))
    html = rendered("comparison.html", example(document_head, names))
    assert ("no candidates yet" in html) == (count == 0)
    assert render_pdf(html, title="x", created=CREATED).startswith(b"%PDF")
