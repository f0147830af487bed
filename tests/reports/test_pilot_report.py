"""The pilot report, printed from an invented pilot."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2

from app import charts
from app.charts import Count, ForestRow, Series
from app.kit.pdf import render_pdf
from app.kit.pdf.parts import Fact, Head
from app.reports.views import Outcome, PilotReportDocument, Table, TableCell, TableRow

CREATED = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
NAMES = ("Northwind Labels", "Harbor Annotation", "In-house team", "Polyline Data")
FOREST = (
    ForestRow("Northwind Labels", 0.938, 0.921, 0.952, 0.902, 0.966, leader=True),
    ForestRow("Harbor Annotation", 0.931, 0.913, 0.946, 0.893, 0.960),
    ForestRow("In-house team", 0.941, 0.918, 0.960, 0.880, 0.977),
    ForestRow("Polyline Data", None, None, None),
)


def _rows(*texts: tuple[str, ...]) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(NAMES[i], tuple(TableCell(t) for t in row), picked=i == 0) for i, row in enumerate(texts)
    )


def _classes() -> Table:
    counts = {"bottle": 1900, "can": 1402, "pouch": 188, "price tag": 310}
    values = {"bottle": (0.95, 0.95, 0.96), "can": (0.94, 0.93, 0.95), "pouch": (0.90, 0.91, 0.90)}
    values["price tag"] = (0.91, 0.84, 0.93)
    return Table(
        "Class",
        ("items", *NAMES[:3]),
        tuple(
            TableRow(
                name,
                (
                    TableCell(f"{counts[name]:,}"),
                    *(
                        TableCell(
                            f"{v:.2f}", f"{v - 0.03:.2f}–{v + 0.02:.2f}", charts.heat_class(v, 0.8, 1.0)
                        )
                        for v in row
                    ),
                ),
            )
            for name, row in values.items()
        ),
    )


def example(head: Callable[[str, str, tuple[Fact, ...]], Head]) -> PilotReportDocument:
    weeks = [(float(w), 11.0 * (w + 1) ** -0.25) for w in range(6)]
    return PilotReportDocument(
        head=head(
            "Pilot report",
            "Shelf detection: 600 images, round 2",
            (Fact("Evaluation", "EV-0007"), Fact("Task", "boxes"), Fact("Gold", "version 2, 4,812 boxes")),
        ),
        summary="Northwind, Harbor and in-house cannot be told apart on F1; Polyline has not delivered.",
        done=(
            "The same 600 images for every candidate, in the same order, under blind codes.",
            "Gold from two of our own label sets (α 0.91), adjudicated, hashed on 4 Nov before any delivery.",
            "Guideline 1.3; criteria locked on 4 Nov and confirmed by every vendor.",
        ),
        quality_caption="F1 at IoU 0.5",
        quality_chart=charts.forest(FOREST, measure="F1 at IoU 0.5", floor=0.9, width=672),
        quality_note="Thick: 95% over these images. Thin: over annotators, the vendor in general.",
        quality=Table(
            "Candidate",
            ("F1", "precision", "recall", "mean IoU", "missing", "annotators"),
            _rows(
                ("0.938", "0.947", "0.929", "0.871", "0", "12"),
                ("0.931", "0.926", "0.936", "0.862", "0", "11"),
                ("0.941", "0.950", "0.932", "0.880", "3", "4"),
            ),
        ),
        pairs_caption="difference in F1 with its 95% interval, adjusted for three comparisons",
        pairs=Table(
            "Pair",
            ("difference", "interval", "p", "told apart"),
            (
                TableRow(
                    "Northwind − Harbor",
                    tuple(TableCell(t) for t in ("+0.007", "−0.012 to 0.026", "0.61", "no")),
                ),
                TableRow(
                    "In-house − Harbor",
                    tuple(TableCell(t) for t in ("+0.010", "−0.011 to 0.031", "0.61", "no")),
                ),
            ),
        ),
        pairs_note="With 600 images a difference under 0.021 is noise.",
        classes_caption="F1 per class, gold items",
        classes=_classes(),
        outcomes=tuple(
            Outcome(
                name,
                charts.error_strip(
                    [
                        Count("ok", ok, "good"),
                        Count("loose", 120, "warn"),
                        Count("wrong label", 44, "bad"),
                        Count("missing", 4812 - ok - 164, "bad"),
                        Count("extra", 96, "muted"),
                        Count("duplicate", 0, "muted"),
                    ],
                    width=672,
                ),
            )
            for name, ok in (("Northwind Labels", 4470), ("Harbor Annotation", 4402))
        ),
        speed_caption="seconds per box, production phase",
        speed_chart=charts.line_chart(
            [
                Series("Northwind", tuple(weeks), projected=2),
                Series("Harbor", tuple((w, s * 0.86) for w, s in weeks), projected=2),
            ],
            title="Seconds per box by week",
            x_name="week",
            y_name="seconds per box",
            width=672,
            height=160,
        ),
        speed=Table(
            "Candidate",
            ("mean", "median", "geometric mean", "boxes per person-day"),
            _rows(
                ("7.9", "6.1", "6.4", "2,350"), ("6.8", "5.9", "6.0", "2,700"), ("11.2", "9.0", "9.4", "725")
            ),
        ),
        cost_caption="USD per accepted box",
        cost=Table(
            "Candidate",
            ("at 0.6 M", "at 1.2 M", "at 2.4 M"),
            _rows(("0.126", "0.118", "0.114"), ("0.117", "0.109", "0.105")),
        ),
        warnings=(
            "Polyline Data has not delivered: nothing is known of its quality.",
            "The last two weeks of the learning curve are extrapolated.",
        ),
        method=(
            "Bootstrap over images, 10,000 resamples, seed 7.",
            "IoU 0.5, one-to-one matching, same label.",
        ),
    )


def _text(html: str) -> tuple[int, str]:
    document = pypdfium2.PdfDocument(render_pdf(html, title="x", created=CREATED))
    try:
        pages = [document[i].get_textpage().get_text_bounded() for i in range(len(document))]
    finally:
        document.close()
    return len(pages), " ".join(" ".join(pages).split())


def test_the_report_prints_what_was_done_and_measured_with_its_warnings(
    document_head: Callable[[str, str, tuple[Fact, ...]], Head], rendered: Callable[[str, object], str]
) -> None:
    count, text = _text(rendered("pilot_report.html", example(document_head)))
    assert count == 2
    wanted = (
        "Polyline Data has not delivered",
        "The same 600 images for every candidate",
        "not measured",
        "−0.012 to 0.026",
        "price tag 310 0.91",
        "wrong label 44",
        "2,700",
        "USD per accepted box",
        "10,000 resamples",
    )
    assert [w for w in wanted if w not in text] == []
    assert "duplicate" not in text


def test_a_pilot_without_deliveries_says_so_everywhere(
    document_head: Callable[[str, str, tuple[Fact, ...]], Head], rendered: Callable[[str, object], str]
) -> None:
    nothing = Table("Candidate", (), ())
    page = replace(
        example(document_head),
        quality_chart=charts.forest([], measure="F1"),
        quality=nothing,
        pairs=nothing,
        classes=nothing,
        outcomes=(),
        speed_chart=None,
        speed=nothing,
        cost=nothing,
        warnings=(),
        method=(),
        done=(),
    )
    _, text = _text(rendered("pilot_report.html", page))
    assert text.count("Nothing was measured.") == 5
    assert "No candidate has delivered yet." in text
    assert "No delivery was compared." in text
    assert "Read this first" not in text


def test_long_reports_repeat_their_table_heads(
    document_head: Callable[[str, str, tuple[Fact, ...]], Head], rendered: Callable[[str, object], str]
) -> None:
    page = example(document_head)
    classes = replace(page.classes, rows=page.classes.rows * 25)
    count, text = _text(rendered("pilot_report.html", replace(page, classes=classes)))
    assert count > 4
    assert text.count("Class items Northwind Labels") >= 3


def test_no_word_runs_past_the_margin_however_much_is_told(
    document_head: Callable[[str, str, tuple[Fact, ...]], Head], rendered: Callable[[str, object], str]
) -> None:
    page = example(document_head)
    note = "0.800–0.997; reached, may be chance; 20 of 20 judged in blind review 1; of round 1"
    vendors = tuple(f"Consolidated Annotation Services {at}" for at in range(8))
    promises = Table(
        "Promise",
        vendors,
        (TableRow("Accepted at first pass, blind review, floor 0.85", (TableCell("0.975", note),) * 8),),
    )
    reason = (
        "Of two label sets that agree on 96% of 400 items (93% to 97%, 95 %); 17 decided by a person. " * 3
    )
    cells = ("22 Nov 2026, 06:25 Europe/Berlin", "Milo Brandt", "400 / 400", "2 items put right", reason)
    golds = Table(
        "Gold",
        ("since", "by", "items / labels", "changed", "reason"),
        (TableRow("Version 3 (compared)", tuple(TableCell(one) for one in cells)),),
        frozenset({"since", "by", "changed", "reason"}),
    )
    html = rendered("pilot_report.html", replace(page, promises=promises, golds=golds))
    printed = pypdfium2.PdfDocument(render_pdf(html, title="A report", created=CREATED))
    for at in range(len(printed)):
        sheet, text = printed[at], printed[at].get_textpage()
        margin = 16 / 25.4 * 72
        said = text.get_text_range()
        far = [
            (one, text.get_charbox(place)[2])
            for place, one in enumerate(said)
            if not one.isspace() and text.get_charbox(place)[2] > sheet.get_width() - margin + 1
        ]
        assert far == []
        assert "0.800–\r" not in said, "an interval is broken"
        assert "0.800–\n" not in said, "an interval is broken"
