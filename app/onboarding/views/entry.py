"""The small forms, one function each."""

from collections.abc import Sequence

from app.accounts.models import User
from app.evaluations.frame import EvaluationFrame
from app.evaluations.models import Candidate, Stage
from app.kit import library
from app.kit.forms import FormState, blank
from app.kit.ui import Option
from app.onboarding.models import OnboardingTask, Tier
from app.onboarding.service import Standing
from app.onboarding.views import words
from app.onboarding.views.board import address
from app.onboarding.views.task import FormField, FormPage, task_crumbs

_HOLIDAYS = FormField(
    "area", "holidays", "Holidays", "Days on which nothing is due, such as 2026-12-25; one a line."
)
_ROLE = FormField("select", "owner_role", "Role", "", True, words.ROLE_OPTIONS)


def start_form(
    frame: EvaluationFrame, candidate: Candidate, vendor: str, state: FormState | None = None
) -> FormPage:
    """Start the onboarding of a candidate."""
    lists = tuple(Option(key, key.replace("-", " ").capitalize()) for key in library.ids("checklists"))
    fields = [
        FormField("date", "kickoff", "Kickoff", "Day 0: the meeting with the delivery team.", True),
        FormField("radios", "tier", "How much", "", True, words.TIERS),
        FormField("select", "checklist", "Checklist", "", True, lists),
        _HOLIDAYS,
    ]
    if candidate.stage is not Stage.SELECTED:
        hint = "This candidate is not selected here, so say where it was decided."
        fields.append(FormField("text", "reason", "Reason", hint, True))
    return FormPage(
        title=f"Start the onboarding of {vendor}",
        crumbs=frame.crumbs,
        intro="Due dates count from the kickoff; one on a weekend or holiday moves to the working day before.",
        form=state or blank({"tier": Tier.CORE, "checklist": "onboarding"}),
        action=f"/candidates/{candidate.id}/onboarding",
        cancel=f"{frame.base}/onboarding",
        submit="Start onboarding",
        fields=tuple(fields),
    )


def kickoff_form(frame: EvaluationFrame, found: Standing, state: FormState | None = None) -> FormPage:
    """Another kickoff day."""
    row = found.onboarding
    values = {"kickoff": row.kickoff, "holidays": "\n".join(row.holidays)}
    return _form(
        frame,
        found,
        title=f"Move the kickoff with {found.vendor}",
        intro="What is still open moves along; dates set by hand and what is done stay.",
        form=state or blank(values, version=row.version),
        action=f"/onboardings/{row.id}/kickoff",
        submit="Move kickoff",
        fields=(FormField("date", "kickoff", "Kickoff", "", True), _HOLIDAYS),
    )


def cancel_form(frame: EvaluationFrame, found: Standing, state: FormState | None = None) -> FormPage:
    """Stop an onboarding."""
    row = found.onboarding
    return _form(
        frame,
        found,
        title=f"Cancel the onboarding of {found.vendor}",
        intro="Its tasks leave everybody's work queue. It can be taken up again.",
        form=state or blank({"state": "cancelled"}, version=row.version),
        action=f"/onboardings/{row.id}/cancel",
        submit="Cancel onboarding",
        fields=(FormField("text", "reason", "Reason", "", True),),
    )


def add_form(
    frame: EvaluationFrame, found: Standing, people: Sequence[User], state: FormState | None = None
) -> FormPage:
    """A task of our own."""
    row = found.onboarding
    stages = tuple(Option(stage, words.stage_name(stage)) for stage in row.body["stages"])
    return _form(
        frame,
        found,
        title="Add a task",
        intro=f"A task of your own for {found.vendor}; it moves with the kickoff like the others.",
        form=state or blank({"blocks": "none", "owner_role": "procurement_lead"}),
        action=f"/onboardings/{row.id}/tasks",
        submit="Add task",
        fields=(
            FormField("text", "title", "What is to be settled", "", True),
            FormField("select", "stage", "Stage", "", True, stages),
            FormField("date", "due", "Due", "", True),
            _ROLE,
            _person(people),
            FormField("select", "blocks", "While it is open", "", True, words.BLOCK_OPTIONS),
            FormField("text", "wanted", "Evidence wanted", "What will prove that it is done."),
        ),
    )


def edit_form(
    frame: EvaluationFrame, found: Standing, task: OnboardingTask, state: FormState | None = None
) -> FormPage:
    """Another date, for a task of our own another title too."""
    title = (FormField("text", "title", "What is to be settled", "", True),) if task.is_own else ()
    return _form(
        frame,
        found,
        title=f"Change “{task.title}”",
        intro="A date set by hand stays when the kickoff moves.",
        form=state or blank({"title": task.title, "due": task.due}, version=task.version),
        action=f"/tasks/{task.id}/edit",
        submit="Save",
        cancel=f"/tasks/{task.id}",
        fields=(*title, FormField("date", "due", "Due", "", True)),
    )


def assign_form(
    frame: EvaluationFrame,
    found: Standing,
    task: OnboardingTask,
    people: Sequence[User],
    state: FormState | None = None,
) -> FormPage:
    """Who does it."""
    values = {"owner_id": task.owner_id, "owner_role": task.owner_role}
    return _form(
        frame,
        found,
        title=f"Owner of “{task.title}”",
        intro="The owner finds the task in the work queue.",
        form=state or blank(values, version=task.version),
        action=f"/tasks/{task.id}/assign",
        submit="Set owner",
        cancel=f"/tasks/{task.id}",
        fields=(_person(people), _ROLE),
    )


def waive_form(
    frame: EvaluationFrame, found: Standing, task: OnboardingTask, state: FormState | None = None
) -> FormPage:
    """Go on without a task."""
    return _form(
        frame,
        found,
        title=f"Waive “{task.title}”",
        intro="The task holds nothing up until the date; after it, it blocks again.",
        form=state or blank(version=task.version),
        action=f"/tasks/{task.id}/waive",
        submit="Waive",
        cancel=f"/tasks/{task.id}",
        fields=(
            FormField("text", "reason", "Reason", "Printed on the checklist.", True),
            FormField("date", "until", "Until", "Last day on which the waiver counts.", True),
        ),
    )


def _person(people: Sequence[User]) -> FormField:
    options = tuple(Option(str(person.id), person.name) for person in people)
    return FormField("select", "owner_id", "Person", "Empty: whoever holds the role.", False, options)


def _form(
    frame: EvaluationFrame,
    found: Standing,
    *,
    title: str,
    intro: str,
    form: FormState,
    action: str,
    submit: str,
    fields: tuple[FormField, ...],
    cancel: str = "",
) -> FormPage:
    return FormPage(
        title=title,
        crumbs=task_crumbs(frame, found),
        intro=intro,
        form=form,
        action=action,
        cancel=cancel or address(frame, found.onboarding.id),
        submit=submit,
        fields=fields,
    )
