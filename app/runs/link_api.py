"""A vendor's pilot for its own programs: the link's secret is exchanged for a bearer token that reaches one part.

The same verbs with the same guards as the vendor's page.
"""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import Response as Plain

from app.accounts import service as accounts
from app.files import service as files
from app.files.service import Purpose, Received
from app.kit.actors import Actor, Unauthenticated
from app.kit.api import created, done
from app.kit.db import ReadSession
from app.kit.requests import BodyRead, RawForm, Read, Write, database
from app.pilots.models import Delivery
from app.pilots.service import CheckedDelivery, Pending, criteria_of
from app.runs import service
from app.runs.link_schemas import (
    ConfirmInstructionsIn,
    ConfirmPromisesIn,
    ContestIn,
    ContestOut,
    ErrorOut,
    ExchangeIn,
    FigureOut,
    LabelerIn,
    LinkUrlOut,
    OwnErrorsOut,
    OwnQuestionOut,
    OwnScoreOut,
    PartTokenOut,
    ReceiptOut,
    WorkOut,
)
from app.runs.schemas import ExampleOut, MessageOut, PublishedOut, QuestionIn, ReplyIn
from app.runs.views.examples import labels_of
from app.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["pilot work by link"])
_PART = "/pilot-work/{part_id}"
_DELIVERY_FORM = {
    "file": {"type": "string", "format": "binary"},
    "times": {"type": "string", "format": "binary"},
    "round": {"type": "integer", "description": "The round that is open."},
    "mapping": {"type": "string", "description": "JSON: your label to ours, or null to drop it."},
    "accept": {"type": "string", "enum": ["yes"], "description": "Apply the repairs that a refusal lists."},
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file", "round"], "properties": _DELIVERY_FORM}
            }
        },
    }
}


@router.post("/pilot-links/exchange", status_code=201, response_model=PartTokenOut)
def exchange(request: Request, session: Write, entry: ExchangeIn) -> Response:
    """A bearer token for the link's secret, the last part of its address; it ends with the link at the latest."""
    settings: Settings = request.app.state.settings
    part_id, token, until = service.enter_part(session, entry.secret, days=settings.session_days, replaces="")
    out = PartTokenOut(part_id=part_id, token=token, link_until=until)
    return created(request, out, f"/api/v1/pilot-work/{part_id}")


def _holder(request: Request, part_id: UUID) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        message = "Send the token of /api/v1/pilot-links/exchange as Authorization: Bearer."
        raise Unauthenticated("link.token", message)
    with database(request).reading() as session:
        actor = accounts.actor_of_link(accounts.link_of_session(session, token.strip()))
        service.part_access(session, actor, part_id)
    return actor


Bearer = Annotated[Actor, Depends(_holder)]


@router.get(_PART)
def get_work(actor: Bearer, session: Read, part_id: UUID) -> WorkOut:
    """Where the pilot stands for this vendor, and what is open to it."""
    found = service.part_access(session, actor, part_id)
    newest = service.newest_instructions(session, found)
    main = not found.is_labeler
    return WorkOut(
        stage=found.stage,
        goal=found.pilot.goal,
        task=found.pilot.task,
        round=found.run.round,
        rounds=found.run.rounds,
        deadline=found.run.deadline,
        attempts_left=service.attempts_left(session, found) if main else 0,
        closed=service.why_closed(session, found) if main else "",
        pack_closed=service.why_no_pack(session, found) if main else "",
        criteria=list(criteria_of(found.pilot)) if main else [],
        promises_digest=service.promises_digest(session, found.pilot, found.part.candidate_id)
        if main
        else "",
        promises_confirmed=service.has_confirmed(session, found.pilot, found.part),
        instructions=newest.number if newest else None,
        instructions_confirmed=found.part.instructions,
        plan=newest.plan if newest else None,
        milestones=list(service.milestones_of(found.run)) if main else [],
        scores=[_score(one) for one in service.own_scores(session, found)],
    )


def _score(one: service.OwnScore) -> OwnScoreOut:
    return OwnScoreOut(round=one.round, figures=[FigureOut(**asdict(each)) for each in one.figures])


@router.put(_PART + "/promises", status_code=204)
def confirm_promises(actor: Bearer, session: Write, part_id: UUID, entry: ConfirmPromisesIn) -> Response:
    """Confirm the criteria and the fee whose digest was shown."""
    service.confirm_promises(session, actor=actor, part_id=part_id, digest=entry.digest)
    return Response(status_code=204)


@router.put(_PART + "/instructions", status_code=204)
def confirm_instructions(
    actor: Bearer, session: Write, part_id: UUID, entry: ConfirmInstructionsIn
) -> Response:
    """Confirm that the team works after this version."""
    service.confirm_instructions(session, actor=actor, part_id=part_id, number=entry.number)
    return Response(status_code=204)


def _packed(request: Request, actor: Bearer, part_id: UUID) -> service.Pack:
    return service.pack_by_link(database(request), request.app.state.contents, actor=actor, part_id=part_id)


@router.post(_PART + "/pack", response_class=Plain)
def download_pack(pack: Annotated[service.Pack, Depends(_packed)], actor: Bearer, session: Write) -> Response:
    """The pilot pack as a zip; the download is logged."""
    service.note_download(session, actor=actor, pack=pack)
    headers = {"Content-Disposition": f'attachment; filename="{pack.name}"', "Cache-Control": "no-store"}
    return Response(pack.content, media_type="application/zip", headers=headers)


def _received(request: Request, form: BodyRead, _actor: Bearer) -> Received:
    return files.store_received(request, form, Purpose.ANNOTATIONS)


def _checked(
    request: Request,
    received: Annotated[Received, Depends(_received)],
    form: BodyRead,
    actor: Bearer,
    part_id: UUID,
) -> Pending[CheckedDelivery]:
    return service.receive_by_link(request, received, form, actor, part_id)


@router.get(_PART + "/deliveries")
def list_deliveries(actor: Bearer, session: Read, part_id: UUID) -> list[ReceiptOut]:
    """The vendor's own deliveries with their receipts, newest first."""
    found = service.part_access(session, actor, part_id)
    found.require_main()
    return [_receipt(row) for row in service.own_deliveries(session, found)]


def _receipt(row: Delivery) -> ReceiptOut:
    return ReceiptOut(**row.model_dump(include=set(ReceiptOut.model_fields)))


@router.post(_PART + "/deliveries", status_code=201, response_model=ReceiptOut, openapi_extra=_BODY)
def deliver(
    checked: Annotated[Pending[CheckedDelivery], Depends(_checked)],
    request: Request,
    actor: Bearer,
    session: Write,
    form: RawForm,
    part_id: UUID,
) -> Response:
    """Deliver labels for the round that is open, in place of the earlier attempt."""
    row = service.deliver_by_link(
        session, actor=actor, part_id=part_id, round_seen=service.round_of(form), checked=checked.take()
    )
    return created(request, _receipt(row), f"/api/v1/pilot-work/{part_id}/deliveries")


def _question(one: service.Thread) -> OwnQuestionOut:
    row = one.question
    return OwnQuestionOut(
        id=row.id,
        kind=row.kind,
        item=row.item,
        by_us=row.by_us,
        adopted=row.adopted,
        messages=[
            MessageOut(by_us=each.by_us, text=each.text, sent_at=each.sent_at) for each in one.messages
        ],
    )


@router.get(_PART + "/questions")
def list_questions(actor: Bearer, session: Read, part_id: UUID) -> list[OwnQuestionOut]:
    """The vendor's threads with us, newest first."""
    return [_question(one) for one in service.own_threads(session, actor=actor, part_id=part_id)]


@router.get(_PART + "/answers")
def list_answers(actor: Bearer, session: Read, part_id: UUID) -> list[PublishedOut]:
    """Questions and answers that were published to every vendor."""
    found = service.part_access(session, actor, part_id)
    return [
        PublishedOut(question=row.public_text, answer=row.public_answer, published_at=row.published_at)
        for row in service.published(session, found.pilot.id)
    ]


@router.get(_PART + "/examples")
def list_examples(actor: Bearer, session: Read, part_id: UUID) -> list[ExampleOut]:
    """Items with our labels that were published to every vendor as good examples."""
    found = service.part_access(session, actor, part_id)
    called = service.called_of(session, found.pilot.id)
    return [
        ExampleOut(
            **row.model_dump(include={"note", "gold_number", "created_at"}),
            item=called.get(row.item, row.item),
            labels=labels_of(row),
        )
        for row in service.examples_of(session, found.pilot.id)
    ]


def _told(session: ReadSession, actor: Actor, part_id: UUID, question_id: UUID) -> OwnQuestionOut:
    session.flush()
    threads = service.own_threads(session, actor=actor, part_id=part_id)
    return next(_question(one) for one in threads if one.question.id == question_id)


@router.post(_PART + "/questions", status_code=201, response_model=OwnQuestionOut)
def ask(request: Request, actor: Bearer, session: Write, part_id: UUID, entry: QuestionIn) -> Response:
    """Ask, report an edge case, or propose a change."""
    row = service.ask_by_link(session, actor=actor, part_id=part_id, entry=entry)
    location = f"/api/v1/pilot-work/{part_id}/questions"
    return created(request, _told(session, actor, part_id, row.id), location)


@router.post(_PART + "/questions/{question_id}/reply", response_model=OwnQuestionOut)
def reply(
    request: Request, actor: Bearer, session: Write, part_id: UUID, question_id: UUID, entry: ReplyIn
) -> Response:
    """The vendor's next turn in a thread."""
    service.reply_by_link(session, actor=actor, part_id=part_id, question_id=question_id, entry=entry)
    return done(request, _told(session, actor, part_id, question_id))


@router.post(_PART + "/labelers", status_code=201, response_model=LinkUrlOut)
def invite_labeler(
    request: Request, actor: Bearer, session: Write, part_id: UUID, entry: LabelerIn
) -> Response:
    """A link for labelers to the instructions and questions; it is shown this once."""
    base = request.app.state.settings.public_url
    url = service.invite_labeler(session, actor=actor, part_id=part_id, name=entry.holder_name, base_url=base)
    return created(request, LinkUrlOut(url=url), f"/api/v1/pilot-work/{part_id}")


@router.post(_PART + "/errors/show", status_code=204)
def show_errors(actor: Bearer, session: Write, part_id: UUID) -> Response:
    """Show the own errors from now on; the vendor delivers no further round of this pilot."""
    service.show_errors(session, actor=actor, part_id=part_id)
    return Response(status_code=204)


@router.get(_PART + "/errors")
def list_errors(actor: Bearer, session: Read, part_id: UUID) -> OwnErrorsOut:
    """The vendor's own errors after the close, and what it contests."""
    own = service.own_errors(session, service.part_access(session, actor, part_id))
    return OwnErrorsOut(
        hidden=own.hidden,
        last_day=own.last_day,
        may_contest=own.may_contest,
        errors=[ErrorOut(item=one.item, errors=dict(one.errors)) for one in own.lines],
        contests=[ContestOut.of(row) for row in own.contests],
    )


@router.post(_PART + "/contests", status_code=201, response_model=ContestOut)
def contest(request: Request, actor: Bearer, session: Write, part_id: UUID, entry: ContestIn) -> Response:
    """Contest one of the own errors, once for an item and inside the window."""
    row = service.contest_item(session, actor=actor, part_id=part_id, entry=entry)
    return created(request, ContestOut.of(row), f"/api/v1/pilot-work/{part_id}/errors")


@router.delete(_PART + "/contests/{contest_id}", status_code=204)
def withdraw_contest(actor: Bearer, session: Write, part_id: UUID, contest_id: UUID) -> Response:
    """Take a contest back inside the window."""
    service.withdraw_contest(session, actor=actor, part_id=part_id, contest_id=contest_id)
    return Response(status_code=204)


@router.delete(_PART + "/token", status_code=204, dependencies=[Depends(_holder)])
def end_token(request: Request, session: Write) -> Response:
    """Forget this token; the link gives a new one."""
    accounts.end_link_session(session, request.headers["authorization"].partition(" ")[2].strip())
    return Response(status_code=204)
