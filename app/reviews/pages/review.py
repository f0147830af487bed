"""The blind review: starting it, judging items one by one, its figures."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.core.errors import Forbidden
from app.core.permissions import Action
from app.kit import htmx
from app.kit.actors import Actor, CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank, parse, rejecting, seen_version
from app.kit.requests import RawForm, Read, Write
from app.kit.spreadsheet import write_csv
from app.kit.storage import LocalStore
from app.kit.templating import render
from app.kit.ui import Crumb, Option, Toast
from app.pilots import service as pilots
from app.pilots.drawing import blind_panel, exhibit_of, gold_panel
from app.pilots.frame import base_of, below
from app.pilots.models import PilotTask
from app.reviews import queries, service
from app.reviews.models import Fault
from app.reviews.schemas import ReviewIn, VerdictIn
from app.reviews.views import review as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/review", include_in_schema=False)
PEOPLE_ONLY = "Judged by people only: nothing here is measured against labels of our own."
_IMAGE_KINDS = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
}  # fmt: skip
_CLOSING = {False: "Close review and tell names", True: "Close review"}
_FIRST = {"size": "150", "overlap": "30", "seed": "0"}
_ALONE = {"size": "20", "overlap": "0", "seed": "0"}  # nobody else is there to judge an item twice


def _list_page(
    session: ReadSession, actor: Actor, found: pilots.PilotAccess, form: FormState | None = None
) -> views.ReviewsPage:
    reviews = queries.reviews(session, found.pilot.id)
    own = {one.id: queries.own_tasks(session, one.id, actor.id) for one in reviews}
    may_start = found.may(Action.PILOT_EDIT) and found.is_open
    people = service.reviewers_of(session, found.evaluation) if may_start else {}
    is_ready = pilots.result_of(session, found.pilot) is not None
    return views.ReviewsPage(
        title="Blind review",
        frame=below(session, found),
        base=base_of(found.pilot),
        rows=views.review_rows(reviews, own, base_of(found.pilot)),
        form=form or blank(_FIRST if len(people) > 1 else _ALONE | {"reviewers": list(people)}),
        may_start=may_start,
        reviewers=tuple(Option(str(key), name) for key, name in people.items()),
        missing="" if is_ready else "Nothing is compared yet; a review starts from the compared deliveries.",
    )


@router.get("")
def list_reviews(session: Read, request: Request, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The reviews of the pilot."""
    found = pilots.open_pilot(session, actor, pilot_id)
    return render(request, _list_page(session, actor, found))


@router.post("")
def start(session: Write, request: Request, actor: CurrentActor, form: RawForm, pilot_id: UUID) -> Response:
    """Draw items and hand them out."""
    found = pilots.open_pilot(session, actor, pilot_id, Action.PILOT_EDIT, changing=True)
    with rejecting(request, form, lambda state: _list_page(session, actor, found, state)):
        row = service.start_review(session, actor=actor, pilot_id=pilot_id, entry=parse(ReviewIn, form))
    told = f"Review {row.number} is handed out: {row.size} items of {len(row.codes)} candidates."
    return htmx.redirect(request, f"{base_of(found.pilot)}/review/{row.id}", toast=told)


@router.get("/newest")
def show_newest(session: Read, actor: CurrentActor, pilot_id: UUID) -> Response:
    """The newest review that somebody judged in, else the newest, else how to start one."""
    found = pilots.open_pilot(session, actor, pilot_id)
    base, newest = f"{base_of(found.pilot)}/review", service.newest_of(session, pilot_id)
    return RedirectResponse(f"{base}/{newest.id}" if newest else base, status_code=303)


@router.get("/{review_id}")
def show_review(session: Read, request: Request, actor: CurrentActor, review_id: UUID) -> Response:
    """One review: own items, and the figures once they may be seen."""
    found = service.open_review(session, actor, review_id)
    review, base = found.review, base_of(found.pilot.pilot)
    own = service.tasks_for(session, actor=actor, review_id=review_id)
    done = sum(one.verdict is not None for one in own)
    href, hidden, summary = f"{base}/review/{review_id}", "", None
    try:
        summary = service.summary_of(session, actor=actor, review_id=review_id)
    except Forbidden as refusal:
        hidden = refusal.message
    may_edit, is_open = found.pilot.may(Action.PILOT_EDIT), review.closed_at is None
    shown = views.ReviewPage(
        title=f"Review {review.number}",
        frame=below(session, found.pilot, Crumb("Blind review", f"{base}/review")),
        subtitle=views.review_facts(review),
        own_share=100 * done / len(own) if own else 0,
        own_words=f"{done} of {len(own)} judged" if own else "",
        next_href=f"{href}/next" if is_open and done < len(own) else "",
        own=views.judged_rows(own, service.names_told(session, found), base),
        told=views.told_facts(review, service.names_told(session, found)),
        told_note=views.told_note(
            review,
            service.unblind(review, queries.tasks(session, review_id)),
            found.pilot.evaluation.time_zone,
        ),
        hidden=hidden,
        people_only=PEOPLE_ONLY if found.pilot.pilot.task is PilotTask.REVIEW_ONLY else "",
        report_href=_report(found.pilot) if summary and review.told_at else "",
        **_figures(session, found, summary),
        faults=tuple(one.value.replace("_", " ") for one in Fault),
        agreement=views.agreement_facts(summary) if summary else (),
        agreement_note=f"{summary.judged} of {summary.tasks} judgements are in" if summary else "",
        csv_href="" if hidden else f"{href}/verdicts.csv",
        state_action=f"{href}/{'close' if is_open else 'reopen'}" if may_edit else "",
        state_label=_CLOSING[bool(review.told_at)] if is_open else "Reopen review",
        nonce=blank().nonce,
    )
    return render(request, shown)


def _report(found: pilots.PilotAccess) -> str:
    """The report of what only people judge; other pilots have theirs on the results page."""
    is_own = found.pilot.task is PilotTask.REVIEW_ONLY and found.may(Action.RESULT_READ)
    return f"/pilots/{found.pilot.id}/report" if is_own else ""


def _figures(
    session: ReadSession, found: service.ReviewAccess, summary: service.ReviewSummary | None
) -> dict[str, Any]:
    """What a review says, empty while it may not be seen. What came back and what it costs would tell whose it is."""
    pilot, names = found.pilot.pilot, service.candidates_in(session, found)
    currency = pilot.currency if found.pilot.may_price else ""
    if summary is None:
        return {"rows": (), "pairs": (), "pairs_note": "", "work": (), "currency": currency}
    works = service.work_of(session, pilot, summary) if found.review.told_at else {}
    return {
        "rows": views.acceptance_rows(summary, names, service.promise_of(pilot)),
        "pairs": views.pair_rows(summary, names),
        "pairs_note": f"first pass on {summary.common} items judged of everybody, in points",
        "work": views.work_rows(works, names, pilot.currency, with_prices=found.pilot.may_price),
        "currency": currency,
    }


@router.get("/{review_id}/verdicts.csv")
def verdicts_csv(session: Read, actor: CurrentActor, review_id: UUID) -> Response:
    """Every item and verdict of the review."""
    header, rows = service.verdict_rows(session, actor=actor, review_id=review_id)
    headers = {"Content-Disposition": 'attachment; filename="pilot-review.csv"'}
    return Response(write_csv(header, rows), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{review_id}/next")
def next_item(session: Read, actor: CurrentActor, review_id: UUID) -> Response:
    """The next of one's own items to judge, or the review when none is left."""
    found = service.open_review(session, actor, review_id)
    own = service.tasks_for(session, actor=actor, review_id=review_id)
    waiting = next((one.id for one in own if one.verdict is None), None)
    base = f"{base_of(found.pilot.pilot)}/review"
    return RedirectResponse(f"{base}/tasks/{waiting}" if waiting else f"{base}/{review_id}", status_code=303)


@router.post("/{review_id}/close")
def close(session: Write, request: Request, actor: CurrentActor, review_id: UUID) -> Response:
    """End the review."""
    row = service.close_review(session, actor=actor, review_id=review_id)
    base = f"{base_of(service.open_review(session, actor, row.id).pilot.pilot)}/review/{row.id}"
    toast = Toast("The review is closed; its figures count.", undo_url=f"{base}/reopen")
    return htmx.redirect(request, base, toast=toast)


@router.post("/{review_id}/reopen")
def reopen(session: Write, request: Request, actor: CurrentActor, review_id: UUID) -> Response:
    """Take the review up again."""
    row = service.reopen_review(session, actor=actor, review_id=review_id)
    base = f"{base_of(service.open_review(session, actor, row.id).pilot.pilot)}/review/{row.id}"
    return htmx.redirect(request, base, toast="The review is open again.")


def _task_page(session: ReadSession, found: service.TaskAccess, form: FormState) -> views.TaskPage:
    task, review, base = found.task, found.review, base_of(found.pilot.pilot)
    name = service.own_name(session, found)
    outcomes = pilots.outcomes_of(session, review.result_id)
    gold = (gold_panel(outcomes, task.at),) if review.shows_gold else ()
    review_href, is_files = f"{base}/review/{review.id}", outcomes.kind == pilots.FILES
    return views.TaskPage(
        title=f"{name}: {task.item}",
        frame=below(
            session,
            found.pilot,
            Crumb("Blind review", f"{base}/review"),
            Crumb(f"Review {review.number}", review_href),
        ),
        form=form,
        action=f"{base}/review/tasks/{task.id}",
        item=task.item,
        position=f"{found.place + 1} of {found.total}",
        share=100 * found.judged / found.total,
        progress=f"{found.judged} of {found.total} judged",
        exhibit=exhibit_of(outcomes, task.at),
        panels=() if is_files else (blind_panel(outcomes, found.candidate_code, task.at, name), *gold),
        given=views.given_panel(
            outcomes.given(found.candidate_code, task.at), name, f"{base}/review/tasks/{task.id}"
        )
        if is_files
        else None,
        faults=views.FAULTS,
        thumbs=views.THUMBS,
        word=views.VERDICT_WORDS[task.verdict] if task.verdict else "",
        kind=views.VERDICT_KINDS[task.verdict] if task.verdict else "",
        undo_action=f"{base}/review/tasks/{task.id}/undo" if task.verdict else "",
        is_closed=review.closed_at is not None or not found.pilot.is_open,
        issue_href=f"{base}/issues?task={task.id}",
        next_href=f"{base}/review/tasks/{found.next_id}" if found.next_id else "",
        review_href=review_href,
    )


@router.get("/tasks/{task_id}")
def show_task(session: Read, request: Request, actor: CurrentActor, task_id: UUID) -> Response:
    """One of one's own items."""
    found = service.task_of(session, actor=actor, task_id=task_id)
    task = found.task
    values = {"fault": task.fault, "thumb": task.thumb, "comment": task.comment}
    return render(request, _task_page(session, found, blank(values, version=task.version)))


@router.get("/tasks/{task_id}/file")
def task_file(session: Read, request: Request, actor: CurrentActor, task_id: UUID) -> Response:
    """What was delivered for one of one's own items, under a name that tells nothing."""
    found = service.task_of(session, actor=actor, task_id=task_id)
    outcomes = pilots.outcomes_of(session, found.review.result_id)
    contents: LocalStore = request.app.state.contents
    content, suffix = pilots.delivered_file(contents, outcomes, found.candidate_code, found.task.at)
    kind = _IMAGE_KINDS.get(suffix, "application/octet-stream")
    shown = suffix if suffix.isascii() and suffix[1:].isalnum() else ""
    headers = {
        "Content-Disposition": f'attachment; filename="candidate-{found.task.code}{shown}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=kind, headers=headers)


@router.post("/tasks/{task_id}")
def judge(session: Write, request: Request, actor: CurrentActor, form: RawForm, task_id: UUID) -> Response:
    """Give a verdict and go on to the next item."""
    found = service.task_of(session, actor=actor, task_id=task_id, changing=True)
    with rejecting(request, form, lambda state: _task_page(session, found, state)):
        entry = parse(VerdictIn, form)
        service.judge(session, actor=actor, task_id=task_id, entry=entry, seen=seen_version(form))
    base = f"{base_of(found.pilot.pilot)}/review"
    url = f"{base}/tasks/{found.next_id}" if found.next_id else f"{base}/{found.review.id}"
    told = f"{found.task.item}: {views.VERDICT_WORDS[entry.verdict]}."
    return htmx.redirect(request, url, toast=Toast(told, undo_url=f"{base}/tasks/{task_id}/undo"))


@router.post("/tasks/{task_id}/undo")
def undo(session: Write, request: Request, actor: CurrentActor, task_id: UUID) -> Response:
    """Take a verdict back and show the item again."""
    found = service.task_of(session, actor=actor, task_id=task_id, changing=True)
    service.undo_verdict(session, actor=actor, task_id=task_id)
    url = f"{base_of(found.pilot.pilot)}/review/tasks/{task_id}"
    return htmx.redirect(request, url, toast="The verdict is taken back.")
