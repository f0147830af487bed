"""Pages that need the comparison, after an upgrade made the kept one out of date."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.jobs.models import Job, JobState
from app.pilots.service import computing
from tests.pilots.samples import Lab, delivery_csv, gold_csv
from tests.pilots.test_pages import base, laid_out, work

Browser = Callable[..., TestClient]


def upgraded(lead: TestClient, monkeypatch: pytest.MonkeyPatch) -> Lab:
    lab = laid_out(lead)
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    lab.compared()
    work(lead)
    monkeypatch.setattr(computing, "ENGINE", "assay-pilots/later")
    return lab


@pytest.mark.parametrize(
    ("to", "path", "says"),
    [
        ("adjudication", "adjudication", "Gold in doubt"),
        ("items", "results/items", "Items"),
        ("gallery", "results/gallery", "Disagreement"),
        ("look", "results/look", "Look first"),
    ],
)
def test_after_an_upgrade_a_page_has_its_comparison_computed_and_opens_by_itself(
    client_as: Browser, monkeypatch: pytest.MonkeyPatch, to: str, path: str, says: str
) -> None:
    lead = client_as()
    lab = upgraded(lead, monkeypatch)
    waiting = lead.get(f"{base(lab)}/{path}").headers["location"]
    assert waiting == f"{base(lab)}/results/waiting/{to}"
    page = lead.get(waiting).text
    assert "Assay was upgraded" in page
    assert 'hx-trigger="load"' in page  # the browser asks by itself, a button does it without JavaScript
    action = re.search(r'hx-post="([^"]+)"', page)
    nonce = re.search(r'name="_nonce" value="([^"]+)"', page)
    assert action
    assert nonce
    asked = lead.post(action[1], data={"_nonce": nonce[1]}, headers={"HX-Request": "true"})
    assert asked.headers["hx-redirect"] == waiting
    under_way = lead.get(waiting).text
    assert 'role="status"' in under_way
    assert f'hx-get="{waiting}" hx-trigger="load delay:1s"' in under_way
    work(lead)
    done = lead.get(waiting, headers={"HX-Request": "true"})
    assert done.headers["hx-redirect"] == f"{base(lab)}/{path}"
    assert says in lead.get(f"{base(lab)}/{path}").text


def test_waiting_says_why_a_comparison_failed_and_knows_no_other_page(
    client_as: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = client_as()
    lab = upgraded(lead, monkeypatch)
    waiting = f"{base(lab)}/results/waiting/adjudication"
    lead.post(waiting)
    with lab.db.writing() as session:
        pilot = session.get_one(computing.Pilot, lab.pilot_id)
        job = computing.job_of(session, pilot)
        assert job is not None
        session.get_one(Job, job.id).state = JobState.DEAD
        session.get_one(Job, job.id).error = "the disk is full"
    page = lead.get(waiting).text
    assert "The comparison failed: the disk is full" in page
    lead.post(re.search(r'action="([^"]+)"[^<]*<input[^<]*<button class="quiet">Compare again', page)[1])  # type: ignore[index]
    work(lead)
    assert lead.get(waiting).headers["location"] == f"{base(lab)}/adjudication"
    assert lead.get(f"{base(lab)}/results/waiting/elsewhere").status_code == 404
