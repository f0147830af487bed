"""The page of a recommendation: write, propose, ask, answer, take back."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.assessment.service import EvaluationAnalysis
from app.core.errors import NotFound
from app.core.permissions import Action
from app.core.scoring import verdict_sentence
from app.decisions import queries, service
from app.decisions.models import Decision, DecisionState, Memo
from app.decisions.schemas.entries import AnswerIn, ApprovalLinkIn, ReasonIn
from app.decisions.views import forms as entry_forms
from app.decisions.views import screens
from app.evaluations import service as evaluations
from app.evaluations.frame import address, evaluation_frame
from app.evaluations.models import EvaluationState, StepName
from app.kit import forms, htmx, wording
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.kit.ui import Crumb, Event, Fact, Option

router = APIRouter(include_in_schema=False)
NO_RESULT = "There is no result to show yet."
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "INR")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one request adds to the page: forms with errors, a link just made."""

    form: FormState | None = None
    link_form: FormState | None = None
    answer_form: FormState | None = None
    link_url: str = ""
    link_note: str = ""


def _base(evaluation_id: UUID) -> str:
    return f"{address(evaluation_id)}/decision"


def _required(session: ReadSession, actor: Actor, evaluation_id: UUID) -> Decision:
    row = service.decision_of(session, actor=actor, evaluation_id=evaluation_id)
    if row is None:
        raise NotFound(
            "decision.not_found", "There is no recommendation yet. Start one on the decision's page."
        )
    return row


@router.get("/evaluations/{evaluation_id}/decision")
def show(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Result, recommendation, approvals and memos."""
    return render(request, _page(request, session, actor, evaluation_id, Shown()))


@router.post("/evaluations/{evaluation_id}/decision/draft")
def draft(request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Start a recommendation with what the figures suggest."""
    service.draft_decision(session, actor=actor, evaluation_id=evaluation_id)
    return htmx.redirect(request, _base(evaluation_id), toast="The recommendation is started.")


@router.post("/evaluations/{evaluation_id}/decision")
def save(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Save the recommendation, then show its preview or propose it when asked."""
    row = _required(session, actor, evaluation_id)
    then = form.get("then")

    def again(state: FormState) -> screens.DecisionPage:
        session.expire(row)
        return _page(request, session, actor, evaluation_id, Shown(form=state))

    with rejecting(request, form, again):
        entry = entry_forms.read_entry(form)
        seen = forms.seen_version(form)
        service.edit_decision(session, actor=actor, decision_id=row.id, entry=entry, seen=seen)
        if then == "propose":
            service.propose(session, actor=actor, decision_id=row.id)
    if then == "propose":
        return htmx.redirect(
            request, _base(evaluation_id), toast="The memo is frozen and waits for approval."
        )
    target = f"{_base(evaluation_id)}/memo" if then == "preview" else _base(evaluation_id)
    return htmx.redirect(request, target, toast="Saved.")


@router.post("/evaluations/{evaluation_id}/decision/links")
def issue_link(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Make a link for an approver; show it this once, or send it by mail."""
    row, settings = _required(session, actor, evaluation_id), request.app.state.settings
    with rejecting(
        request, form, lambda state: _page(request, session, actor, evaluation_id, Shown(link_form=state))
    ):
        entry = forms.parse(ApprovalLinkIn, form)
        url = service.issue_approval_link(
            session,
            actor=actor,
            decision_id=row.id,
            entry=entry,
            public_url=settings.public_url,
            hours=settings.link_hours,
        )
    if entry.send:
        return htmx.redirect(request, _base(evaluation_id), toast=f"The link goes to {entry.email}.")
    request.state.answer_location = _base(evaluation_id)
    note = (
        f"For {entry.name}, works once, for {entry.hours or settings.link_hours} hours. It is shown only now."
    )
    return render(request, _page(request, session, actor, evaluation_id, Shown(link_url=url, link_note=note)))


@router.post("/evaluations/{evaluation_id}/decision/links/{link_id}/withdraw")
def withdraw_link(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, link_id: UUID
) -> Response:
    """Take a link back."""
    row = _required(session, actor, evaluation_id)
    service.withdraw_link(session, actor=actor, decision_id=row.id, link_id=link_id)
    return htmx.redirect(request, _base(evaluation_id), toast="The link is withdrawn.")


@router.post("/evaluations/{evaluation_id}/decision/answer")
def answer(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Approve, return or reject the memo that was read."""
    row = _required(session, actor, evaluation_id)
    with rejecting(
        request, form, lambda state: _page(request, session, actor, evaluation_id, Shown(answer_form=state))
    ):
        entry = forms.parse(AnswerIn, form)
        service.decide(session, actor=actor, decision_id=row.id, entry=entry)
    return htmx.redirect(request, _base(evaluation_id), toast="Your answer is recorded.")


@router.get("/evaluations/{evaluation_id}/decision/withdraw")
def withdraw_form(request: Request, session: Read, actor: CurrentActor, evaluation_id: UUID) -> Response:
    """Ask why."""
    row = _required(session, actor, evaluation_id)
    service.open_decision(session, actor, row.id, Action.RECOMMEND)
    return render(request, _withdraw_page(row, evaluation_id, blank()))


@router.post("/evaluations/{evaluation_id}/decision/withdraw")
def withdraw(
    request: Request, session: Write, actor: CurrentActor, form: RawForm, evaluation_id: UUID
) -> Response:
    """Take the recommendation back."""
    row = _required(session, actor, evaluation_id)
    with rejecting(request, form, lambda state: _withdraw_page(row, evaluation_id, state)):
        entry = forms.parse(ReasonIn, form)
        service.withdraw_decision(session, actor=actor, decision_id=row.id, entry=entry)
    return htmx.redirect(request, _base(evaluation_id), toast="The recommendation is withdrawn.")


_CONSEQUENCES = {
    DecisionState.DRAFT: "The draft is closed. A new one takes its texts over.",
    DecisionState.PROPOSED: "It becomes a draft again. The memo stays in the history, open links answer nothing.",
    DecisionState.APPROVED: "The evaluation opens again and its selected candidates become finalists.",
}


def _withdraw_page(row: Decision, evaluation_id: UUID, form: FormState) -> screens.WithdrawPage:
    return screens.WithdrawPage(
        title="Withdraw the recommendation",
        crumbs=(Crumb("Evaluations", "/evaluations"), Crumb("Decision", _base(evaluation_id))),
        consequence=_CONSEQUENCES.get(row.state, f"It is {row.state} already."),
        form=form,
        action=f"{_base(evaluation_id)}/withdraw",
        back_url=_base(evaluation_id),
    )


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the recommendation."""

    memos: tuple[screens.MemoRow, ...] = ()
    answers: tuple[Event, ...] = ()
    links: tuple[screens.LinkRow, ...] = ()


def _around(session: ReadSession, row: Decision | None, may: screens.May) -> Around:
    if row is None:
        return Around()
    base = _base(row.evaluation_id)
    return Around(
        screens.memo_rows(row, queries.memos(session, row.id), see=may.see),
        screens.answer_events(queries.approvals(session, row.id)) if may.see else (),
        screens.link_rows(service.open_links(session, row), base) if may.ask else (),
    )


def _stale(
    session: ReadSession,
    row: Decision | None,
    memo: Memo | None,
    may: screens.May,
    found: EvaluationAnalysis | None,
) -> bool:
    waits = row is not None and row.state is DecisionState.PROPOSED
    return waits and memo is not None and may.see and service.is_stale(session, memo, found)


def _onboarding(row: Decision | None) -> str:
    approved = row is not None and row.state is DecisionState.APPROVED
    return f"{address(row.evaluation_id)}/onboarding" if row is not None and approved else ""


def _page(
    request: Request, session: ReadSession, actor: Actor, evaluation_id: UUID, shown: Shown
) -> screens.DecisionPage:
    access = evaluations.open_evaluation(session, actor, evaluation_id, Action.RESULT_READ)
    row = service.decision_of(session, actor=actor, evaluation_id=evaluation_id)
    found, missing, blind = service.visible_result(session, actor, evaluation_id)
    may = _may(access, row, actor, blind=blind)
    memo = service.current_memo(session, row) if row else None
    form = shown.form or (entry_forms.stored_form(row) if row else blank())
    names, around = screens.row_names(form), _around(session, row, may)
    word, kind = screens.decision_state(row)
    return screens.DecisionPage(
        title=f"Decision · {access.evaluation.label}",
        frame=evaluation_frame(session, access, StepName.DECISION),
        headline=service.readable(verdict_sentence(found.analysis)) if found else NO_RESULT,
        explanation=f"Gates decided on {wording.day(found.day)}." if found else "",
        missing=missing,
        state=word,
        state_kind=kind,
        note=row.closed_reason if row else "",
        stale=_stale(session, row, memo, may, found),
        may=may,
        action=_base(evaluation_id),
        summary=_summary(session, row) if row and may.see else (),
        form=form,
        candidates=screens.candidate_options(evaluations.candidates_of(session, evaluation_id)),
        currencies=_currencies(form.value("currency")),
        condition_states=screens.CONDITION_STATES,
        **names,
        memos=around.memos,
        answers=around.answers,
        links=around.links,
        link_form=shown.link_form or blank(),
        link_url=shown.link_url,
        link_note=shown.link_note,
        answer_form=shown.answer_form or blank(),
        memo_digest=memo.digest if memo else "",
        onboarding_url=_onboarding(row),
        default_hours=request.app.state.settings.link_hours,
    )


def _may(access: evaluations.Access, row: Decision | None, actor: Actor, *, blind: bool) -> screens.May:
    is_open = access.evaluation.state is EvaluationState.OPEN
    see = access.may(Action.PRICE_READ) and not blind
    recommends = see and access.may(Action.RECOMMEND)
    own = row is not None and row.recommended_by == actor.id
    state = row.state if row else None
    proposed = state is DecisionState.PROPOSED
    return screens.May(
        draft=recommends and is_open and state in (None, DecisionState.REJECTED, DecisionState.WITHDRAWN),
        edit=recommends and is_open and state is DecisionState.DRAFT,
        ask=recommends and is_open and proposed,
        answer=see
        and proposed
        and access.may(Action.APPROVE)
        and (not own or service.may_approve_own(access.evaluation.governance)),
        withdraw=recommends
        and state in (DecisionState.DRAFT, DecisionState.PROPOSED, DecisionState.APPROVED),
        see=see and row is not None,
    )


def _summary(session: ReadSession, row: Decision) -> tuple[Fact, ...]:
    names = {view.candidate.id: view.name for view in evaluations.candidates_of(session, row.evaluation_id)}
    until = f"until {wording.day(row.reserve_until)}" if row.reserve_until else ""
    months = f"for {row.months} {wording.plural('month', row.months)}"
    return (
        Fact("Selected", names.get(row.selected_id, "") if row.selected_id else ""),
        Fact("Amount", wording.money(row.amount, row.currency), months),
        Fact("In reserve", names.get(row.reserve_id, "") if row.reserve_id else "", until),
    )


def _currencies(chosen: str) -> tuple[Option, ...]:
    offered = CURRENCIES if chosen in CURRENCIES or not chosen else (chosen, *CURRENCIES)
    return tuple(Option(code, code) for code in offered)
