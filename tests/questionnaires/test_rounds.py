"""One questionnaire to several candidates at once: by page and by API, all or nothing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.core.errors import Invalid
from app.jobs.models import OutgoingMail
from app.kit import clock
from app.questionnaires import queries, service
from app.questionnaires.link_schemas import RecipientIn, RoundIn
from app.questionnaires.models import ResponseState
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn
from tests.questionnaires.conftest import Scene, anonymous

BASE = "https://assay.example.org"


def states(scene: Scene) -> list[ResponseState]:
    with scene.db.reading() as session:
        return [row.state for row, _ in queries.responses_in(session, [scene.evaluation_id])]


def test_round_begins_what_is_not_begun_and_mails_who_has_an_address(scene: Scene) -> None:
    due = clock.now().date() + timedelta(days=10)
    to = [
        RecipientIn(candidate_id=scene.candidates[0], holder_name="Maria", holder_email="m@harbor.example"),
        RecipientIn(candidate_id=scene.candidates[1], holder_name="Nils"),
    ]
    with scene.db.writing() as session:
        entry = RoundIn(to=to, due=due)
        found = service.send_round(
            session, actor=scene.lead, evaluation_id=scene.evaluation_id, entry=entry, base_url=BASE
        )
        assert found[0].sent.response.id == scene.response_id
        assert {each.sent.response.due for each in found} == {due}
    assert [(each.vendor, each.to) for each in found] == [("Harbor", "m@harbor.example"), ("Northlight", "")]
    assert states(scene) == [ResponseState.SENT, ResponseState.SENT]
    with scene.db.reading() as session:
        (mail,) = session.exec(select(OutgoingMail)).all()
    assert mail.to == "m@harbor.example"
    assert "Asked by" in mail.text
    assert scene.lead.name in mail.text


@pytest.mark.parametrize("wrong", ["twice", "stranger"])
def test_round_with_one_wrong_recipient_sends_nothing(scene: Scene, wrong: str) -> None:
    other = scene.candidates[0] if wrong == "twice" else uuid4()
    to = [RecipientIn(candidate_id=each, holder_name="Maria") for each in (scene.candidates[0], other)]
    with pytest.raises(Invalid) as caught, scene.db.writing() as session:
        service.send_round(
            session,
            actor=scene.lead,
            evaluation_id=scene.evaluation_id,
            entry=RoundIn(to=to),
            base_url=BASE,
        )
    assert [each.where for each in caught.value.problems] == ["to[1].candidate_id"]
    assert states(scene) == [ResponseState.DRAFT]


def test_lead_asks_several_vendors_from_one_page(client: TestClient, site: Scene) -> None:
    with site.db.writing() as session:
        held = service.response_of(session, actor=site.lead, response_id=site.response_id)
        vendor = vendors.vendor_of(session, held.access.candidate.vendor_id)
        entry = VendorIn(name="Harbor", contact_name="Maria Chen", contact_email="maria@harbor.example")
        vendors.edit_vendor(session, actor=site.lead, vendor_id=vendor.id, entry=entry, seen=vendor.version)
    url = f"/evaluations/{site.evaluation_id}/discovery/ask"
    page = client.get(url).text
    assert f'href="{url}?key=discovery-call"' in client.get(url.removesuffix("/ask")).text
    assert 'value="maria@harbor.example"' in page
    assert page.count('name="take"') == page.count(" checked>") == 2
    first, second = (str(each) for each in site.candidates)
    form = {
        "sent": "yes", "key": "discovery-call", "variant": "core", "take": [first, second],
        f"name-{first}": "Maria Chen", f"email-{first}": "maria@harbor.example", f"name-{second}": "",
        f"email-{second}": "no address",
    }  # fmt: skip
    refused = client.post(url, data=form)
    assert refused.status_code == 422
    assert f'id="field-name-{second}"' in refused.text
    assert refused.text.count('<small class="error">') == 2
    assert 'value="no address"' in refused.text
    assert states(site) == [ResponseState.DRAFT]
    done = client.post(url, data={**form, f"name-{second}": "Nils", f"email-{second}": ""})
    assert done.status_code == 200
    assert "mail to maria@harbor.example on its way" in done.text
    (link,) = set(re.findall(r'data-copy="[^"]*(/vendor-link/[^"]+)"', done.text))
    shown = anonymous(client).get(link).text
    assert f"Asked by {site.lead.name}" in shown
    assert states(site) == [ResponseState.SENT, ResponseState.SENT]
    assert client.post(url, data={**form, "take": []}).status_code == 422


def test_api_sends_a_round_and_keeps_no_link_for_a_repeated_key(client: TestClient, site: Scene) -> None:
    to = [{"candidate_id": str(each), "holder_name": "Somebody"} for each in site.candidates]
    url, key = f"/api/v1/evaluations/{site.evaluation_id}/responses/send", {"Idempotency-Key": "round-1"}
    made = client.post(url, json={"to": to}, headers=key)
    assert made.status_code == 201
    assert all("/vendor-link/" in each["link"] for each in made.json()["items"])
    again = client.post(url, json={"to": to}, headers=key)
    assert [each["link"] for each in again.json()["items"]] == ["", ""]
    assert client.post(url, json={"to": []}).status_code == 422
