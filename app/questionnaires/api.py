"""Responses and answers for programs."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.core.errors import NotFound
from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.paging import Listing
from app.kit.requests import Read, Write
from app.questionnaires import service
from app.questionnaires.link_schemas import RoundIn, RoundOut
from app.questionnaires.models import AnswerRow
from app.questionnaires.schemas import (
    AnswerIn,
    AnswerOut,
    ComparedQuestion,
    MarkIn,
    QuestionPoints,
    ReasonIn,
    ResponseOut,
    ScoreOut,
    SendIn,
    SentOut,
    StartIn,
)
from app.questionnaires.service import HeldResponse
from app.questionnaires.views.compare import compared_out

router = APIRouter(prefix="/api/v1", tags=["questionnaires"])


def _answer(row: AnswerRow) -> AnswerOut:
    return AnswerOut.model_validate(row, from_attributes=True)


def _out(held: HeldResponse) -> ResponseOut:
    access, row, score = held.access, held.access.response, held.score
    return ResponseOut(
        **row.model_dump(exclude={"created_at", "questionnaire_id", "submitted_by", "sent_by", "link_id"}),
        questionnaire_version=access.template.version,
        asked=held.progress.asked,
        settled=held.progress.settled,
        sealed_hidden=bool(access.hidden),
        score=ScoreOut(
            low=score.low,
            high=score.high,
            coverage=score.coverage,
            knock_outs=[f"{item.question}: {item.option}" for item in score.knock_outs],
            left_out=list(score.left_out),
            questions=[
                QuestionPoints(
                    section=section.id,
                    question_id=each.id,
                    state=each.state,
                    low=each.low,
                    high=each.high,
                    share=round(section.share * each.share, 6),
                    adds_low=each.adds_low,
                    adds_high=each.adds_high,
                )
                for section in score.sections
                for each in section.questions
            ],
        ),
        answers=[_answer(answer) for _, answer in sorted(held.rows.items())],
    )


def _read(session: ReadSession, actor: Actor, response_id: UUID) -> ResponseOut:
    return _out(service.response_of(session, actor=actor, response_id=response_id))


@router.get("/evaluations/{evaluation_id}/answers")
def compare_answers(
    session: Read, actor: CurrentActor, evaluation_id: UUID, key: str = "discovery-call"
) -> Listing[ComparedQuestion]:
    """The answers of all candidates side by side; sealed sections only for those who may read prices."""
    found = service.discovery(session, actor=actor, evaluation_id=evaluation_id, key=key)
    return Listing(items=compared_out(service.questionnaire_of(session, found, key=key), found))


@router.post("/evaluations/{evaluation_id}/responses/send", status_code=201, response_model=Listing[RoundOut])
def send_round(
    request: Request, session: Write, actor: CurrentActor, evaluation_id: UUID, entry: RoundIn
) -> Response:
    """Send one questionnaire to several candidates, begun where it is not; the links are in this answer alone."""
    settings = request.app.state.settings
    found = service.send_round(
        session,
        actor=actor,
        evaluation_id=evaluation_id,
        entry=entry,
        base_url=settings.public_url,
        organisation=settings.organisation,
    )
    items = [
        RoundOut(
            response_id=each.sent.response.id,
            vendor=each.vendor,
            link=each.sent.link,
            valid_until=each.sent.valid_until,
            mailed=bool(each.to),
        )
        for each in found
    ]
    answer = created(request, Listing(items=items), f"/api/v1/evaluations/{evaluation_id}/answers")
    # A repeated key must not store the links.
    kept = [item.model_copy(update={"link": ""}) for item in items]
    request.state.answer_body = Listing(items=kept).model_dump_json()
    return answer


@router.get("/candidates/{candidate_id}/responses")
def list_responses(session: Read, actor: CurrentActor, candidate_id: UUID) -> Listing[ResponseOut]:
    """A candidate's responses, oldest first."""
    found = service.responses_of(session, actor=actor, candidate_id=candidate_id)
    return Listing(items=[_out(held) for held in found])


@router.post("/candidates/{candidate_id}/responses", status_code=201, response_model=ResponseOut)
def start_response(
    request: Request, session: Write, actor: CurrentActor, candidate_id: UUID, entry: StartIn
) -> Response:
    """Begin a questionnaire with a candidate."""
    row = service.start_response(session, actor=actor, candidate_id=candidate_id, entry=entry)
    return created(request, _read(session, actor, row.id), f"/api/v1/responses/{row.id}")


@router.get("/responses/{response_id}")
def get_response(session: Read, actor: CurrentActor, response_id: UUID) -> ResponseOut:
    """One response with its answers and score, computed now."""
    return _read(session, actor, response_id)


@router.get("/responses/{response_id}/answers/{question_id}")
def get_answer(
    response: Response, session: Read, actor: CurrentActor, response_id: UUID, question_id: str
) -> AnswerOut:
    """What stands for one question; its ETag is the revision, for If-Match of a change."""
    held = service.response_of(session, actor=actor, response_id=response_id)
    held.access.question(question_id)
    if question_id not in held.rows:
        raise NotFound("answer.not_found", "This question is not answered yet.")
    response.headers["ETag"] = f'"{held.rows[question_id].revision}"'
    return _answer(held.rows[question_id])


@router.put("/responses/{response_id}/answers/{question_id}", response_model=ResponseOut)
def save_answer(
    request: Request,
    session: Write,
    actor: CurrentActor,
    response_id: UUID,
    question_id: str,
    entry: AnswerIn,
    seen: IfMatch,
) -> Response:
    """Answer one question; If-Match holds the revision that was read (0: none)."""
    service.save_answer(
        session, actor=actor, response_id=response_id, question_id=question_id, entry=entry, seen=seen
    )
    return done(request, _read(session, actor, response_id))


@router.put("/responses/{response_id}/answers/{question_id}/mark", response_model=ResponseOut)
def mark_answer(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, question_id: str, entry: MarkIn
) -> Response:
    """Give a reviewer's mark 0–5."""
    service.mark_answer(session, actor=actor, response_id=response_id, question_id=question_id, entry=entry)
    return done(request, _read(session, actor, response_id))


@router.delete("/responses/{response_id}/answers/{question_id}/files/{file_id}", response_model=ResponseOut)
def drop_file(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, question_id: str, file_id: UUID
) -> Response:
    """Take a file out of an answer. To add one, attach it to the `questionnaire_response` and PUT its id."""
    service.drop_file(session, actor=actor, response_id=response_id, question_id=question_id, file_id=file_id)
    return done(request, _read(session, actor, response_id))


@router.post("/responses/{response_id}/send", status_code=201, response_model=SentOut)
def send_response(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, entry: SendIn
) -> Response:
    """Make the vendor's link; it is in this answer and nowhere else."""
    settings = request.app.state.settings
    sent = service.send_response(
        session,
        actor=actor,
        response_id=response_id,
        entry=entry,
        base_url=settings.public_url,
        organisation=settings.organisation,
    )
    out = SentOut(response=_read(session, actor, response_id), link=sent.link, valid_until=sent.valid_until)
    answer = created(request, out, f"/api/v1/responses/{response_id}")
    # A repeated key must not store the link: what is remembered is the response without it.
    request.state.answer_body = out.response.model_dump_json()
    return answer


@router.post("/responses/{response_id}/recall", response_model=ResponseOut)
def recall_response(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Withdraw the vendor's link."""
    service.recall_response(session, actor=actor, response_id=response_id)
    return done(request, _read(session, actor, response_id))


@router.post("/responses/{response_id}/submit", response_model=ResponseOut)
def submit_response(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """The answers are complete."""
    service.submit_response(session, actor=actor, response_id=response_id)
    return done(request, _read(session, actor, response_id))


@router.post("/responses/{response_id}/close", response_model=ResponseOut)
def close_response(request: Request, session: Write, actor: CurrentActor, response_id: UUID) -> Response:
    """Nothing more will be answered; what is open earns nothing."""
    service.close_response(session, actor=actor, response_id=response_id)
    return done(request, _read(session, actor, response_id))


@router.post("/responses/{response_id}/reopen", response_model=ResponseOut)
def reopen_response(
    request: Request, session: Write, actor: CurrentActor, response_id: UUID, entry: ReasonIn
) -> Response:
    """Let answers change again."""
    service.reopen_response(session, actor=actor, response_id=response_id, reason=entry.reason)
    return done(request, _read(session, actor, response_id))
