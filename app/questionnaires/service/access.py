"""The way in: a person through the evaluation, a vendor through its link; both see one response only as far as
they may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import Conflict, Forbidden, NotFound
from app.core.permissions import Action, Role
from app.core.questionnaire import Question, Questionnaire
from app.evaluations import service as evaluations
from app.evaluations.models import Candidate, Evaluation, EvaluationState
from app.evaluations.schemas import NeedIn
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.questionnaires import queries
from app.questionnaires.models import FINISHED, QuestionnaireResponse
from app.questionnaires.service.templates import template_of

SUBJECT = "questionnaire_response"
SEALED_SUBJECT = "questionnaire_response_sealed"


@dataclass(frozen=True, slots=True)
class ResponseAccess:
    """A response the actor may see. `is_vendor`: through the link; `rights` says what else may be done.

    `only` is the section that a colleague of the vendor was asked to fill in, '' for everybody else; `returned`
    are the questions that were sent back, if some were: a vendor then changes those alone.
    """

    response: QuestionnaireResponse
    candidate: Candidate
    evaluation: Evaluation
    template: Questionnaire
    actor: Actor
    is_vendor: bool
    rights: frozenset[Action]
    only: str = ""
    returned: frozenset[str] = frozenset()

    @property
    def sees_sealed(self) -> bool:
        """Whether sealed sections (prices) may be read: a vendor reads its own."""
        return self.is_vendor or Action.PRICE_READ in self.rights

    @property
    def may_answer(self) -> bool:
        """Whether answers can be changed by this actor now."""
        if self.is_vendor:
            return not self.ended
        able = Action.ANSWER_WRITE in self.rights
        return able and not self.is_finished and self.evaluation.state is EvaluationState.OPEN

    @property
    def deadline(self) -> datetime | None:
        """The moment from which a vendor's answers are late: the end of the due day where the evaluation is."""
        return deadline_of(self.response, self.evaluation)

    @property
    def ended(self) -> str:
        """Why answers of the vendor are no longer taken: ended, submitted, closed or late; '' while they are."""
        if self.evaluation.state is not EvaluationState.OPEN:
            return "ended"
        if self.is_finished:
            return self.response.state.value
        return "late" if self.deadline is not None and clock.now() >= self.deadline else ""

    def takes(self, question_id: str) -> bool:
        """Whether this actor may change the answer to this question now."""
        fixed = self.is_vendor and self.returned and question_id not in self.returned
        return self.may_answer and not fixed

    @property
    def is_finished(self) -> bool:
        """Whether the response is submitted or closed."""
        return self.response.state in FINISHED

    @property
    def profile(self) -> Mapping[str, object]:
        """The need under the names of the questionnaire's conditions."""
        return profile_of(self.template, evaluations.need_of(self.evaluation))

    @property
    def hidden(self) -> frozenset[str]:
        """Ids of the questions this actor may not read."""
        if self.only:
            return frozenset(each.id for each in self.template.questions() if each.section != self.only)
        return frozenset() if self.sees_sealed else sealed_questions(self.template)

    @property
    def minutes(self) -> int:
        """How long the questions take that this actor is asked; 0 where the questionnaire does not say."""
        return sum(each.minutes for each in self.template.sections if self.only in ("", each.id))

    @property
    def evidence(self) -> tuple[str, ...]:
        """The documents that are good to have at hand, in words and in order."""
        asked = [each for each in self.template.questions() if each.id not in self.hidden]
        return tuple(sorted({name.replace("_", " ") for each in asked for name in each.evidence}))

    def question(self, question_id: str) -> Question:
        """A question of this response. Raises `NotFound`, `Forbidden` for a sealed one."""
        try:
            found = self.template.question(question_id)
        except KeyError:
            raise NotFound("question.not_found", "This response has no such question.") from None
        if question_id in self.hidden:
            if self.only:
                raise NotFound("question.not_found", "This link is for another section.")
            message = (
                "This section is sealed: prices are for those who may read prices. Ask a procurement lead."
            )
            raise Forbidden("answer.sealed", message)
        return found


def response_access(
    session: ReadSession,
    actor: Actor,
    response_id: UUID,
    action: Action = Action.EVALUATION_READ,
    *,
    changing: bool = False,
) -> ResponseAccess:
    """The response, if the actor may do `action` on it.

    A vendor's link reaches the one response it was issued for. Raises `NotFound` for everything the actor may
    not know of, `Forbidden` without the right, and with `changing` `Conflict` when the evaluation is not open.
    """
    row = session.get(QuestionnaireResponse, response_id)
    if row is None:
        raise NotFound("response.not_found", "There is no such response, or it is not shared with you.")
    if actor.kind == "link":
        return _vendor_access(session, actor, row, action, changing=changing)
    candidate, access = evaluations.candidate_access(
        session, actor, row.candidate_id, action, changing=changing
    )
    rights = frozenset(each for each in Action if access.may(each))
    template = template_of(session, row)
    return ResponseAccess(row, candidate, access.evaluation, template, actor, is_vendor=False, rights=rights)


def _vendor_access(
    session: ReadSession, actor: Actor, row: QuestionnaireResponse, action: Action, *, changing: bool
) -> ResponseAccess:
    link = queries.live_link(session, row.id, actor.id, clock.now())
    if link is None or Role.VENDOR_LINK not in actor.roles:
        raise NotFound("response.not_found", "There is no such response, or it is not shared with you.")
    if changing:
        actor.require(action)
    candidate = session.get_one(Candidate, row.candidate_id)
    evaluation = session.get_one(Evaluation, candidate.evaluation_id)
    if changing and evaluation.state is not EvaluationState.OPEN:
        message = "This request has ended; answers are no longer taken. Write to your contact person."
        raise Conflict("evaluation.not_open", message)
    return ResponseAccess(
        row,
        candidate,
        evaluation,
        template_of(session, row),
        actor,
        is_vendor=True,
        rights=frozenset({Action.ANSWER_WRITE}),
        only=link.section_id,
        returned=frozenset(each.question_id for each in queries.open_returns(session, row.id)),
    )


def deadline_of(row: QuestionnaireResponse, evaluation: Evaluation) -> datetime | None:
    """The end of the due day in the evaluation's time zone; None without one."""
    if row.due is None:
        return None
    return datetime.combine(row.due + timedelta(days=1), time.min, ZoneInfo(evaluation.time_zone))


def sealed_questions(template: Questionnaire) -> frozenset[str]:
    """Ids of the questions in sealed sections."""
    return frozenset(
        question.id for section in template.sections if section.sealed for question in section.questions
    )


def profile_of(template: Questionnaire, need: NeedIn) -> dict[str, object]:
    """Name in the questionnaire -> what the need says; what the need does not know is left out."""
    known: dict[str, object] = {f"need.{name}": value for name, value in need.model_dump().items()}
    known["need.data_classes"] = _unique((need.pilot_data_class, need.production_data_class))
    return {name: known[source] for name, source in template.profile.items() if source in known}


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def may_read(session: ReadSession, actor: Actor, response_id: UUID) -> bool:
    """Whether files and notes on a response may be read."""
    return _found(session, actor, response_id) is not None


def may_read_sealed(session: ReadSession, actor: Actor, response_id: UUID) -> bool:
    """Whether files that answer sealed questions may be read."""
    found = _found(session, actor, response_id)
    return found is not None and found.sees_sealed


def panel_roles(session: ReadSession, actor: Actor, response_id: UUID) -> frozenset[Role]:
    """The actor's roles on the panel of the response's evaluation."""
    found = _found(session, actor, response_id)
    if found is None or found.is_vendor:
        return frozenset()
    return evaluations.open_evaluation(session, actor, found.evaluation.id).panel


def _found(session: ReadSession, actor: Actor, response_id: UUID) -> ResponseAccess | None:
    try:
        return response_access(session, actor, response_id)
    except (NotFound, Forbidden):
        return None
