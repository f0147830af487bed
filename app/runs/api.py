"""The run of a pilot for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import Response as Plain

from app.core.permissions import Action
from app.evaluations.models import Candidate
from app.kit.actors import Actor, CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.db import ReadSession
from app.kit.requests import Read, Write, database
from app.pilots import service as pilots
from app.pilots.models import Pilot
from app.runs import service
from app.runs.models import PilotQuestion, PilotRun
from app.runs.schemas import (
    AdoptIn,
    DownloadOut,
    GuardOut,
    InstructionsOut,
    LabelingPlanIn,
    LinkOut,
    MessageOut,
    OurQuestionIn,
    PartLinkIn,
    PartOut,
    PublishAnswerIn,
    PublishedOut,
    PublishIn,
    QuestionOut,
    ReplyIn,
    RunIn,
    RunOut,
    StageIn,
)
from app.runs.service import PartLine, Thread

router = APIRouter(prefix="/api/v1", tags=["pilots"])


def _run(session: ReadSession, actor: Actor, pilot_id: UUID) -> RunOut:
    session.flush()
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    run = service.run_of(session, found.pilot)
    stage = service.stage_of(found.pilot, run)
    texts = service.instructions_of(session, pilot_id)
    return RunOut(
        version=run.version,
        stage=stage,
        next=list(service.NEXT[stage]),
        reason=run.reason,
        round=run.round,
        rounds=run.rounds,
        attempts=run.attempts,
        shown_round=service.shown_round(session, found.pilot, run),
        deadline=run.deadline,
        contest_days=run.contest_days,
        shows_gold=run.shows_gold,
        last_contest_day=service.last_contest_day(found.pilot, run, found.evaluation),
        milestones=list(service.milestones_of(run)),
        checklist=[
            GuardOut(id=one.id, title=one.title, met=one.met, detail=one.detail)
            for one in service.checklist(session, found)
        ],
        instructions=texts[0].number if texts else None,
        plan=service.plan_of(run),
    )


@router.get("/pilots/{pilot_id}/run")
def get_run(response: Response, session: Read, actor: CurrentActor, pilot_id: UUID) -> RunOut:
    """Stage, checklist, rounds, milestones and labeling plan; its ETag goes into If-Match of a change."""
    out = _run(session, actor, pilot_id)
    response.headers["ETag"] = f'"{out.version}"'
    return out


@router.put("/pilots/{pilot_id}/run", response_model=RunOut)
def set_run(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: RunIn, seen: IfMatch
) -> Response:
    """Set rounds, attempts, the last day and the milestones."""
    service.set_run(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    return done(request, _run(session, actor, pilot_id))


@router.put("/pilots/{pilot_id}/labeling-plan", response_model=RunOut)
def set_plan(
    request: Request,
    session: Write,
    actor: CurrentActor,
    pilot_id: UUID,
    entry: LabelingPlanIn,
    seen: IfMatch,
) -> Response:
    """Write down the labeling plan; vendors see it once it is published."""
    service.set_plan(session, actor=actor, pilot_id=pilot_id, entry=entry, seen=seen)
    return done(request, _run(session, actor, pilot_id))


@router.post("/pilots/{pilot_id}/stage", response_model=RunOut)
def set_stage(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: StageIn
) -> Response:
    """Move the pilot to its next stage."""
    service.set_stage(session, actor=actor, pilot_id=pilot_id, entry=entry)
    return done(request, _run(session, actor, pilot_id))


@router.get("/pilots/{pilot_id}/instructions")
def list_instructions(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[InstructionsOut]:
    """The published versions of the instructions, newest first."""
    pilots.open_pilot(session, actor, pilot_id)
    rows = service.instructions_of(session, pilot_id)
    return [InstructionsOut(**row.model_dump(include=set(InstructionsOut.model_fields))) for row in rows]


@router.post("/pilots/{pilot_id}/instructions", status_code=201, response_model=InstructionsOut)
def publish_instructions(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: PublishIn
) -> Response:
    """Publish the labeling plan as the next version."""
    row = service.publish_instructions(session, actor=actor, pilot_id=pilot_id, entry=entry)
    out = InstructionsOut(**row.model_dump(include=set(InstructionsOut.model_fields)))
    return created(request, out, f"/api/v1/pilots/{pilot_id}/instructions")


def _part(session: ReadSession, run: PilotRun, line: PartLine) -> PartOut:
    part = line.part
    return PartOut(
        id=part.id if part else None,
        candidate_id=line.candidate_id,
        candidate=session.get_one(Candidate, line.candidate_id).code,
        promises_confirmed=line.promises,
        promises_at=part.promises_at if part else None,
        instructions=part.instructions if part else None,
        instructions_at=part.instructions_at if part else None,
        link_until=line.link.expires_at if line.link else None,
        downloads=line.downloads,
        attempts_used=service.attempts_used(session, run, part) if part else 0,
        errors_shown_at=part.errors_at if part else None,
        lacking=list(line.lacking),
    )


@router.get("/pilots/{pilot_id}/parts")
def list_parts(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[PartOut]:
    """Every vendor's part: link, confirmations, downloads."""
    found = service.parts_of(session, actor=actor, pilot_id=pilot_id)
    run = service.run_of(session, session.get_one(Pilot, pilot_id))
    return [_part(session, run, one) for one in found]


@router.post("/pilots/{pilot_id}/parts/{candidate_id}/link", status_code=201, response_model=LinkOut)
def send_part(
    request: Request,
    session: Write,
    actor: CurrentActor,
    pilot_id: UUID,
    candidate_id: UUID,
    entry: PartLinkIn,
) -> Response:
    """Make a vendor's link in place of earlier ones; it is shown this once."""
    url, until = service.send_part(
        session,
        actor=actor,
        pilot_id=pilot_id,
        candidate_id=candidate_id,
        entry=entry,
        base_url=request.app.state.settings.public_url,
    )
    return created(request, LinkOut(url=url, valid_until=until), f"/api/v1/pilots/{pilot_id}/parts")


@router.delete("/pilots/{pilot_id}/parts/{candidate_id}/link", status_code=204)
def recall_part(session: Write, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID) -> Response:
    """Withdraw a vendor's links."""
    service.recall_part(session, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id)
    return Response(status_code=204)


def _packed(request: Request, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID) -> service.Pack:
    return service.pack_of(
        database(request),
        request.app.state.contents,
        actor=actor,
        pilot_id=pilot_id,
        candidate_id=candidate_id,
    )


@router.post("/pilots/{pilot_id}/parts/{candidate_id}/pack", response_class=Plain)
def download_pack(
    pack: Annotated[service.Pack, Depends(_packed)], session: Write, actor: CurrentActor
) -> Response:
    """A vendor's pilot pack as a zip; the download is logged."""
    service.note_download(session, actor=actor, pack=pack)
    headers = {"Content-Disposition": f'attachment; filename="{pack.name}"'}
    return Response(pack.content, media_type="application/zip", headers=headers)


@router.get("/pilots/{pilot_id}/parts/{candidate_id}/downloads")
def list_downloads(
    session: Read, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID
) -> list[DownloadOut]:
    """The access log of a vendor's pack, newest first."""
    rows = service.downloads_of(session, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id)
    return [
        DownloadOut(
            at=one.created_at,
            by_link=one.by_link,
            digest=one.digest,
            gold=one.gold_number,
            instructions=one.instructions,
        )
        for one in rows
    ]


def _question(session: ReadSession, one: Thread) -> QuestionOut:
    row = one.question
    kept = {
        "id",
        "version",
        "kind",
        "item",
        "by_us",
        "public_text",
        "public_answer",
        "published_at",
        "adopted",
    }
    values: dict[str, Any] = row.model_dump(include=kept)
    return QuestionOut(
        **values,
        candidate=session.get_one(Candidate, row.candidate_id).code,
        messages=[
            MessageOut(by_us=each.by_us, text=each.text, sent_at=each.sent_at) for each in one.messages
        ],
        noticed=one.noticed,
        hours=one.hours,
    )


@router.get("/pilots/{pilot_id}/questions")
def list_questions(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[QuestionOut]:
    """The question log for whoever runs the pilot, newest first."""
    pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    return [_question(session, one) for one in service.threads_of(session, actor=actor, pilot_id=pilot_id)]


@router.get("/pilots/{pilot_id}/answers")
def list_answers(session: Read, actor: CurrentActor, pilot_id: UUID) -> list[PublishedOut]:
    """Questions and answers as every vendor reads them, without who asked."""
    pilots.open_pilot(session, actor, pilot_id)
    return [_published(one) for one in service.published(session, pilot_id)]


def _published(row: PilotQuestion) -> PublishedOut:
    return PublishedOut(question=row.public_text, answer=row.public_answer, published_at=row.published_at)


def _told(session: ReadSession, actor: Actor, row: PilotQuestion) -> QuestionOut:
    session.flush()
    threads = service.threads_of(session, actor=actor, pilot_id=session.get_one(Pilot, row.pilot_id).id)
    return next(_question(session, one) for one in threads if one.question.id == row.id)


@router.post("/pilots/{pilot_id}/questions", status_code=201, response_model=QuestionOut)
def ask_vendor(
    request: Request, session: Write, actor: CurrentActor, pilot_id: UUID, entry: OurQuestionIn
) -> Response:
    """Ask one vendor; the working hours to its answer are counted."""
    row = service.ask_vendor(session, actor=actor, pilot_id=pilot_id, entry=entry)
    return created(request, _told(session, actor, row), f"/api/v1/pilots/{pilot_id}/questions")


@router.post("/pilot-questions/{question_id}/reply", response_model=QuestionOut)
def reply(
    request: Request, session: Write, actor: CurrentActor, question_id: UUID, entry: ReplyIn
) -> Response:
    """Our next turn in a thread."""
    row = service.reply(session, actor=actor, question_id=question_id, entry=entry)
    return done(request, _told(session, actor, row))


@router.put("/pilot-questions/{question_id}/published", response_model=QuestionOut)
def publish_answer(
    request: Request,
    session: Write,
    actor: CurrentActor,
    question_id: UUID,
    entry: PublishAnswerIn,
    seen: IfMatch,
) -> Response:
    """Let every vendor read question and answer, without who asked."""
    row = service.publish_answer(session, actor=actor, question_id=question_id, entry=entry, seen=seen)
    return done(request, _told(session, actor, row))


@router.put("/pilot-questions/{question_id}/adopted", response_model=QuestionOut)
def adopt(
    request: Request, session: Write, actor: CurrentActor, question_id: UUID, entry: AdoptIn
) -> Response:
    """Say what became of an edge case or a proposal."""
    row = service.adopt(session, actor=actor, question_id=question_id, entry=entry)
    return done(request, _told(session, actor, row))
