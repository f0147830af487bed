"""The library of questionnaires for programs: every verb of its pages."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.core.questionnaire import Change, never_shown
from app.kit.actors import CurrentActor
from app.kit.api import IfMatch, created, done
from app.kit.paging import Listing
from app.kit.requests import Read, Write
from app.questionnaires import service
from app.questionnaires.models import QuestionnaireVersion, VersionState
from app.questionnaires.schemas import (
    BodyIn,
    ChangeOut,
    NewTemplateIn,
    QuestionnaireFull,
    QuestionnaireOut,
    TextIn,
    VersionOut,
)
from app.questionnaires.service import Template, own
from app.questionnaires.views.library import counts

router = APIRouter(prefix="/api/v1/questionnaires", tags=["questionnaires"])
Number = Annotated[int | None, Query(ge=1, le=1_000_000, description="The version; empty: the newest.")]


def _short(found: Template) -> dict[str, object]:
    questions, core = counts(found.questionnaire)
    return {
        "key": found.key,
        "version": found.number,
        "title": found.title,
        "source": "own" if found.row else "shipped",
        "state": VersionState.DRAFT if found.is_draft else VersionState.PUBLISHED,
        "questions": questions,
        "core_questions": core,
        "minutes": found.questionnaire.minutes if found.questionnaire else 0,
    }


def version_out(row: QuestionnaireVersion) -> VersionOut:
    """A version as the API shows it."""
    found = service.template_from(row)
    return VersionOut(
        id=row.id,
        version=row.version,
        key=row.key,
        number=row.number,
        title=row.title,
        state=row.state,
        based_on=row.based_on,
        problems=[str(problem) for problem in found.problems],
        never_shown=list(never_shown(found.questionnaire)) if found.questionnaire else [],
        body=row.body,
    )


def _changes(found: Sequence[Change]) -> list[ChangeOut]:
    return [
        ChangeOut(
            subject=change.subject,
            id=change.id,
            text=change.text,
            kind=change.kind,
            differences=[
                {"key": each.key, "before": each.before, "after": each.after} for each in change.differences
            ],
        )
        for change in found
    ]


@router.get("")
def list_questionnaires(session: Read, actor: CurrentActor) -> Listing[QuestionnaireOut]:
    """The library: what is shipped, and the newest version of each of our own."""
    found = service.templates(session, actor=actor)
    return Listing(items=[QuestionnaireOut.model_validate(_short(each)) for each in found])


@router.post("", status_code=201, response_model=VersionOut)
def create_questionnaire(
    request: Request, session: Write, actor: CurrentActor, entry: NewTemplateIn
) -> Response:
    """Begin a blank draft."""
    row = own.create(session, actor=actor, entry=entry)
    return created(request, version_out(row), f"/api/v1/questionnaires/{row.key}")


@router.post("/import", status_code=201, response_model=VersionOut)
def import_questionnaire(request: Request, session: Write, actor: CurrentActor, entry: TextIn) -> Response:
    """A draft from the text of a YAML file."""
    row = own.import_text(session, actor=actor, text=entry.text)
    return created(request, version_out(row), f"/api/v1/questionnaires/{row.key}")


@router.get("/{key}")
def get_questionnaire(
    session: Read, actor: CurrentActor, key: str, number: Number = None
) -> QuestionnaireFull:
    """One questionnaire with its plain values, the words of the taxonomy written out."""
    found = service.template(session, actor=actor, key=key, number=number)
    return QuestionnaireFull.model_validate({**_short(found), "body": service.written_out(found.body)})


@router.get("/{key}/versions")
def list_versions(session: Read, actor: CurrentActor, key: str) -> Listing[QuestionnaireOut]:
    """Every version of a questionnaire, newest first."""
    found = own.versions(session, actor=actor, key=key)
    return Listing(items=[QuestionnaireOut.model_validate(_short(each)) for each in found])


@router.get("/{key}/changes")
def list_changes(
    session: Read,
    actor: CurrentActor,
    key: str,
    before: Annotated[int, Query(ge=1, le=1_000_000)],
    after: Annotated[int, Query(ge=1, le=1_000_000)],
) -> Listing[ChangeOut]:
    """What is different between two versions."""
    _, _, found = own.compare(session, actor=actor, key=key, before=before, after=after)
    return Listing(items=_changes(found))


@router.post("/{key}/fork", status_code=201, response_model=VersionOut)
def fork_questionnaire(
    request: Request, session: Write, actor: CurrentActor, key: str, entry: NewTemplateIn
) -> Response:
    """Begin a draft as a copy."""
    row = own.fork(session, actor=actor, key=key, entry=entry)
    return created(request, version_out(row), f"/api/v1/questionnaires/{row.key}")


@router.post("/{key}/versions", status_code=201, response_model=VersionOut)
def new_version(request: Request, session: Write, actor: CurrentActor, key: str) -> Response:
    """Begin the next version of a published questionnaire of our own."""
    row = own.new_version(session, actor=actor, key=key)
    return created(request, version_out(row), f"/api/v1/questionnaires/{row.key}")


@router.get("/{key}/draft")
def get_draft(response: Response, session: Read, actor: CurrentActor, key: str) -> VersionOut:
    """The open draft with its faults; its ETag is for If-Match of the next change."""
    row = own.draft(session, actor=actor, key=key)
    response.headers["ETag"] = f'"{row.version}"'
    return version_out(row)


@router.put("/{key}/draft", response_model=VersionOut)
def replace_draft(
    request: Request, session: Write, actor: CurrentActor, key: str, entry: BodyIn, seen: IfMatch
) -> Response:
    """Replace the draft's plain values: sections and questions are added, changed, moved and removed so."""
    row = own.replace_body(session, actor=actor, key=key, seen=seen, body=entry.body)
    return done(request, version_out(row))


@router.delete("/{key}/draft", status_code=204)
def discard_draft(session: Write, actor: CurrentActor, key: str) -> Response:
    """Throw the open draft away."""
    own.discard(session, actor=actor, key=key)
    return Response(status_code=204)


@router.post("/{key}/publish", response_model=VersionOut)
def publish_questionnaire(
    request: Request, session: Write, actor: CurrentActor, key: str, seen: IfMatch
) -> Response:
    """Freeze the draft, so that vendors can be asked."""
    row = own.publish(session, actor=actor, key=key, seen=seen)
    return done(request, version_out(row))
