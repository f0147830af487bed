"""From a memo's record to the document: words and charts, no figure that is not in the record."""

from datetime import datetime

from app.decisions.models import DecisionState, Verdict
from app.decisions.schemas.record import Record, digest_of
from app.decisions.service import Standing
from app.decisions.service.verifying import ATTACHED
from app.decisions.views import document as page
from app.decisions.views.difference import difference
from app.decisions.views.tables import money, must_have_notes, must_haves, pilot, ranking
from app.decisions.views.terms import metric_name, per_label
from app.kit import canonical, wording
from app.kit.pdf import Attachment, render_pdf
from app.kit.pdf.parts import Badge, Fact, Figure, Head, Preview, Tone
from app.kit.templating import render_template

_VERDICTS: dict[str, Tone] = {"certain": "ok", "robust": "ok"}
_CONDITIONS: dict[str, Badge] = {
    "open": Badge("open", "warn"),
    "met": Badge("met", "ok"),
    "waived": Badge("waived", "warn"),
}
_ANSWERS: dict[Verdict, Badge] = {
    Verdict.APPROVE: Badge("approved", "ok"),
    Verdict.RETURN: Badge("returned", "warn"),
    Verdict.REJECT: Badge("rejected", "bad"),
}


def memo_document(record: Record, standing: Standing, *, preview: Preview | None = None) -> page.MemoDocument:
    """The document of a record: the same record gives the same document for ever."""
    digest = digest_of(record.document())
    return page.MemoDocument(
        head=_head(record, standing, digest, preview),
        ask=_ask(record),
        difference=difference(record),
        conditions=_conditions(record),
        money=money(record),
        must_haves=must_haves(record),
        must_have_notes=must_have_notes(record),
        ranking=ranking(record),
        pilot=pilot(record),
        give_up=record.asked.give_up,
        risks=tuple(page.Risk(_stop(risk.title), risk.answer) for risk in record.asked.risks),
        dissent=record.asked.dissent,
        next_steps=tuple(
            page.Step(wording.day(step.on) if step.on else "Then", step.text)
            for step in record.asked.next_steps
        ),
        approvals=_approvals(standing, digest),
        approvals_caption=_approvals_caption(record),
        governance=page.Governance(
            record.controls.profile, record.controls.on, record.controls.off, record.controls.notes
        ),
        snapshot=digest,
        audit_head=record.audit_head,
    )


def memo_html(record: Record, standing: Standing, *, preview: Preview | None = None) -> str:
    """The memo as a page of its own."""
    shown = memo_document(record, standing, preview=preview)
    return render_template(page.MemoDocument.template, {"page": shown})


def memo_pdf(record: Record, standing: Standing, created: datetime) -> bytes:
    """The printed memo with its record attached as `decision.json`. Takes a second: never inside a write."""
    attached = Attachment(ATTACHED, canonical.canonical_json(record.document()), "application/json")
    title = f"Decision memo {record.about.label}: {record.about.name}"
    return render_pdf(memo_html(record, standing), title=title, attachments=(attached,), created=created)


def memo_name(record: Record) -> str:
    """The file name of the printed memo."""
    version = f"v{record.asked.version}" if record.asked.version else "draft"
    return f"memo-{record.about.label}-{version}.pdf"


def _stop(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def _head(record: Record, standing: Standing, digest: str, preview: Preview | None) -> Head:
    about, asked = record.about, record.asked
    facts = [Fact("Evaluation", about.label)]
    facts += [Fact(label, text) for label, text in (("Need", about.need), ("Data", about.data)) if text]
    if about.decide_by:
        facts.append(Fact("Decide by", wording.day(about.decide_by)))
    sequence, _, chain = record.audit_head.partition(":")
    frozen = standing.state is not None
    return Head(
        kind="Decision memo",
        version=f"version {asked.version}, {wording.day(record.made_at)}" if frozen else "draft",
        title=about.name,
        language="en",
        mark=_mark(record, standing),
        demo="Demonstration data" if about.is_demo else "",
        facts=tuple(facts),
        footer=f"Snapshot {digest[:8]}…{digest[-4:]} · audit head {sequence}:{chain[:4]}…{chain[-4:]}",
        classification="Confidential: procurement",
        preview=preview,
    )


def _mark(record: Record, standing: Standing) -> str:
    version = record.asked.version
    if standing.state is None:
        return "Draft: not proposed"
    if not standing.is_newest:
        return f"Version {version}: superseded"
    return {
        DecisionState.DRAFT: f"Version {version}: returned or withdrawn",
        DecisionState.PROPOSED: f"Version {version}: not approved",
        DecisionState.APPROVED: "",
        DecisionState.REJECTED: f"Version {version}: rejected",
        DecisionState.WITHDRAWN: f"Version {version}: withdrawn",
    }[standing.state]


def sentence(record: Record) -> str:
    """The decision asked, in one sentence."""
    asked = record.asked
    name = record.name_of(asked.selected)
    if not name:
        return "Nobody is recommended yet."
    months = f"{asked.months} {wording.plural('month', asked.months)}"
    what = (
        f"{wording.money(asked.amount, asked.currency)} for {months} to " if asked.amount is not None else ""
    )
    text = f"Approve {what}{name}"
    if asked.reserve:
        until = f" until {wording.day(asked.reserve_until)}" if asked.reserve_until else ""
        text += f"; {record.name_of(asked.reserve)} in reserve{until}"
    return _stop(text)


def _ask(record: Record) -> page.Ask:
    result = record.result
    verdict = result.verdict if result else None
    order = result.order if result and verdict == "conditional" else None
    return page.Ask(
        sentence=sentence(record),
        budget=_budget(record),
        verdict=Badge(verdict, _VERDICTS.get(verdict, "warn"), _open_gates(record))
        if verdict
        else Badge("none", "warn", "nobody can be ranked yet"),
        order=Badge(order, _VERDICTS.get(order, "warn")) if order else None,
        figures=_figures(record),
    )


def _budget(record: Record) -> str:
    about, asked, result = record.about, record.asked, record.result
    said = []
    if about.budget is None:
        said.append("No budget was set.")
    else:
        text = f"Budget {wording.money(about.budget, about.currency)} a year"
        share = about.budget * asked.months
        if asked.amount is not None and asked.currency == about.currency and asked.amount * 12 > share:
            over = -(-(asked.amount * 12 - share) // 12)
            text += f", exceeded by {wording.money(over, about.currency)}"
        said.append(f"{text}.")
    if result and result.leader and asked.selected and result.leader != asked.selected:
        said.append(f"The ranking's leader is {record.name_of(result.leader)}.")
    return " ".join(said)


def _open_gates(record: Record) -> str:
    """What a conditional verdict waits for, in a few words."""
    result = record.result
    if result is None or result.verdict != "conditional":
        return ""
    count = sum(
        mark.candidate == result.leader and mark.state == "unknown"
        for gate in record.gates
        for mark in gate.marks
    )
    if not count:
        return ""
    return "one must-have is open" if count == 1 else f"{count} must-haves are open"


def _figures(record: Record) -> tuple[Figure, ...]:
    found = []
    lines = {line.candidate: line for line in record.result.lines} if record.result else {}
    line = lines.get(record.asked.selected)
    if line is not None and line.total is not None:
        others = [
            one.total for key, one in lines.items() if key != record.asked.selected and one.total is not None
        ]
        next_best = f"best other {wording.number(max(others), 1)}" if others else ""
        band = f"score, {wording.interval(line.low, line.high)}"
        found.append(Figure(wording.number(line.total, 1), band, next_best))
    costs = record.money.lines if record.money else ()
    cost = next((one for one in costs if one.candidate == record.asked.selected), None)
    if cost is not None and cost.per_accepted is not None and record.money:
        code, _, amount = per_label(cost.per_accepted, record.money.currency).partition("\u00a0")
        unit = f"{code} per accepted {record.about.unit.replace('_', ' ')}"
        found.append(Figure(amount, unit, "at the expected volume"))
    found += _pilot_figure(record)
    return tuple(found)


def _pilot_figure(record: Record) -> list[Figure]:
    if record.pilot is None:
        return []
    measured = (one for one in record.pilot.lines if one.candidate == record.asked.selected)
    line = next((one for one in measured if one.value is not None), None)
    if line is None:
        return []
    caption = f"{metric_name(record.pilot.metric)} in the pilot"
    return [Figure(wording.number(line.value, 3), caption, wording.interval(line.low, line.high, 3))]


def _conditions(record: Record) -> tuple[page.Condition, ...]:
    return tuple(
        page.Condition(
            text=one.text,
            state=_CONDITIONS[one.state],
            owner=one.owner or wording.DASH,
            by=wording.day(one.by),
            if_missed=one.if_missed or wording.DASH,
        )
        for one in record.asked.conditions
    )


def _approvals(standing: Standing, digest: str) -> tuple[page.Approval, ...]:
    rows = [
        page.Approval(
            step=str(one.step),
            role=one.role,
            name=one.holder_name,
            decision=_ANSWERS[one.verdict],
            date=wording.day(one.at),
            memo_digest=f"{one.memo_digest[:8]}…{one.memo_digest[-4:]}",
        )
        for one in standing.answers
        if one.memo_digest == digest
    ]
    return tuple(rows) or (page.Approval("1", "Approver", "", None, "", ""),)


def _approvals_caption(record: Record) -> str:
    who = record.asked.recommended_by
    if not who:
        return ""
    alone = record.controls.profile == "solo"
    return f"recommended by the {who}" + ("" if alone else ", who does not approve")
