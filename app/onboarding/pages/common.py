"""What the pages of this feature look up first."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Response

from app.evaluations import service as evaluations
from app.evaluations.frame import EvaluationFrame, evaluation_frame
from app.evaluations.models import Stage, StepName
from app.evaluations.service import Access, CandidateView
from app.files import service as files
from app.files.service import Subject
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.forms import FormState
from app.kit.ui import Toast
from app.onboarding import queries, service, views
from app.onboarding.models import OnboardingTask
from app.onboarding.service import Standing
from app.onboarding.views.board import address


@dataclass(frozen=True, slots=True)
class Place:
    """An onboarding as a page shows it."""

    access: Access
    frame: EvaluationFrame
    found: Standing

    @property
    def here(self) -> str:
        """Where it is shown."""
        return address(self.frame, self.found.onboarding.id)


def place_of(session: ReadSession, actor: Actor, onboarding_id: UUID) -> Place:
    """An onboarding with everything around it. Raises `NotFound`."""
    row, access = service.open_onboarding(session, actor, onboarding_id)
    frame = evaluation_frame(session, access, StepName.ONBOARDING)
    return Place(access, frame, service.standing_of(session, actor=actor, onboarding_id=row.id))


def board(
    session: ReadSession, place: Place, *, show: str = "", toasts: tuple[Toast, ...] = ()
) -> views.BoardPage:
    """The page of an onboarding."""
    actor, row = place.access.actor, place.found.onboarding
    subject = Subject("onboarding", row.id)
    return views.board_view(
        place.frame,
        place.access,
        service.standings_of(session, actor=actor, evaluation_id=row.evaluation_id),
        place.found,
        people=people_of(session, place.found),
        startable=startable(session, row.evaluation_id),
        panel=files.notes_and_files(session, actor=actor, subject=subject, return_to=place.here),
        show=show,
        toasts=toasts,
    )


def startable(session: ReadSession, evaluation_id: UUID) -> list[CandidateView]:
    """Whom an onboarding can be started for: the selected, and while nobody has one the finalists too."""
    taken = {row.candidate_id for row in queries.of_evaluation(session, evaluation_id)}
    stages = {Stage.SELECTED} if taken else {Stage.SELECTED, Stage.FINALIST}
    return [
        view
        for view in evaluations.candidates_of(session, evaluation_id, with_out=False)
        if view.candidate.stage in stages and view.candidate.id not in taken and not view.is_in_house
    ]


def people_of(session: ReadSession, found: Standing) -> dict[UUID, str]:
    """The names of everybody who owns or did one of its tasks."""
    named = {key for task in found.tasks for key in (task.owner_id, task.done_by) if key is not None}
    return queries.people(session, named)


def task_page(
    session: ReadSession, actor: Actor, task_id: UUID, *, form: FormState | None = None, wanted: str = ""
) -> views.TaskPage:
    """The page of a task. Raises `NotFound`."""
    task, row, access = service.open_task(session, actor, task_id)
    place = place_of(session, actor, row.id)
    candidate, _ = evaluations.candidate_of(session, actor=actor, candidate_id=row.candidate_id)
    subject = Subject("task", task.id)
    return views.task_view(
        place.frame,
        access,
        place.found,
        task,
        earlier=service.earlier_tasks(session, row, task),
        people=people_of(session, place.found),
        vendor_id=candidate.vendor.id,
        panel=files.notes_and_files(session, actor=actor, subject=subject, return_to=f"/tasks/{task.id}"),
        form=form,
        wanted_state=wanted,
    )


def place_of_task(session: ReadSession, actor: Actor, task_id: UUID) -> tuple[OnboardingTask, Place]:
    """A task and the onboarding around it. Raises `NotFound`."""
    task, row, _ = service.open_task(session, actor, task_id)
    return task, place_of(session, actor, row.id)


def download(content: bytes, kind: str, name: str) -> Response:
    """A file to keep."""
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
