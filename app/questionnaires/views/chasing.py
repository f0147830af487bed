"""A response that is with the vendor: what was sent, what came late, what was sent back, what vendors ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote
from uuid import UUID

from app.core.permissions import Action
from app.core.questionnaire import Questionnaire
from app.evaluations.frame import EvaluationFrame
from app.files.models import File
from app.jobs.models import OutgoingMail
from app.jobs.wording import MAIL_WORDS
from app.kit import wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import FileRow, Option
from app.questionnaires.models import AnswerReturn, LinkKind
from app.questionnaires.service import Asked, Draft, Handed, HeldResponse
from app.questionnaires.views.fill import ProgressView, progress_view
from app.questionnaires.views.response import STATE_WORDS

LINK_WORDS = {
    LinkKind.MAIN: "whole questionnaire",
    LinkKind.REMINDER: "reminder",
    LinkKind.DELEGATE: "asked by the vendor for one section",
}


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link that was handed out."""

    holder: str
    what: str
    state: tuple[str, str]
    until: str


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail, and what became of it."""

    to: str
    purpose: str
    when: str
    state: tuple[str, str]
    error: str


@dataclass(frozen=True, slots=True)
class DraftLine:
    """An answer that was given too late."""

    question: str
    text: str
    comment: str
    when: str
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class BackLine:
    """An answer that was sent back."""

    question: str
    reason: str
    due: str
    withdraw_url: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A vendor's question with the form of our answer."""

    vendor: str
    is_answered: bool
    action: str
    form: FormState


@dataclass(frozen=True, slots=True)
class ChasingPage(Page):
    """Everything about one response while it is with the vendor."""

    template: ClassVar[str] = "questionnaires/chasing.html"

    frame: EvaluationFrame
    base: str
    state: tuple[str, str]
    progress: ProgressView
    links: tuple[LinkLine, ...]
    mails: tuple[MailLine, ...]
    drafts: tuple[DraftLine, ...]
    returned: tuple[BackLine, ...]
    asked: tuple[QuestionLine, ...]
    may_lead: bool
    may_remind: bool
    may_extend: bool
    may_return: bool
    questions: tuple[Option, ...]
    extend_form: FormState
    return_form: FormState
    nonce: str


@dataclass(frozen=True, slots=True)
class Chasing:
    """What the page is made from, read now."""

    held: HeldResponse
    links: Sequence[Handed]
    mails: Sequence[OutgoingMail]
    drafts: Sequence[Draft]
    returned: Sequence[AnswerReturn]
    asked: Sequence[Asked]
    files: Mapping[str, File]


def chasing_view(
    found: Chasing,
    frame: EvaluationFrame,
    candidate: str,
    *,
    extend_form: FormState | None = None,
    return_form: FormState | None = None,
    clarify_form: tuple[UUID, FormState] | None = None,
) -> ChasingPage:
    """The page of one response."""
    access = found.held.access
    zone, template = access.evaluation.time_zone, access.template
    leads, is_open = Action.EVALUATION_EDIT in access.rights, not access.is_finished
    return ChasingPage(
        title=f"{template.title}: {candidate}, with the vendor",
        frame=frame,
        base=f"/responses/{access.response.id}",
        state=STATE_WORDS[access.response.state],
        progress=progress_view(found.held),
        links=tuple(_link(each, zone) for each in found.links),
        mails=tuple(_mail(each, zone) for each in found.mails),
        drafts=tuple(_draft(each, zone, found.files) for each in found.drafts),
        returned=tuple(_back(each, template, may_withdraw=leads) for each in found.returned),
        asked=tuple(_question(each, clarify_form) for each in found.asked),
        may_lead=leads,
        may_remind=leads and is_open and access.response.link_id is not None,
        may_extend=leads and is_open and access.response.link_id is not None,
        may_return=leads and (access.is_finished or bool(found.returned)),
        questions=tuple(
            Option(question.id, question.text)
            for question in template.questions()
            if question.id not in access.hidden and found.held.status(question) != "not_asked"
        ),
        extend_form=extend_form or blank({"due": access.response.due}),
        return_form=return_form or blank(),
        nonce=blank().nonce,
    )


def _back(each: AnswerReturn, template: Questionnaire, *, may_withdraw: bool) -> BackLine:
    url = f"/responses/{each.response_id}/returns/{each.id}/withdraw" if may_withdraw else ""
    return BackLine(template.question(each.question_id).text, each.reason, wording.day(each.due), url)


def _link(each: Handed, zone: str) -> LinkLine:
    state = ("opened", "ok") if each.opened_at else ("not opened yet", "")
    if each.opened_at and each.is_live:
        state = (f"opened {wording.moment(each.opened_at, zone)}", "ok")
    if not each.is_live:
        state = ("does not work any more", "")
    return LinkLine(each.holder, LINK_WORDS[each.kind], state, wording.moment(each.expires_at, zone))


def _draft(each: Draft, zone: str, files: Mapping[str, File]) -> DraftLine:
    rows = tuple(
        FileRow(file.name, f"/files/{file.id}/{quote(file.name, safe='')}", wording.size(file.size))
        for file in (files.get(name) for name in each.files)
        if file is not None
    )
    text = "" if rows else each.text
    return DraftLine(each.question, text, each.comment, wording.moment(each.saved_at, zone), rows)


def _mail(each: OutgoingMail, zone: str) -> MailLine:
    at = wording.moment(each.sent_at or each.created_at, zone)
    return MailLine(each.to, each.purpose, at, MAIL_WORDS[each.state], each.error)


def _question(each: Asked, refused: tuple[UUID, FormState] | None) -> QuestionLine:
    row = each.row
    form = blank({"wording": each.text, "answer": row.answer}, version=row.version)
    if refused is not None and refused[0] == row.id:
        form = refused[1]
    return QuestionLine(each.vendor, row.answered_at is not None, f"/clarifications/{row.id}", form)
