"""What a vendor's link reaches, and what it does not: exchange, scanners, sessions, other vendors' data."""

import io
import json
import re
from datetime import timedelta
from uuid import uuid4

import time_machine
from fastapi.testclient import TestClient
from sqlmodel import select

from app.accounts.models import LinkSession, OneTimeLink
from app.kit import canonical, clock
from app.kit.pdf import read_attachment
from app.questionnaires import service
from tests.questionnaires.conftest import HTMX, PDF, Scene, anonymous, base, entered


def links(scene: Scene) -> list[OneTimeLink]:
    with scene.db.reading() as session:
        return list(session.exec(select(OneTimeLink)).all())


def test_looking_at_a_link_uses_nothing_up(client: TestClient, site: Scene) -> None:
    secret, _ = site.send()
    scanner = anonymous(client)
    for _ in range(3):
        assert "Open the questions" in scanner.get(f"/vendor-link/{secret}").text
    assert scanner.head(f"/vendor-link/{secret}").status_code in (200, 405)
    assert scanner.get(f"/vendor-link/{secret}", headers={"sec-purpose": "prefetch"}).status_code == 200
    assert scanner.cookies.get("assay_session") is None
    (link,) = [each for each in links(site) if each.purpose == "vendor"]
    assert link.used_at is None
    assert link.digest != secret
    with site.db.reading() as session:
        assert session.exec(select(LinkSession)).all() == []


def test_button_exchanges_the_link_for_a_cookie_and_a_clean_address(client: TestClient, site: Scene) -> None:
    secret, _ = site.send()
    browser = anonymous(client)
    shown = browser.get(f"/vendor-link/{secret}")
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    answer = browser.post(f"/vendor-link/{secret}")
    assert answer.headers["location"] == f"/respond/{site.response_id}"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert secret not in cookie
    assert secret not in browser.get(answer.headers["location"]).text
    second, _ = entered(client, secret)
    assert second.get(f"/respond/{site.response_id}").status_code == 200
    with site.db.reading() as session:
        assert service.sent_states(session, [site.response_id])[site.response_id].state == "opened"


def test_no_vendor_reaches_anything_of_another(client: TestClient, site: Scene) -> None:
    other = site.start(1)
    site.answer("bad_week", "A secret of Northlight", response_id=other)
    site.answer(
        "price_table", [{"component": "Labels", "unit": "label", "price_full": "0.05 USD"}], response_id=other
    )
    client.post(
        f"/responses/{other}/answers/metrics_reported/files", files={"file": ("a.pdf", io.BytesIO(PDF))}
    )
    (file_id,) = site.held(response_id=other).rows["metrics_reported"].value
    harbor, here = entered(client, site.send()[0])
    northlight, there = entered(client, site.send(other)[0])
    made = northlight.post(f"{there}/colleagues", data={"section_id": "flexibility", "holder_name": "Ben"})
    link = re.search(r"/vendor-link/([\w-]+)", made.text)
    assert link is not None
    ben, _ = entered(client, link[1])
    reads = [
        "", "/sections/pricing", "/check", "/answers/bad_week", "/workbook.xlsx", "/earlier", "/receipt.pdf",
        f"/files/{file_id}/a.pdf",
    ]  # fmt: skip
    writes = [
        "/answers/bad_week", "/sections/pricing", "/submit", "/colleagues", "/questions", "/proposals",
        "/workbook", "/leave", f"/answers/metrics_reported/files/{file_id}/drop",
    ]  # fmt: skip
    for path in reads:
        answer = harbor.get(f"{there}{path}")
        assert answer.status_code == 404, path
        assert "secret of Northlight" not in answer.text
        assert anonymous(client).get(f"{there}{path}").status_code == 404
    for path in writes:
        given = {"bad_week-revision": "1", "bad_week": "ours", "take": "bad_week", "text": "a question"}
        assert harbor.post(f"{there}{path}", data=given).status_code == 404, path
    assert site.held(response_id=other).rows["bad_week"].value == "A secret of Northlight"
    assert harbor.get(f"{here}/files/{file_id}/a.pdf").status_code == 404
    assert ben.get(f"{there}/files/{file_id}/a.pdf").status_code == 404
    assert ben.get(f"{there}/sections/pricing").status_code == 404
    assert "0.05" not in ben.get(f"{there}/check").text
    assert ben.post(f"{there}/submit").status_code == 409
    for path in (f"/responses/{other}", f"/api/v1/responses/{other}/vendor", f"/responses/{other}/call"):
        assert northlight.get(path).status_code in (303, 401)


def test_cookie_of_one_response_is_worth_nothing_under_the_name_of_another(
    client: TestClient, site: Scene
) -> None:
    other = site.start(1)
    harbor, here = entered(client, site.send()[0])
    site.send(other)
    cookie = harbor.cookies.get(f"assay_link-{site.response_id.hex}")
    assert cookie
    harbor.cookies.set(f"assay_link-{other.hex}", cookie)
    assert harbor.get(f"/respond/{other}").status_code == 404
    assert harbor.get(here).status_code == 200
    harbor.cookies.clear()
    harbor.cookies.set(f"assay_link-{site.response_id.hex}", "forged")
    assert harbor.get(here).status_code == 404
    assert harbor.get(f"/respond/{uuid4()}").status_code == 404


def test_session_ends_with_its_link(client: TestClient, site: Scene) -> None:
    due = clock.now().date() + timedelta(days=3)
    secret, _ = site.send(due=due)
    browser, url = entered(client, secret)
    with time_machine.travel(clock.now() + timedelta(days=30)):
        assert browser.get(url).status_code == 404
        assert anonymous(client).post(f"/vendor-link/{secret}").status_code == 410
    browser, url = entered(client, secret)
    assert browser.get(url).status_code == 200
    left = browser.post(f"{url}/leave")
    assert "opens it again" in left.text
    assert browser.get(url).status_code == 404
    browser, url = entered(client, secret)
    client.post(f"{base(site)}/recall")
    typed = {"bad_week-revision": "0", "bad_week": "Half a story"}
    gone = browser.post(f"{url}/sections/skills", data=typed)
    assert gone.status_code == 410
    assert "Half a story" in gone.text


def test_answers_are_handed_in_once_and_the_receipt_carries_them(client: TestClient, site: Scene) -> None:
    browser, url = entered(client, site.send()[0])
    browser.post(f"{url}/answers/ramp", data={"ramp-revision": "0", "ramp": "5", "ramp-comment": "all in"})
    assert browser.get(f"{url}/receipt.pdf").status_code == 409
    assert [browser.post(f"{url}/submit").status_code for _ in range(2)] == [303, 303]
    when = site.held().access.response.submitted_at
    page = browser.get(url).text
    digest = re.search(r"<code>([0-9a-f]{64})</code>", page)
    assert digest is not None
    pdf = browser.get(f"{url}/receipt.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    record = json.loads(read_attachment(pdf.content, "answers.json"))
    assert record["answers"] == {"ramp": {"value": "5", "comment": "all in"}}
    assert canonical.digest(record) == digest[1]
    browser.post(f"{url}/submit")
    assert site.held().access.response.submitted_at == when


def test_two_people_in_one_section_see_both_texts_and_lose_none(client: TestClient, site: Scene) -> None:
    secret, _ = site.send()
    one, url = entered(client, secret)
    two, _ = entered(client, secret)
    sent = {"ramp-revision": "0", "spikes-revision": "0"}
    assert one.post(f"{url}/sections/flexibility", data={**sent, "ramp": "5"}).status_code == 303
    clash = two.post(f"{url}/sections/flexibility", data={**sent, "ramp": "7", "spikes": "3"})
    assert clash.status_code == 409
    assert "5\u00a0weeks" in clash.text
    assert "7\u00a0weeks" in clash.text
    assert re.search(r'name="spikes" value="3"[^>]* checked', clash.text)
    assert "spikes" not in site.held().rows
    kept = two.post(f"{url}/sections/flexibility", data={**sent, "ramp": "7", "spikes": "3", "_keep": "ramp"})
    assert kept.status_code == 303
    assert {name: row.value for name, row in site.held().rows.items()} == {"ramp": "5", "spikes": 3}
    htmx = two.post(f"{url}/answers/ramp", data={"ramp-revision": "0", "ramp": "8"}, headers=HTMX)
    assert htmx.status_code == 409


def test_typing_past_the_last_day_tells_what_happens(client: TestClient, site: Scene) -> None:
    due = clock.now().date() + timedelta(days=1)
    browser, url = entered(client, site.send(due=due)[0])
    with time_machine.travel(clock.now() + timedelta(days=4)):
        page = browser.get(f"{url}/sections/flexibility").text
        assert "last day for answers has passed" in page
        saved = browser.post(f"{url}/sections/flexibility", data={"ramp-revision": "0", "ramp": "5"})
        assert saved.status_code == 303
        page = browser.get(f"{url}/sections/flexibility").text
        assert 'value="5"' in page
        assert "late draft" in page
        assert site.held().rows == {}
        shown = client.get(f"{base(site)}/vendor").text
        assert "Came too late" in shown
        assert client.post(f"{base(site)}/late/accept").status_code == 303
    assert site.held().rows["ramp"].value == "5"
