import io
import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import time_machine
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.kit import clock
from app.questionnaires import service
from tests.conftest import sign_in
from tests.questionnaires.conftest import HTMX, PDF, Scene, anonymous, base, entered


def test_link_is_shown_once_with_a_copy_button(client: TestClient, site: Scene) -> None:
    refused = client.post(f"{base(site)}/send", data={"holder_name": "", "holder_email": "no address"})
    assert refused.status_code == 422
    sent = client.post(f"{base(site)}/send", data={"holder_name": "Maria Chen", "_nonce": "n1"})
    link = re.search(r'data-copy="[^"]*(/vendor-link/[^"]+)"', sent.text)
    assert link is not None
    assert link[1] not in client.get(base(site)).text
    again = client.post(f"{base(site)}/send", data={"holder_name": "Maria Chen", "_nonce": "n1"})
    assert again.headers["location"] == base(site)
    assert client.post(f"{base(site)}/recall").status_code == 303
    assert anonymous(client).get(link[1]).status_code == 410


def test_vendor_fills_leaves_continues_and_gets_a_receipt(client: TestClient, site: Scene) -> None:
    secret, _ = site.send()
    vendor, url = entered(client, secret)
    pages = [
        url,
        f"{url}/check",
        *(f"{url}/sections/{each}" for each in ("skills", "pricing", "flexibility")),
    ]
    page = "".join(unescape(vendor.get(each).text) for each in pages)
    assert "who is read" not in page
    for ours in (
        "Why we ask",
        "listen for",
        "Ask back",
        "Set mark",
        "Sales and delivery",
        "Does not apply, accepted",
    ):
        assert ours not in page
    assert "Prices are sealed" in page
    saved = vendor.post(
        f"{url}/answers/ramp", data={"ramp-revision": "0", "ramp": "5", "ramp-na": "yes"}, headers=HTMX
    )
    assert saved.status_code == 200
    prices = {"price_table-revision": "0", "price_table.0.component": "Labels"}
    prices |= {"price_table.0.unit": "label", "price_table.0.price_full.amount": "0.0473"}
    prices |= {"price_table.0.price_full.currency": "USD"}
    assert vendor.post(f"{url}/sections/pricing", data=prices).status_code == 303
    assert 'value="0.0473"' in vendor.get(f"{url}/sections/pricing").text
    files = {"file": ("report.pdf", io.BytesIO(PDF))}
    assert vendor.post(f"{url}/answers/metrics_reported/files", files=files).status_code == 303
    (file_id,) = site.held().rows["metrics_reported"].value
    assert vendor.get(f"{url}/files/{file_id}/report.pdf").content == PDF
    assert vendor.post(f"{url}/submit").headers["location"] == url
    receipt = vendor.get(url).text
    assert "5\u00a0weeks" in receipt
    assert re.search(r"<code>[0-9a-f]{64}</code>", receipt)
    late = vendor.post(f"{url}/answers/ramp", data={"ramp-revision": "1", "ramp": "6"}, headers=HTMX)
    assert "late draft" in late.text
    assert (site.held().rows["ramp"].value, "6\u00a0weeks" in vendor.get(url).text) == ("5", True)
    assert site.held().rows["ramp"].not_applicable is False


def test_vendors_link_opens_nothing_else(client: TestClient, site: Scene) -> None:
    other = site.start(1)
    ours, _ = site.send()
    theirs, _ = site.send(other)
    client.post(f"{base(site)}/answers/metrics_reported/files", files={"file": ("a.pdf", io.BytesIO(PDF))})
    (file_id,) = site.held().rows["metrics_reported"].value
    internal = client.post(
        "/files/attach",
        data={"subject_kind": "questionnaire_response", "subject_id": str(site.response_id)},
        files={"file": ("our-view.txt", io.BytesIO(b"weak on security"))},
    )
    assert internal.status_code == 303
    vendor, url = entered(client, ours)
    rival, rival_url = entered(client, theirs)
    assert vendor.get(f"{url}/files/{file_id}/a.pdf").status_code == 200
    assert rival.get(f"{rival_url}/files/{file_id}/a.pdf").status_code == 404
    assert rival.get(f"{url}/files/{file_id}/a.pdf").status_code == 404
    with site.db.reading() as session:
        attached = service.files_of(session, site.held().access)
    for name in set(attached) - {file_id}:
        assert vendor.get(f"{url}/files/{name}/x").status_code == 404
    for url in (base(site), f"/api/v1/responses/{site.response_id}", "/questionnaires"):
        assert vendor.get(url).status_code in (303, 401)
    for path in ("mark", "send", "close", "reopen", "recall"):
        assert vendor.post(f"{url}/{path}").status_code in (404, 405)
    assert "our-view" not in vendor.get(url).text


def test_link_that_does_not_work_says_what_to_do(client: TestClient, site: Scene) -> None:
    first, _ = site.send()
    vendor, url = entered(client, first)
    site.send()
    gone = vendor.get(f"/vendor-link/{first}")
    assert gone.status_code == 410
    assert "Ask its sender for a new one" in gone.text
    assert "Nothing that you saved is lost" in gone.text
    forged = vendor.get("/vendor-link/forged")
    assert forged.status_code == 404
    upload = vendor.post(f"{url}/answers/metrics_reported/files", files={"file": ("a.pdf", io.BytesIO(PDF))})
    assert upload.status_code == 410
    late = vendor.post(
        f"{url}/answers/bad_week", data={"bad_week-revision": "0", "bad_week": "We lost a batch."}
    )
    assert late.status_code == 410
    assert "We lost a batch." in late.text


def test_file_that_comes_too_late_is_kept_shown_to_both_sides_and_counts_once_taken_over(
    client: TestClient, site: Scene
) -> None:
    today = clock.now().date()
    secret, _ = site.send(due=today + timedelta(days=1))
    vendor, url = entered(client, secret)
    files = f"{url}/answers/metrics_reported/files"
    vendor.post(files, files={"file": ("first.pdf", io.BytesIO(PDF))})
    (first,) = site.held().rows["metrics_reported"].value
    with time_machine.travel(clock.now() + timedelta(days=3)):
        for name in ("late.pdf", "wrong.pdf"):
            sent = vendor.post(files, files={"file": (name, io.BytesIO(PDF + name.encode()))})
            assert sent.status_code == 303
        section = site.held().access.question("metrics_reported").section
        page = vendor.get(f"{url}/sections/{section}").text
        late, wrong = re.findall(rf"{url}/files/([\w-]+)/(?:late|wrong)\.pdf", page)
        assert page.count(" · late") == 2
        assert f"{files}/{first}/drop" not in page
        assert vendor.post(f"{files}/{first}/drop").status_code == 409
        assert vendor.post(f"{files}/{wrong}/drop").status_code == 303
        forged = {"metrics_reported": [first, str(uuid4())], "metrics_reported-revision": "1"}
        assert vendor.post(f"{url}/answers/metrics_reported", data=forged).status_code == 422
        form = {"metrics_reported": [first, late], "metrics_reported-comment": "sorry"}
        vendor.post(f"{url}/answers/metrics_reported", data={**form, "metrics_reported-revision": "1"})
        assert vendor.get(f"{url}/files/{late}/late.pdf").content.startswith(PDF)
        assert site.held().rows["metrics_reported"].value == [first]
        sign_in(client, Role.PROCUREMENT_LEAD)
        shown = client.get(f"{base(site)}/vendor").text
        assert "Came too late" in shown
        assert f"/files/{late}/late.pdf" in shown
        assert f"/files/{wrong}/" not in shown
        assert client.post(f"{base(site)}/late/accept").status_code == 303
    row = site.held().rows["metrics_reported"]
    assert (row.value, row.comment) == ([first, late], "sorry")


def test_lead_sends_back_an_answer_from_where_it_reads_it_and_takes_that_back(
    client: TestClient, site: Scene
) -> None:
    secret, _ = site.send()
    vendor, url = entered(client, secret)
    vendor.post(f"{url}/answers/bad_week", data={"bad_week-revision": "0", "bad_week": "We lost a batch."})
    there = f"{base(site)}/vendor?answer=bad_week"
    assert f"{there}#send-back" not in client.get(base(site)).text
    vendor.post(f"{url}/submit")
    assert f'href="{there}#send-back"' in client.get(base(site)).text
    assert '<option value="bad_week" selected' in client.get(there).text
    day = (clock.now().date() + timedelta(days=5)).isoformat()
    form = {"question_id": "bad_week", "reason": "Which batch?", "due": day}
    assert client.post(f"{base(site)}/return", data=form).status_code == 303
    assert "Which batch?" in vendor.get(url).text
    page = client.get(f"{base(site)}/vendor").text
    withdraw = re.search(r'action="([^"]+/returns/[^"]+/withdraw)"', page)
    assert withdraw is not None
    assert client.post(withdraw[1]).status_code == 303
    assert "Your answers were received" in vendor.get(url).text
    api = f"/api/v1/responses/{site.response_id}"
    sent = client.post(f"{api}/answers/bad_week/return", json={"reason": "Which batch?", "due": day}).json()
    (item,) = sent["returned"]
    assert client.delete(f"{api}/returns/{item['id']}").json()["returned"] == []
    assert client.delete(f"{api}/returns/{item['id']}").status_code == 404
