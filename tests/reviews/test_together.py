"""Two people, or two windows of one, at the same thing at once: one wins, the other is told, nothing is lost."""

import io
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient
from httpx2 import Response

from app.core.permissions import Role
from app.pilots import queries as pilots
from app.pilots.reading_sets import FIELDS
from app.reviews import queries
from app.runs import queries as runs
from tests.pilots.test_items import A, B
from tests.pilots.test_pages import base, laid_out
from tests.reviews.test_review import Browser, compared

Sent = tuple[TestClient, str, Mapping[str, str]]


def at_once(*posts: Sent) -> list[Response]:
    """Send them all at the same moment; the answers in the order of the posts."""
    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(lambda one: one[0].post(one[1], data=dict(one[2])), posts))


def statuses(found: list[Response]) -> list[int]:
    return sorted(one.status_code for one in found)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def test_two_reviewers_of_one_item_and_two_windows_of_one(client_as: Browser) -> None:
    lead, ann, bob = client_as(), client_as(Role.EVALUATOR), client_as(Role.EVALUATOR)
    lab = compared(laid_out(lead))
    people = [str(one.actor.id) for one in (ann, bob)]  # type: ignore[attr-defined]
    entry = {"size": 2, "overlap": 2, "reviewers": people}
    review = lead.post(f"/api/v1/pilots/{lab.pilot_id}/reviews", json=entry).headers["location"]
    own = {who: who.get(f"{review}/tasks").json()[0]["id"] for who in (ann, bob)}
    pages = f"{base(lab)}/review/tasks"
    accept = {"verdict": "accept", "_version": "1"}
    assert statuses(at_once(*((who, f"{pages}/{own[who]}", accept) for who in (ann, bob)))) == [303, 303]
    other = {"verdict": "fix", "fault": "loose", "_version": "2"}
    found = at_once(
        (ann, f"{pages}/{own[ann]}", other), (ann, f"{pages}/{own[ann]}", {**other, "verdict": "reject"})
    )
    assert statuses(found) == [303, 409]
    (refused,) = (one.text for one in found if one.status_code == 409)
    assert "fix" in refused
    assert "reject" in refused
    close = f"{base(lab)}/review/{review.rpartition('/')[2]}/close"
    assert set(statuses(at_once((lead, close, {}), (lead, close, {})))) <= {303, 409}
    with lab.db.reading() as session:
        (row,) = queries.reviews(session, lab.pilot_id)
        assert row.told_at == row.closed_at is not None


def test_two_adjudicators_of_one_doubt_and_a_double_click_on_publish(client_as: Browser) -> None:
    one, two = client_as(), client_as()
    lab = compared(laid_out(one))
    at = f"{base(lab)}/adjudication/39"
    wrong = {"ruling": "wrong", "label": "owl", "_nonce": "a" * 20}
    found = at_once((one, at, wrong), (two, at, {**wrong, "label": "cat", "_nonce": "b" * 20}))
    assert statuses(found) == [303, 409]
    assert "Somebody else changed this" in next(each.text for each in found if each.status_code == 409)
    with lab.db.reading() as session:
        assert len(queries.decisions(session, lab.pilot_id, 1)) == 1
    publish = f"{base(lab)}/adjudication/publish"
    same = {"_nonce": field(one.get(f"{base(lab)}/adjudication").text, "_nonce")}
    assert statuses(at_once((one, publish, same), (one, publish, same), (two, publish, {})))[0] == 303
    with lab.db.reading() as session:
        assert [gold.number for gold in pilots.golds(session, lab.pilot_id)] == [2, 1]


def test_two_people_at_one_dispute_of_our_sets_and_a_double_click_on_freeze(client_as: Browser) -> None:
    one, two = client_as(), client_as()
    lab = laid_out(one)
    files = {name: (f"{name}.csv", io.BytesIO(data)) for name, data in zip(FIELDS, (A, B), strict=False)}
    draft = one.post(f"{base(lab)}/gold-sets", files=files).headers["location"].partition("?")[0]
    found = at_once((one, f"{draft}/0", {"kind": "a"}), (two, f"{draft}/0", {"kind": "b"}))
    assert statuses(found) == [303, 409]
    refused = next(each.text for each in found if each.status_code == 409)
    assert "set A" in refused
    assert "set B" in refused
    assert one.post(f"{draft}/exclude-rest").status_code == 303
    frozen = at_once((one, f"{draft}/freeze", {}), (two, f"{draft}/freeze", {}))
    assert statuses(frozen) == [303, 409]
    with lab.db.reading() as session:
        assert [gold.number for gold in pilots.golds(session, lab.pilot_id)] == [1]


def test_two_leads_at_one_labeling_plan_that_nobody_saved_before(client_as: Browser) -> None:
    one, two = client_as(), client_as()
    lab = laid_out(one)
    plan = f"{base(lab)}/labeling-plan"
    versions = [field(who.get(plan).text, "_version") for who in (one, two)]
    texts = ("Read it whole.", "Look twice.")
    posts: list[Sent] = [
        (who, plan, {"steps": text, "_version": seen})
        for who, text, seen in zip((one, two), texts, versions, strict=True)
    ]
    found = at_once(*posts)
    assert statuses(found) == [303, 409]
    refused = next(each.text for each in found if each.status_code == 409)
    assert all(text in refused for text in texts)
    publish = f"{base(lab)}/publish"
    assert set(statuses(at_once((one, publish, {}), (two, publish, {})))) == {303, 409}
    with lab.db.reading() as session:
        assert [row.number for row in runs.instructions(session, lab.pilot_id)] == [1]
