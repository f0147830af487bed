import json
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.accounts import service as accounts
from app.accounts.schemas import UserIn
from app.assessment.service.measures import metrics_for
from app.audit.models import AuditEvent
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.permissions import Role
from app.kit.actors import Actor
from app.kit.db import Database
from app.reviews import queries, service
from app.reviews.models import Fault, PilotReview, ReviewTask, Verdict
from app.reviews.schemas import ReviewIn, VerdictIn
from tests.pilots.samples import LEAD, Lab, delivery_csv, gold_csv
from tests.pilots.test_pages import base, laid_out

Browser = Callable[..., TestClient]


def compared(lab: Lab) -> Lab:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(8))
    lab.deliver("Mosaic", delivery_csv(5))
    lab.compared()
    return lab


def reviewer(db: Database, name: str) -> Actor:
    with db.writing() as session:
        entry = UserIn(email=f"{name.lower()}@example.org", name=name, roles=[Role.EVALUATOR])
        user = accounts.add_user(session, actor=LEAD_ADMIN, entry=entry)
        return Actor(user.id, name, frozenset({Role.EVALUATOR}))


LEAD_ADMIN = Actor(LEAD.id, "Root", frozenset({Role.ADMIN}))


def started(lab: Lab, *people: Actor, size: int = 20, overlap: int = 0, seed: int = 3) -> UUID:
    entry = ReviewIn(size=size, overlap=overlap, seed=seed, reviewers=[one.id for one in people])
    with lab.db.writing() as session:
        return service.start_review(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry).id


def judged(lab: Lab, actor: Actor, review: UUID, say: Callable[[ReviewTask], VerdictIn]) -> None:
    with lab.db.writing() as session:
        for task in service.tasks_for(session, actor=actor, review_id=review):
            service.judge(session, actor=actor, task_id=task.id, entry=say(task), seen=task.version)


def told(lab: Lab, review: UUID) -> None:
    with lab.db.writing() as session:
        service.close_review(session, actor=LEAD, review_id=review)


def accept(_: ReviewTask) -> VerdictIn:
    return VerdictIn(verdict=Verdict.ACCEPT)


def reject(_: ReviewTask) -> VerdictIn:
    return VerdictIn(verdict=Verdict.REJECT, fault=Fault.WRONG_LABEL)


def test_every_candidate_gives_the_same_items_and_one_seed_draws_the_same(lab: Lab) -> None:
    one = reviewer(compared(lab).db, "Ann")
    drawn = []
    for seed in (3, 3, 4):
        review = started(lab, one, seed=seed)
        with lab.db.reading() as session:
            tasks = queries.tasks(session, review)
        by_code = [
            {t.at for t in tasks if t.candidate_id == lab.candidates[who]} for who in ("Harbor", "Mosaic")
        ]
        assert by_code[0] == by_code[1]
        assert len(by_code[0]) == 20
        drawn.append(by_code[0])
    assert drawn[0] == drawn[1] != drawn[2]


def test_first_pass_counts_accepted_items_with_the_wilson_interval(lab: Lab) -> None:
    one = reviewer(compared(lab).db, "Ann")
    review = started(lab, one, size=10)
    harbor = lab.code("Harbor")
    seen: list[int] = []

    def eight_of_ten(task: ReviewTask) -> VerdictIn:
        if task.candidate_id != lab.candidates["Harbor"]:
            return reject(task)
        seen.append(task.at)
        return accept(task) if len(seen) <= 8 else VerdictIn(verdict=Verdict.FIX, fault=Fault.LOOSE)

    judged(lab, one, review, eight_of_ten)
    told(lab, review)
    with lab.db.reading() as session:
        found = {s.code: s for s in service.summary_of(session, actor=LEAD, review_id=review).acceptances}
        measure = metrics_for(session, lab.candidates["Harbor"])["review.first_pass"]
    assert found[harbor].first_pass == pytest.approx(0.8)
    # Wilson 1927 for 8 of 10
    assert (found[harbor].low, found[harbor].high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert (measure.low, measure.mid, measure.high) == (found[harbor].low, 0.8, found[harbor].high)
    assert found[lab.code("Mosaic")].faults == {Fault.WRONG_LABEL: 10}
    assert found[lab.code("Mosaic")].first_pass == 0.0


def test_nothing_judged_is_no_measure_and_not_zero(lab: Lab) -> None:
    review = started(lab, reviewer(compared(lab).db, "Ann"))
    with lab.db.reading() as session:
        shares = service.summary_of(session, actor=LEAD, review_id=review).acceptances
        assert "review.first_pass" not in metrics_for(session, lab.candidates["Harbor"])
    assert {(one.first_pass, one.low, one.items) for one in shares} == {(None, None, 0)}


def test_two_reviewers_of_one_item_keep_their_own_verdicts_and_it_counts_once(lab: Lab) -> None:
    one, two = reviewer(compared(lab).db, "Ann"), reviewer(lab.db, "Bob")
    review = started(lab, one, two, size=10, overlap=10)
    judged(lab, one, review, accept)
    judged(lab, two, review, reject)
    with lab.db.reading() as session:
        found = service.summary_of(session, actor=LEAD, review_id=review)
        own = service.tasks_for(session, actor=one, review_id=review)
    assert {task.verdict for task in own} == {Verdict.ACCEPT}
    assert {(s.items, s.first_pass, s.rejected.value) for s in found.acceptances} == {(10, 0.5, 0.5)}
    assert (found.agreement.items, found.agreement.percent) == (20, 0.0)


def test_a_reviewer_reaches_no_other_reviewers_item_and_no_figure_before_the_end(lab: Lab) -> None:
    one, two = reviewer(compared(lab).db, "Ann"), reviewer(lab.db, "Bob")
    review = started(lab, one, two)
    with lab.db.writing() as session:
        foreign = service.tasks_for(session, actor=two, review_id=review)[0]
        with pytest.raises(NotFound):
            service.judge(session, actor=one, task_id=foreign.id, entry=accept(foreign), seen=None)
        with pytest.raises(Forbidden, match="your own items first"):
            service.summary_of(session, actor=one, review_id=review)
    judged(lab, one, review, accept)
    with lab.db.reading() as session:
        assert service.summary_of(session, actor=one, review_id=review).judged == 20


def test_a_second_window_does_not_overwrite_a_verdict_and_undo_takes_it_back(lab: Lab) -> None:
    one = reviewer(compared(lab).db, "Ann")
    review = started(lab, one, size=1)
    with lab.db.reading() as session:
        task = service.tasks_for(session, actor=one, review_id=review)[0]
    with lab.db.writing() as session:
        service.judge(session, actor=one, task_id=task.id, entry=accept(task), seen=task.version)
    with lab.db.writing() as session, pytest.raises(Conflict):
        service.judge(session, actor=one, task_id=task.id, entry=reject(task), seen=task.version)
    with lab.db.writing() as session, pytest.raises(Conflict, match="in another window of yours"):
        service.judge(session, actor=one, task_id=task.id, entry=accept(task), seen=task.version)
    with lab.db.writing() as session:
        service.undo_verdict(session, actor=one, task_id=task.id)
    with lab.db.reading() as session:
        kept = session.get_one(ReviewTask, task.id)
    assert (kept.verdict, kept.judged_at) == (None, None)


def test_a_review_is_refused_with_everything_that_is_wrong(lab: Lab) -> None:
    with pytest.raises(Conflict, match="Nothing is compared"):
        started(lab, LEAD)
    compared(lab)
    with pytest.raises(Invalid) as refusal:
        started(lab, LEAD, size=500)
    assert {one.where for one in refusal.value.problems} == {"reviewers", "size"}
    for wrong in ({"size": 5, "overlap": 6}, {"size": 5, "overlap": 2}):
        with pytest.raises(ValueError, match=r"overlap|reviewers"):
            ReviewIn(reviewers=[LEAD.id], **wrong)
    with pytest.raises(ValueError, match="category"):
        VerdictIn(verdict=Verdict.REJECT)


def test_a_closed_review_takes_no_verdict_until_it_is_reopened(lab: Lab) -> None:
    one = reviewer(compared(lab).db, "Ann")
    review = started(lab, one, size=2)
    with lab.db.writing() as session:
        service.close_review(session, actor=LEAD, review_id=review)
    with pytest.raises(Conflict, match="closed"):
        judged(lab, one, review, accept)
    with lab.db.writing() as session:
        service.reopen_review(session, actor=LEAD, review_id=review)
    judged(lab, one, review, accept)


def test_pages_hand_out_items_take_verdicts_by_button_and_never_name_a_vendor(client_as: Browser) -> None:
    lead, judge = client_as(), client_as(Role.EVALUATOR)
    lab = compared(laid_out(lead))
    assert "No review yet" in lead.get(f"{base(lab)}/review").text
    fields = {"size": "3", "overlap": "0", "seed": "1", "reviewers": str(judge.actor.id)}  # type: ignore[attr-defined]
    refused = lead.post(f"{base(lab)}/review", data={**fields, "size": "900"})
    assert refused.status_code == 422
    assert "choose at most as many" in refused.text
    review = lead.post(f"{base(lab)}/review", data=fields).headers["location"]
    task = judge.get(f"{review}/next").headers["location"]
    page = judge.get(task)
    assert "0 of 6 judged" in page.text
    for name in ("Harbor", "Mosaic", "Northwind"):
        assert name not in page.text
        assert name not in judge.get(review).text
    refused = judge.post(task, data={"verdict": "reject", "comment": "kept"})
    assert refused.status_code == 422
    assert "Choose a category" in refused.text
    assert "kept" in refused.text
    after = judge.post(task, data={"verdict": "fix", "fault": "loose", "comment": "=1+1"}).headers["location"]
    assert after != task
    assert "fix and accept" in judge.get(task).text
    assert judge.post(f"{task}/undo").headers["location"] == task
    judge.post(task, data={"verdict": "fix", "fault": "loose", "comment": "=1+1"})
    assert judge.get(f"{review}/verdicts.csv").status_code == 403
    sheet = lead.get(f"{review}/verdicts.csv").text
    assert "Harbor" not in sheet
    assert "'=1+1" in sheet
    assert lead.get(task).status_code == 404
    assert lead.post(f"{review}/close").status_code == 303
    assert "closed" in judge.get(task).text
    assert "Harbor" in lead.get(f"{review}/verdicts.csv").text
    assert "Harbor" in lead.get(review).text


def test_the_api_reviews_as_the_pages_do(client_as: Browser) -> None:
    lead, judge = client_as(), client_as(Role.EVALUATOR)
    lab = compared(laid_out(lead))
    body = {"size": 2, "overlap": 0, "reviewers": [str(judge.actor.id)]}  # type: ignore[attr-defined]
    made = lead.post(f"/api/v1/pilots/{lab.pilot_id}/reviews", json=body)
    assert (made.status_code, made.json()["tasks"]) == (201, 4)
    review = made.headers["location"]
    tasks = judge.get(f"{review}/tasks").json()
    assert {"candidate_id", "reviewer_id"}.isdisjoint(tasks[0])
    assert judge.get(f"{review}/summary").status_code == 403
    for one in tasks:
        path = f"/api/v1/review-tasks/{one['id']}/verdict"
        answer = judge.put(path, json={"verdict": "accept", "thumb": "up"}, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json()["verdict"]) == (200, "accept")
    assert judge.delete(path).json()["verdict"] is None
    assert judge.put(path, json={"verdict": "accept"}, headers={"If-Match": '"1"'}).status_code == 409
    assert lead.get(review).json()["judged"] == 3
    assert lead.get(f"{review}/summary").json()["shares"][0]["first_pass"] == 1.0
    assert lead.post(f"{review}/close").status_code == 200
    assert lead.post(f"{review}/reopen").json()["closed_at"] is None
    assert [one["number"] for one in lead.get(f"/api/v1/pilots/{lab.pilot_id}/reviews").json()] == [1]


def test_a_lead_who_reviews_cannot_tell_whose_work_it_is_until_the_review_is_closed(
    client_as: Browser,
) -> None:
    lead = client_as()
    lab = compared(laid_out(lead))
    secret = {*lab.candidates, *(lab.code(name) for name in ("Harbor", "Mosaic"))}
    secret |= {str(one) for one in lab.candidates.values()}
    me = str(lead.actor.id)  # type: ignore[attr-defined]
    fields = {"size": "2", "overlap": "0", "seed": "1", "reviewers": me}
    review = lead.post(f"{base(lab)}/review", data=fields).headers["location"].partition("?")[0]
    api = f"/api/v1/reviews/{review.rpartition('/')[2]}"
    tasks = lead.get(f"{api}/tasks").json()
    own = lead.get(api).json()["codes"]
    assert {one["code"] for one in tasks} == set(own)
    issue = lead.post(f"{base(lab)}/issues", data={"task": tasks[0]["id"], "title": "Blurred?"})
    issue_api = f"/api/v1/pilot-issues/{issue.headers['location'].rpartition('/')[2].partition('?')[0]}"
    for one in tasks:
        lead.put(f"/api/v1/review-tasks/{one['id']}/verdict", json={"verdict": "accept"},
                 headers={"If-Match": '"1"'})  # fmt: skip
    shown = [api, f"{api}/tasks", f"{api}/summary", issue_api, f"{review}/verdicts.csv", review]
    shown += [f"{base(lab)}/review/tasks/{one['id']}" for one in tasks]
    shown += [f"{base(lab)}/issues?task={tasks[0]['id']}", issue.headers["location"]]
    for path in shown:
        text = lead.get(path).text.replace(str(lab.pilot_id), "").replace(str(lab.evaluation_id), "")
        found = {one for one in secret if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)}
        assert not found, path
    with lab.db.reading() as session:
        assert "review.first_pass" not in metrics_for(session, lab.candidates["Harbor"])
        entries = session.exec(select(AuditEvent).where(col(AuditEvent.action).like("pilots.item.%"))).all()
    assert {json.loads(one.body)["after"]["code"] for one in entries} <= set(own)
    lead.post(f"{review}/close")
    assert "Harbor" in lead.get(review).text
    assert lead.get(api).json()["candidates"].keys() == set(own)
    assert {one["code"] for one in lead.get(f"{api}/summary").json()["shares"]} <= secret
    assert lead.get(issue_api).json()["code"] in secret


def test_every_review_draws_new_codes_and_what_is_judged_after_the_names_were_told_is_counted(
    lab: Lab,
) -> None:
    one = reviewer(compared(lab).db, "Ann")
    drawn = []
    for _ in range(6):
        review = started(lab, one, size=2)
        with lab.db.reading() as session:
            row = session.get_one(PilotReview, review)
        assert set(row.codes.values()) == {lab.code("Harbor"), lab.code("Mosaic")}
        drawn.append(tuple(sorted(row.codes, key=lambda own: row.codes[own])))
    assert len(set(drawn)) > 1
    judged(lab, one, review, accept)
    told(lab, review)
    with lab.db.writing() as session:
        service.reopen_review(session, actor=LEAD, review_id=review)
        first = service.tasks_for(session, actor=one, review_id=review)[0]
        service.judge(session, actor=one, task_id=first.id, entry=reject(first), seen=first.version)
    with lab.db.reading() as session:
        assert service.summary_of(session, actor=LEAD, review_id=review).unblind == 1
