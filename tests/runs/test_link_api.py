"""A vendor's programs: the link's secret for a token, the token for one part, the page's verbs and guards."""

import io
import zipfile
from collections.abc import Mapping

from fastapi.testclient import TestClient
from httpx2 import Response

from app.runs import service
from app.runs.schemas import RunIn
from tests.pilots.samples import LEAD, Lab, delivery_csv
from tests.runs.running import Browser, laid_out, move, pages, prepare


class Program:
    """A program of a vendor that holds the token of its link."""

    def __init__(self, lead: TestClient, lab: Lab, who: str) -> None:
        url = f"/api/v1/pilots/{lab.pilot_id}/parts/{lab.candidates[who]}/link"
        secret = lead.post(url, json={"holder_name": "Ines"}).json()["url"].rpartition("/")[2]
        self.client = TestClient(lead.app, follow_redirects=False)
        self.client.portal = lead.portal
        told = self.client.post("/api/v1/pilot-links/exchange", json={"secret": secret})
        assert told.status_code == 201
        self.token, self.home = told.json()["token"], told.headers["location"]

    def call(self, method: str, path: str = "", home: str = "", **more: object) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.request(method, f"{home or self.home}{path}", headers=headers, **more)  # type: ignore[arg-type]

    def deliver(self, data: bytes, round_: int = 1, **fields: str) -> Response:
        files = {"file": ("labels.csv", io.BytesIO(data))}
        return self.call("POST", "/deliveries", data={"round": str(round_), **fields}, files=files)

    def confirm(self) -> Mapping[str, object]:
        work: Mapping[str, object] = self.call("GET").json()
        digest = {"digest": work["promises_digest"]}
        assert self.call("PUT", "/promises", json=digest).status_code == 204
        assert self.call("PUT", "/instructions", json={"number": work["instructions"]}).status_code == 204
        return work


def test_a_program_confirms_takes_the_pack_delivers_asks_and_contests_as_the_page_does(
    client_as: Browser,
) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    mine, theirs = Program(lead, lab, "Harbor"), Program(lead, lab, "Mosaic")
    assert "No delivery is taken now" in mine.deliver(delivery_csv(20)).json()["errors"][0]["message"]
    move(lab, "agreed", "running")
    assert "Confirm version 1" in mine.deliver(delivery_csv(20)).json()["errors"][0]["message"]
    work = mine.confirm()
    assert (work["round"], work["attempts_left"], work["task"]) == (1, 3, "classification")
    theirs.confirm()
    pack = zipfile.ZipFile(io.BytesIO(mine.call("POST", "/pack").content))
    assert "items.csv" in pack.namelist()
    assert mine.deliver(delivery_csv(20), round_=2).status_code == 409
    assert mine.deliver(delivery_csv(20).replace(b"i0", b"z0")).status_code == 422
    strange = delivery_csv(20).replace(b",cat", b",Cat PET")
    refused = mine.deliver(strange)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "label:Cat PET")
    taken = mine.deliver(strange, mapping='{"Cat PET": "cat"}')
    assert (taken.status_code, taken.json()["mapping"]) == (201, {"Cat PET": "cat"})
    assert "here already" in mine.deliver(strange, mapping='{"Cat PET": "cat"}').text
    assert "Cat PET read as cat" in lead.get(pages(lab)).text
    assert theirs.deliver(delivery_csv(4)).status_code == 201
    assert len(mine.call("GET", "/deliveries").json()) == 1
    asked = mine.call("POST", "/questions", json={"text": "Is an owl a cat?"}).json()
    assert mine.call("POST", f"/questions/{asked['id']}/reply", json={"text": "Well?"}).status_code == 200
    assert [len(one["messages"]) for one in mine.call("GET", "/questions").json()] == [2]
    assert mine.call("GET", "/answers").json() == []
    assert "/pilot-link/" in mine.call("POST", "/labelers", json={"holder_name": "t1"}).json()["url"]
    lab.compared()
    move(lab, "delivered", "measuring", "closed")
    assert mine.call("GET").json()["scores"] == [
        {
            "round": 1,
            "figures": [{"metric": "accuracy", "value": 0.95, "of": "floor", "bound": 0.9, "met": True}],
        }
    ]
    assert mine.call("POST", "/errors/show").status_code == 204
    errors = mine.call("GET", "/errors").json()
    assert (len(errors["errors"]), errors["may_contest"]) == (6, True)
    entry = {"item": "i019", "reason": "It has whiskers."}
    contest = mine.call("POST", "/contests", json=entry)
    assert contest.status_code == 201
    key = contest.json()["id"]
    assert theirs.call("DELETE", f"/contests/{key}").status_code == 404
    assert mine.call("DELETE", f"/contests/{key}").status_code == 204
    assert mine.call("DELETE", "/token").status_code == 204
    assert mine.call("GET").status_code == 404


def test_a_token_reaches_its_own_part_alone_and_no_other_address(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    mine, theirs = Program(lead, lab, "Harbor"), Program(lead, lab, "Mosaic")
    move(lab, "agreed", "running")
    files = {"file": ("labels.csv", io.BytesIO(delivery_csv(20)))}
    for answer in (
        mine.call("GET", home=theirs.home),
        mine.call("POST", "/pack", home=theirs.home),
        mine.call("GET", "/deliveries", home=theirs.home),
        mine.call("POST", "/deliveries", home=theirs.home, data={"round": "1"}, files=files),
        mine.call("GET", "/errors", home=theirs.home),
        mine.call("GET", "/questions", home=theirs.home),
    ):
        assert answer.status_code == 404
    assert mine.client.get(mine.home).status_code == 401
    inside = mine.call("GET", home=f"/api/v1/pilots/{lab.pilot_id}/deliveries")
    assert inside.status_code == 401
    wrong = mine.client.post("/api/v1/pilot-links/exchange", json={"secret": "no-such-secret"})
    assert wrong.status_code == 404
    lead.delete(f"/api/v1/pilots/{lab.pilot_id}/parts/{lab.candidates['Harbor']}/link")
    assert mine.call("GET").status_code == 409


def test_attempts_are_counted_for_both_sides_and_our_own_upload_is_none(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    mine = Program(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    mine.confirm()
    with lab.db.writing() as session:
        service.set_run(session, actor=LEAD, pilot_id=lab.pilot_id, entry=RunIn(attempts=2), seen=None)
    lab.deliver("Harbor", delivery_csv(10))
    assert mine.call("GET").json()["attempts_left"] == 2
    assert mine.deliver(delivery_csv(20)).status_code == 201
    parts = lead.get(f"/api/v1/pilots/{lab.pilot_id}/parts").json()
    used = {one["candidate"]: one["attempts_used"] for one in parts}
    assert used[lab.code("Harbor")] == 1
    assert "1 of 2" in lead.get(f"{pages(lab)}/run").text
    assert mine.deliver(delivery_csv(30)).status_code == 201
    assert "All 2 attempts" in mine.deliver(delivery_csv(40)).text


def test_the_vendor_page_asks_what_unknown_labels_are_called_here(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    mine = Program(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    mine.confirm()
    url = lead.post(
        f"/api/v1/pilots/{lab.pilot_id}/parts/{lab.candidates['Harbor']}/link", json={"holder_name": "Ines"}
    ).json()["url"]
    browser = TestClient(lead.app, follow_redirects=False)
    browser.portal = lead.portal
    home = browser.post(f"/pilot-link/{url.rpartition('/')[2]}").headers["location"]
    data = delivery_csv(20).replace(b",cat", b",Cat PET")

    def send(**fields: str) -> Response:
        files = {"file": ("labels.csv", io.BytesIO(data))}
        return browser.post(f"{home}/deliver", data={"round": "1", **fields}, files=files)

    refused = send()
    assert refused.status_code == 422
    assert 'name="theirs_1" value="Cat PET"' in refused.text
    assert '<option value="=dog">dog</option>' in refused.text
    assert send(theirs_1="Cat PET", ours_1="=cat").status_code == 303
    assert "Cat PET read as cat" in browser.get(home).text
    assert "Cat PET read as cat" in lead.get(pages(lab)).text
