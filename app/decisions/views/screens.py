"""The decision's page, the approver's page and what stands on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.accounts.models import OneTimeLink
from app.decisions.models import Approval, Decision, DecisionState, Memo, Verdict
from app.decisions.schemas.record import Record
from app.decisions.service import Frozen
from app.decisions.views.difference import difference
from app.decisions.views.forms import ROWS, field_names
from app.decisions.views.memo import memo_document, sentence
from app.evaluations.frame import EvaluationFrame
from app.evaluations.service import CandidateView
from app.kit import wording
from app.kit.forms import FormState
from app.kit.pdf.parts import Badge, Figure
from app.kit.templating import Page
from app.kit.ui import Crumb, Event, Fact, Option

_STATES = {
    DecisionState.DRAFT: ("Draft", "info"),
    DecisionState.PROPOSED: ("Waits for approval", "warn"),
    DecisionState.APPROVED: ("Approved", "ok"),
    DecisionState.REJECTED: ("Rejected", "bad"),
    DecisionState.WITHDRAWN: ("Withdrawn", ""),
}
_ANSWERS = {
    Verdict.APPROVE: ("approved", "ok"),
    Verdict.RETURN: ("returned for changes", "warn"),
    Verdict.REJECT: ("rejected", "bad"),
}
CONDITION_STATES = (Option("open", "Open"), Option("met", "Met"), Option("waived", "Waived"))


@dataclass(frozen=True, slots=True)
class MemoRow:
    """One frozen memo; `pdf_url` '' while it is not printed or prices are not the reader's to see."""

    version: str
    when: str
    digest: str
    state: str
    kind: str
    page_url: str
    pdf_url: str
    pdf_word: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that was handed out and still works."""

    holder: str
    until: str
    withdraw_url: str


@dataclass(frozen=True, slots=True)
class May:
    """What the reader may do now."""

    draft: bool = False
    edit: bool = False
    ask: bool = False
    answer: bool = False
    withdraw: bool = False
    see: bool = False


@dataclass(frozen=True, slots=True)
class DecisionPage(Page):
    """Result in one line, the recommendation, its approvals and the memos it was proposed with."""

    template: ClassVar[str] = "decisions/decision.html"

    frame: EvaluationFrame
    headline: str
    explanation: str
    missing: str
    state: str
    state_kind: str
    note: str
    stale: bool
    may: May
    action: str
    summary: tuple[Fact, ...]
    form: FormState
    candidates: tuple[Option, ...]
    currencies: tuple[Option, ...]
    condition_states: tuple[Option, ...]
    risks: tuple[tuple[str, ...], ...]
    next_steps: tuple[tuple[str, ...], ...]
    conditions: tuple[tuple[str, ...], ...]
    memos: tuple[MemoRow, ...]
    answers: tuple[Event, ...]
    links: tuple[LinkRow, ...]
    link_form: FormState
    link_url: str
    link_note: str
    answer_form: FormState
    memo_digest: str
    onboarding_url: str
    default_hours: int


@dataclass(frozen=True, slots=True)
class ApprovePage(Page):
    """What the holder of a link is asked, without an account."""

    template: ClassVar[str] = "decisions/approve.html"

    name: str
    asked_by: str
    evaluation: str
    sentence: str
    budget: str
    verdict: Badge
    order: Badge | None
    figures: tuple[Figure, ...]
    lead: str
    difference: str
    conditions: tuple[str, ...]
    stale: bool
    form: FormState
    memo_digest: str
    action: str
    page_url: str
    pdf_url: str
    until: str


@dataclass(frozen=True, slots=True)
class ReceiptPage(Page):
    """What was answered, to keep; shown once."""

    template: ClassVar[str] = "decisions/receipt.html"

    name: str
    answer: str
    kind: str
    sentence: str
    when: str
    memo_digest: str
    comment: str


@dataclass(frozen=True, slots=True)
class LinkRefusedPage(Page):
    """A link that does not work, and what to do."""

    template: ClassVar[str] = "decisions/refused.html"

    message: str


@dataclass(frozen=True, slots=True)
class WithdrawPage(Page):
    """Asks why a recommendation is taken back, and says what follows."""

    template: ClassVar[str] = "decisions/withdraw.html"

    crumbs: tuple[Crumb, ...]
    consequence: str
    form: FormState
    action: str
    back_url: str


def decision_state(row: Decision | None) -> tuple[str, str]:
    """The state of a recommendation in words, with its kind."""
    return ("Not started", "") if row is None else _STATES[row.state]


def memo_rows(row: Decision, memos: Sequence[Memo], *, see: bool) -> tuple[MemoRow, ...]:
    """The history of what was proposed, newest first."""
    out = []
    for index, memo in enumerate(memos):
        word, kind = _STATES[row.state] if index == 0 else ("Superseded", "")
        if index == 0 and row.state is DecisionState.DRAFT:
            word, kind = "Returned or withdrawn", ""
        out.append(
            MemoRow(
                version=f"Version {memo.number}",
                when=wording.day(memo.created_at),
                digest=memo.digest,
                state=word,
                kind=kind,
                page_url=f"/memos/{memo.id}" if see else "",
                pdf_url=f"/memos/{memo.id}.pdf" if see else "",
                pdf_word="PDF" if memo.file_id else "PDF (being printed)",
            )
        )
    return tuple(out)


def answer_events(answers: Sequence[Approval]) -> tuple[Event, ...]:
    """Answers as a timeline, newest first."""
    out = []
    for one in reversed(answers):
        word, kind = _ANSWERS[one.verdict]
        text = f"{one.role} {word}: {one.comment}" if one.comment else f"{one.role} {word}"
        how = f"{one.holder_name} by link" if one.by_link else one.holder_name
        out.append(Event(wording.moment(one.at), one.at.isoformat(), text, how or "erased", kind))
    return tuple(out)


def link_rows(links: Sequence[OneTimeLink], base: str) -> tuple[LinkRow, ...]:
    """Links that still work."""
    return tuple(
        LinkRow(link.holder_name, wording.moment(link.expires_at), f"{base}/links/{link.id}/withdraw")
        for link in links
    )


def candidate_options(views: Sequence[CandidateView]) -> tuple[Option, ...]:
    """Whom one can recommend."""
    return tuple(
        Option(str(view.candidate.id), view.name, "in-house" if view.is_in_house else "")
        for view in views
        if not view.is_out
    )


def row_names(form: FormState) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Field names of the lists, for the page."""
    return {rows.name: field_names(form, rows) for rows in ROWS}


def approve_view(
    frozen: Frozen, *, name: str, asked_by: str, stale: bool, form: FormState, action: str, until: str
) -> ApprovePage:
    """The approver's page of a frozen memo."""
    record = frozen.record
    document = memo_document(record, frozen.standing)
    told = difference(record)
    return ApprovePage(
        title="Your approval is asked",
        name=name,
        asked_by=asked_by,
        evaluation=f"{record.about.label} {record.about.name}",
        sentence=document.ask.sentence,
        budget=document.ask.budget,
        verdict=document.ask.verdict,
        order=document.ask.order,
        figures=document.ask.figures,
        lead=told.lead if told else "",
        difference=told.text if told else "",
        conditions=tuple(
            f"{one.text} ({one.state.word}{f', by {one.by}' if one.by != wording.DASH else ''})"
            for one in document.conditions
        ),
        stale=stale,
        form=form,
        memo_digest=frozen.memo.digest,
        action=action,
        page_url=f"{action}/memo",
        pdf_url=f"{action}/memo.pdf",
        until=until,
    )


def receipt_view(record: Record, answer: Approval) -> ReceiptPage:
    """The receipt of an answer."""
    word, kind = _ANSWERS[answer.verdict]
    return ReceiptPage(
        title="Your answer is recorded",
        name=answer.holder_name,
        answer=word,
        kind=kind,
        sentence=sentence(record),
        when=wording.moment(answer.at),
        memo_digest=answer.memo_digest,
        comment=answer.comment,
    )
