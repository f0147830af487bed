"""Responses as others need them: for pages, for the assessment, for raters, for the work queue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Invalid
from app.core.permissions import Action
from app.core.questionnaire import Fed, Questionnaire, QuestionnaireScore, feeds
from app.core.scoring import EvidenceRef
from app.evaluations import service as evaluations
from app.evaluations.models import Candidate, Evaluation
from app.evaluations.service import CandidateView
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.questionnaires import queries
from app.questionnaires.models import AnswerRow, Confidence, QuestionnaireResponse, ResponseState
from app.questionnaires.service.access import ResponseAccess, profile_of, response_access
from app.questionnaires.service.held import HeldResponse, answers_from, hold
from app.questionnaires.service.standing import SentState, sent_states
from app.questionnaires.service.templates import asked_now, template_of
from app.questionnaires.service.wording import spell_answer


@dataclass(frozen=True, slots=True)
class FedAnswer:
    """What one question says about a target, with the answer behind it; `evidence` is None while it is open."""

    fed: Fed
    response_id: UUID
    evidence: EvidenceRef | None


@dataclass(frozen=True, slots=True)
class ResponseScore:
    """The points of one response without sealed sections, with the answers behind them.

    `is_evidenced`: every answer that has points is backed by a document.
    """

    response_id: UUID
    score: QuestionnaireScore
    is_evidenced: bool
    evidence: tuple[EvidenceRef, ...]


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """An answer as a rater reads it; `status` as in `HeldResponse.status`, `text` '' for all but answered ones:
    what was typed before the question ceased to apply says nothing."""

    question_id: str
    question: str
    text: str
    status: str
    confidence: Confidence
    note: str
    mark: int | None
    response_id: UUID
    evidence: EvidenceRef | None


@dataclass(frozen=True, slots=True)
class CandidateAnswers:
    """A candidate on the discovery page; `held` is None until a response was started."""

    view: CandidateView
    held: HeldResponse | None
    sent: SentState


def response_of(session: ReadSession, *, actor: Actor, response_id: UUID) -> HeldResponse:
    """One response with what the actor may read of it. Raises `NotFound`."""
    return hold(session, response_access(session, actor, response_id))


def responses_of(session: ReadSession, *, actor: Actor, candidate_id: UUID) -> list[HeldResponse]:
    """A candidate's responses, in the order they were started."""
    evaluations.candidate_access(session, actor, candidate_id)
    return [
        response_of(session, actor=actor, response_id=row.id)
        for row in queries.responses_of(session, candidate_id)
    ]


def discovery(session: ReadSession, *, actor: Actor, evaluation_id: UUID, key: str) -> list[CandidateAnswers]:
    """Every candidate that takes part, with its response to the questionnaire `key`."""
    access = evaluations.open_evaluation(session, actor, evaluation_id)
    rights = frozenset(each for each in Action if access.may(each))
    rows = {
        row.candidate_id: row for row, _ in queries.responses_in(session, [evaluation_id]) if row.key == key
    }
    answers = queries.answers_of(session, [row.id for row in rows.values()])
    without = queries.not_applicable_in(session, evaluation_id, key)
    sent = sent_states(session, [row.id for row in rows.values()])
    found = []
    for view in evaluations.candidates_of(session, evaluation_id, with_out=False):
        row, held = rows.get(view.candidate.id), None
        if row is not None:
            template = template_of(session, row)
            way_in = ResponseAccess(
                row, view.candidate, access.evaluation, template, actor, is_vendor=False, rights=rights
            )
            held = hold(session, way_in, answers[row.id], without)
        found.append(CandidateAnswers(view, held, sent[row.id] if row is not None else SentState("not_sent")))
    return found


def questionnaire_of(session: ReadSession, found: Sequence[CandidateAnswers], *, key: str) -> Questionnaire:
    """What is asked in an evaluation: the fullest questionnaire a response was started with, else what would be
    asked now. Raises `NotFound` for a key that the library does not have."""
    asked = [each.held.access.template for each in found if each.held is not None]
    if not asked:
        now = asked_now(session, key)
        if now.questionnaire is None:  # a published version was sound; the taxonomy has changed since
            raise Invalid("questionnaire.invalid", list(now.problems))
        return now.questionnaire
    return max(asked, key=lambda template: (sum(1 for _ in template.questions()), template.version))


def evidence_of(row: AnswerRow) -> EvidenceRef:
    """The answer in the revision that stands now."""
    return EvidenceRef("answer", str(row.id), row.revision)


def feeds_of(
    session: ReadSession, candidate_id: UUID, *, with_sealed: bool = False
) -> Mapping[str, tuple[FedAnswer, ...]]:
    """Target (`criterion.ramp_weeks`, `requirement.dpa`, `price.minimum`) -> what the candidate's answers say.

    For features above that checked the right: without `with_sealed`, what sealed sections say is left out.
    Questions that were not answered are there too, as open, closed_unanswered or not_applicable.
    """
    gathered: dict[str, list[FedAnswer]] = {}
    for row in queries.responses_of(session, candidate_id):
        for target, entries in _fed_by(session, row).items():
            kept = [entry for entry in entries if with_sealed or not entry.fed.sealed]
            if kept:
                gathered.setdefault(target, []).extend(kept)
    return {target: tuple(entries) for target, entries in gathered.items()}


def _fed_by(session: ReadSession, row: QuestionnaireResponse) -> dict[str, list[FedAnswer]]:
    template, evaluation = template_of(session, row), _evaluation(session, row)
    rows = queries.answers_of(session, [row.id])[row.id]
    found = feeds(
        template,
        profile_of(template, evaluations.need_of(evaluation)),
        answers_from(template, rows),
        closed=row.state is ResponseState.CLOSED,
    )
    return {
        target: [
            FedAnswer(fed, row.id, evidence_of(rows[fed.question]) if fed.question in rows else None)
            for fed in entries
        ]
        for target, entries in found.items()
    }


def _evaluation(session: ReadSession, row: QuestionnaireResponse) -> Evaluation:
    candidate = session.get_one(Candidate, row.candidate_id)
    return session.get_one(Evaluation, candidate.evaluation_id)


def scores_of(session: ReadSession, candidate_id: UUID) -> Mapping[str, ResponseScore]:
    """Key of a questionnaire -> what the candidate's response to it scores. The caller checked that the evaluation
    may be seen."""
    found: dict[str, ResponseScore] = {}
    for row in queries.responses_of(session, candidate_id):
        held = _held_by_nobody(session, row)
        behind = [
            held.rows[question.id]
            for section in held.score.sections
            for question in section.questions
            if question.state == "scored"
        ]
        found[row.key] = ResponseScore(
            row.id,
            held.score,
            all(answer.confidence is Confidence.EVIDENCED for answer in behind),
            tuple(evidence_of(answer) for answer in behind),
        )
    return found


def _held_by_nobody(
    session: ReadSession, row: QuestionnaireResponse, *, with_sealed: bool = False
) -> HeldResponse:
    """A response as the scoring reads it, without a person who asks."""
    rights = frozenset({Action.PRICE_READ}) if with_sealed else frozenset[Action]()
    candidate = session.get_one(Candidate, row.candidate_id)
    evaluation = session.get_one(Evaluation, candidate.evaluation_id)
    template = template_of(session, row)
    access = ResponseAccess(row, candidate, evaluation, template, _NOBODY, is_vendor=False, rights=rights)
    return hold(session, access)


def answers_for(
    session: ReadSession, candidate_id: UUID, question_ids: Collection[str], *, with_sealed: bool = False
) -> Mapping[str, AnswerShown]:
    """Question id -> the answer in words, for raters; sealed questions only with `with_sealed`.

    Ids that no response of the candidate asks are left out. The caller checked that the evaluation may be seen.
    """
    found: dict[str, AnswerShown] = {}
    for row in queries.responses_of(session, candidate_id):
        held = _held_by_nobody(session, row, with_sealed=with_sealed)
        for question in held.access.template.questions():
            if question.id in question_ids and question.id not in held.access.hidden:
                found[question.id] = shown(held, question.id)
    return found


_NOBODY = Actor(id=UUID(int=0), name="", roles=frozenset(), kind="system")


def shown(held: HeldResponse, question_id: str) -> AnswerShown:
    """One answer of a response in words."""
    question = held.access.template.question(question_id)
    row, status = held.rows.get(question_id), held.status(question)
    return AnswerShown(
        question_id=question_id,
        question=question.text,
        text=spell_answer(question, row.value) if row and status == "answered" else "",
        status=status,
        confidence=row.confidence if row else Confidence.TOLD,
        note=_words_beside(row),
        mark=row.mark if row else None,
        response_id=held.access.response.id,
        evidence=evidence_of(row) if row else None,
    )


def _words_beside(row: AnswerRow | None) -> str:
    """The vendor's comment and our note, as a rater reads them."""
    if row is None:
        return ""
    comment = f"Vendor: {row.comment}" if row.comment else ""
    return "\n".join(part for part in (comment, row.note) if part)
