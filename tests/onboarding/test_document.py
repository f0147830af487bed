"""The onboarding checklist, printed from an invented onboarding."""

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2

from app import charts
from app.charts import Count
from app.kit.pdf import render_pdf
from app.kit.pdf.parts import Badge, Fact, Head
from app.kit.templating import render_template
from app.onboarding.views import ChecklistDocument, StageLines, TaskLine

CREATED = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
DONE, OPEN, PROGRESS = Badge("done", "ok"), Badge("open"), Badge("in progress", "warn")


def _task(
    title: str, due: str, state: Badge, blocks: str = "", evidence: str = "", late: bool = False
) -> TaskLine:
    return TaskLine(
        title,
        "Procurement lead",
        due,
        late=late,
        done=state is DONE,
        state=state,
        blocks=blocks,
        evidence=evidence,
    )


def example() -> ChecklistDocument:
    return ChecklistDocument(
        head=Head(
            kind="Onboarding checklist",
            version="as of 1 Dec 2026",
            title="Northwind Labels: shelf detection",
            language="en",
            mark="",
            demo="Example with invented figures",
            facts=(Fact("Kickoff", "5 Jan 2027"), Fact("Decision", "EV-0007"), Fact("Owner", "Š. Ćepan")),
            footer="Checklist 7c1e90ab…a94f",
            classification="Confidential: procurement",
        ),
        readiness=Badge("not ready", "warn"),
        readiness_sentence="Kickoff on 5 Jan is blocked by 2 open tasks.",
        progress="3 of 7 tasks done; 1 late.",
        progress_chart=charts.error_strip(
            [Count("done", 3, "good"), Count("in progress", 1, "warn"), Count("open", 3, "muted")],
            title="Tasks",
            width=630,
        ),
        blockers=(
            "Data processing agreement signed (procurement lead, 8 Dec): no real data before it.",
            "Guideline for production released (ML lead, 29 Dec): no kickoff before it.",
        ),
        stages=(
            StageLines(
                "Agreements",
                "2 of 3 done",
                (
                    _task(
                        "Mutual confidentiality agreement in force",
                        "6 Dec 2026",
                        DONE,
                        "data",
                        "signed, end 2028",
                    ),
                    _task(
                        "Data processing agreement, sub-processors and transfer clauses signed",
                        "28 Nov 2026",
                        PROGRESS,
                        "real data",
                        "signed agreement, list of sub-processors, transfer assessment",
                        late=True,
                    ),
                    _task("Contract and work order signed", "22 Dec 2026", DONE, "kickoff"),
                ),
            ),
            StageLines(
                "Security", "1 of 1 done", (_task("Certificates cover the sites", "22 Dec 2026", DONE),)
            ),
            StageLines(
                "Training",
                "0 of 3 done",
                tuple(
                    _task(t, "5 Jan 2027", OPEN, "production")
                    for t in ("Kickoff", "Gold course", "Calibration")
                ),
            ),
            StageLines("Money", "no task", ()),
        ),
        notes=("Day 0 is the kickoff meeting; offsets are calendar days.",),
    )


def _printed(page: ChecklistDocument) -> tuple[int, str]:
    html = render_template("reports/checklist.html", {"page": page})
    document = pypdfium2.PdfDocument(render_pdf(html, title="x", created=CREATED))
    try:
        pages = [document[i].get_textpage().get_text_bounded() for i in range(len(document))]
    finally:
        document.close()
    return len(pages), " ".join(" ".join(pages).replace("\u00a0", " ").split())


def test_the_checklist_opens_with_the_gate_and_lists_every_stage() -> None:
    count, text = _printed(example())
    assert count == 1
    wanted = (
        "not ready Kickoff on 5 Jan is blocked by 2 open tasks.",
        "3 of 7 tasks done; 1 late.",
        "done 3 in progress 1 open 3",
        "no real data before it",
        "signed agreement, list of sub-processors, transfer assessment",
        "28 Nov 2026 late in progress real data",
        "✓ Mutual confidentiality agreement",
        "□ Gold course",
        "No task of this stage applies.",
    )
    assert [w for w in wanted if w not in text] == []


def test_a_ready_checklist_shows_no_blockers() -> None:
    page = replace(
        example(), blockers=(), readiness=Badge("ready", "ok"), readiness_sentence="Kickoff may start."
    )
    _, text = _printed(page)
    assert "ready Kickoff may start." in text
    assert "What keeps the gate closed" not in text


def test_forty_tasks_repeat_the_head_on_every_page() -> None:
    page = example()
    stages = (replace(page.stages[0], tasks=page.stages[0].tasks * 20),)
    count, text = _printed(replace(page, stages=stages))
    assert count >= 3
    assert text.count("Task and evidence") >= count - 1


def test_an_empty_checklist_names_the_next_step() -> None:
    _, text = _printed(replace(example(), stages=()))
    assert "choose a template first" in text
