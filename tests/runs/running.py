"""A pilot that is run with its vendors: verbs in short, and browsers that hold a link."""

import io
import re
from collections.abc import Callable

from fastapi.testclient import TestClient
from httpx2 import Response

from app.evaluations import service as evaluations
from app.evaluations.models import Governance
from app.pilots import service as pilots
from app.pilots.schemas import CriteriaIn, CriterionIn, PilotIn
from app.runs import service
from app.runs.models import PilotStage
from app.runs.schemas import ClassIn, LabelingPlanIn, PublishIn, StageIn
from app.vendors import service as vendors
from app.vendors.models import AgreementState
from app.vendors.schemas import AgreementIn
from tests.pilots.samples import LEAD, Lab, gold_csv, start

Browser = Callable[..., TestClient]
PLAN = LabelingPlanIn(
    steps="Open the item.\nChoose the class.",
    ontology=[ClassIn(name="cat", definition="A domestic cat.", confused_with="owl", decide="Has whiskers.")],
    planted=["i007"],
    location="https://files.example.org/pilot",
)


def prepare(lab: Lab, *, publish: bool = True) -> None:
    """Criteria, gold, plan and instructions; no link yet."""
    lab.gold(gold_csv())
    with lab.db.writing() as session:
        criteria = CriteriaIn(criteria=[CriterionIn(metric="accuracy", floor=0.9)])
        pilots.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=criteria, seen=None)
        service.set_plan(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PLAN, seen=None)
        if publish:
            service.publish_instructions(session, actor=LEAD, pilot_id=lab.pilot_id, entry=PublishIn())


def move(lab: Lab, *stages: str, reason: str = "") -> None:
    for stage in stages:
        with lab.db.writing() as session:
            entry = StageIn(stage=PilotStage(stage), reason=reason)
            service.set_stage(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry)


def sign(lab: Lab, who: str, *kinds: str) -> None:
    with lab.db.writing() as session:
        view, _ = evaluations.candidate_of(session, actor=LEAD, candidate_id=lab.candidates[who])
        for kind in kinds:
            entry = AgreementIn(kind=kind, state=AgreementState.SIGNED, signed_on="2026-01-05")
            vendors.add_agreement(session, actor=LEAD, vendor_id=view.vendor.id, entry=entry)


def pages(lab: Lab) -> str:
    return f"/evaluations/{lab.evaluation_id}/pilot/{lab.pilot_id}"


def laid_out(client: TestClient, data_class: str = "public", governance: Governance = Governance.SOLO) -> Lab:
    state = client.app.state  # type: ignore[attr-defined]
    return start(
        state.database, state.contents, governance, PilotIn(task="classification", data_class=data_class)
    )


def as_vendor(lead: TestClient, lab: Lab, who: str) -> tuple[TestClient, str]:
    """A browser without an account that pressed the button of the vendor's link, and where it is."""
    made = lead.post(f"{pages(lab)}/parts/{lab.candidates[who]}", data={"holder_name": "Ines", "days": "30"})
    assert made.status_code == 200
    return entered(lead, made.text)


def entered(lead: TestClient, text: str) -> tuple[TestClient, str]:
    found = re.search(r"/pilot-link/[\w-]+", text)
    assert found is not None
    browser = TestClient(lead.app, follow_redirects=False)
    browser.portal = lead.portal
    button = browser.get(found[0])
    assert button.status_code == 200
    assert "Open the pilot" in button.text
    there = browser.post(found[0]).headers["location"]
    return browser, there


def send(vendor: TestClient, home: str, data: bytes, round_: int = 1) -> Response:
    files = {"file": ("labels.csv", io.BytesIO(data))}
    return vendor.post(f"{home}/deliver", data={"round": str(round_)}, files=files)


def confirm(vendor: TestClient, home: str, version: int = 1) -> None:
    page = vendor.get(home).text
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest is not None
    assert vendor.post(f"{home}/promises", data={"digest": digest[1]}).status_code == 303
    assert vendor.post(f"{home}/instructions", data={"number": str(version)}).status_code == 303
