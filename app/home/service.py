"""What waits for a person across all features, what can be found, and the counts of the navigation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.assessment import service as assessment
from app.core.permissions import Action
from app.decisions.service import work_items_of as decisions_waiting
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation
from app.kit import wording
from app.kit.actors import Actor
from app.kit.db import ReadSession
from app.kit.work import WorkItem
from app.onboarding import service as onboarding
from app.pilots import service as pilots
from app.questionnaires import service as questionnaires
from app.vendors import service as vendors
from app.vendors.models import Vendor


def _tasks_waiting(session: ReadSession, actor: Actor) -> list[WorkItem]:
    """The actor's onboarding tasks in the words of the queue."""
    return [
        WorkItem(
            item.title, f"{item.evaluation} {item.vendor}", item.href, _lateness(item.days_late), item.due
        )
        for item in onboarding.work_items_of(session, actor)
    ]


def _lateness(days: int) -> str:
    return f"{days} {wording.plural('day', days)} late" if days > 0 else ""


# Each feature says by itself what waits in it: one line here for every one that does.
SOURCES: tuple[Callable[[ReadSession, Actor], Sequence[WorkItem]], ...] = (
    assessment.work_items_of,
    evaluations.work_items_of,
    questionnaires.work_items_of,
    pilots.work_items_of,
    decisions_waiting,
    _tasks_waiting,
)
MOST_FOUND = 20  # of each kind; the lists show the rest


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: the first of each kind, and how many there are."""

    vendors: Sequence[Vendor] = ()
    vendor_total: int = 0
    evaluations: Sequence[Evaluation] = ()
    evaluation_total: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures beside the navigation; None where the actor may not look."""

    work: int
    vendors: int | None
    evaluations: int | None


def work_items(session: ReadSession, actor: Actor) -> tuple[WorkItem, ...]:
    """Everything that waits for the actor, what is due first at the top; without a date, in journey order."""
    items = [item for source in SOURCES for item in source(session, actor)]
    return tuple(sorted(items, key=lambda item: item.due or date.max))


def search(session: ReadSession, actor: Actor, text: str) -> Found:
    """Vendors and evaluations that the words name, as far as the actor may know of them."""
    if not text.strip():
        return Found()
    reads_vendors, reads_evaluations = actor.may(Action.VENDOR_READ), actor.may(Action.EVALUATION_READ)
    companies: Sequence[Vendor] = ()
    decisions: Sequence[Evaluation] = ()
    company_total = decision_total = 0
    if reads_vendors:
        filters = vendors.Filters(text=text)
        companies, _, company_total = vendors.list_page(
            session, actor=actor, filters=filters, page=1, rows=MOST_FOUND
        )
    if reads_evaluations:
        decisions, decision_total = evaluations.list_page(
            session, actor=actor, text=text.strip(), state="", page=1, rows=MOST_FOUND
        )
    return Found(companies, company_total, decisions, decision_total)


def counts(session: ReadSession, actor: Actor) -> Counts:
    """The figures beside the navigation's entries."""
    return Counts(
        work=len(work_items(session, actor)),
        vendors=vendors.count_vendors(session) if actor.may(Action.VENDOR_READ) else None,
        evaluations=evaluations.count_open(session, actor) if actor.may(Action.EVALUATION_READ) else None,
    )
