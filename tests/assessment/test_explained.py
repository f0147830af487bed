"""What the result page and its JSON say beside the ranking."""

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient

from app.core.permissions import Role
from app.evaluations.models import Governance
from app.kit.db import Database
from app.vendors import service as vendors
from app.vendors.models import AgreementState
from app.vendors.schemas import AgreementIn
from tests.assessment.test_result import fill
from tests.assessment.world import CARD, World, make_world
from tests.conftest import sign_in

NORTHWIND, HARBOR = "Northwind Labels", "Harbor Annotation"
WITH_PAPERS = (
    CARD
    + """\
    - {id: dpa, name: Agreement signed, certificate: dpa, before: award}
    - {id: floor_of_work, name: Fair work, any_of: [{document: supplier_code_signed}, {certificate: sa8000}]}
    - {id: subs, name: Sub-contractors disclosed, question: all_subcontractors, not: [not_disclosed]}
"""
)


@pytest.fixture
def world(client: TestClient) -> World:
    """A filled evaluation in solo governance; the client is its lead."""
    lead = sign_in(client)
    world = make_world(client.app.state.database, governance=Governance.SOLO, lead=lead)
    fill(world)
    return world


def shown(client: TestClient, world: World, query: str = "") -> str:
    """The page's text without tags, one space between words."""
    page = client.get(f"/evaluations/{world.evaluation}/result{query}")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_must_haves_say_the_names_people_use_and_where_an_agreement_stands(db: Database) -> None:
    world = make_world(db, card=WITH_PAPERS)

    def reasons() -> dict[str, str]:
        return {gate.id: gate.reason for gate in world.analysis().named(NORTHWIND).line.gates}

    before = world.analysis().input_digest
    assert reasons()["dpa"] == "Data processing agreement: no evidence yet"
    assert reasons()["subs"] == "All subcontractors: not answered yet"
    assert reasons()["floor_of_work"].startswith("Supplier code signed: no evidence yet or SA8000")
    for state, said in ((AgreementState.DRAFT, "draft"), (AgreementState.SENT, "sent")):
        entry = AgreementIn(kind="dpa", state=state)
        with db.writing() as session:
            row = vendors.add_agreement(
                session, actor=world.lead, vendor_id=world.vendors[NORTHWIND], entry=entry
            )
            agreement_id = row.id
        assert reasons()["dpa"] == f"Data processing agreement: {said}, not signed yet"
        with db.writing() as session:
            vendors.remove_agreement(session, actor=world.lead, agreement_id=agreement_id)
    assert world.analysis().input_digest == before
    with db.writing() as session:
        signed = AgreementIn(kind="dpa", state=AgreementState.SIGNED, signed_on=date(2026, 1, 5))
        vendors.add_agreement(session, actor=world.lead, vendor_id=world.vendors[NORTHWIND], entry=signed)
    assert reasons()["dpa"] == "Data processing agreement: verified"


def test_verdict_says_what_the_lead_is_worth_and_what_it_costs(client: TestClient, world: World) -> None:
    page = shown(client, world)
    # 0.08 against 0.05 a label at a million a year; quality 16.5 + security 6 − price 9.375 points.
    assert re.search(r"which is (USD\s|\$)30,000 a year cheaper, by 13.1 points", page)
    assert "Its lead of 22.5 points on everything but the price is worth" in page
    # One point of total: (0.12 − 0.04) / 25 points × 1,000,000 = 3,200; 22.5 of them.
    assert re.search(r"worth (USD\s|\$)72,000 a year at these weights", page)


def test_comparison_says_what_would_have_to_be_true_in_natural_units(
    client: TestClient, world: World
) -> None:
    page = shown(client, world)
    # 13.125 points are missing; F1 has room for 10.5, the process for 18, vetting for 6.
    assert "This alone would bring Harbor Annotation level with Northwind Labels" in page
    assert "Quality process: managed instead of written" in page
    world.rate(world.lead, HARBOR, "process", "none")
    world.rate(world.lead, NORTHWIND, "process", "managed")  # 31.125 points are missing now
    fewer = shown(client, world)
    assert "No single change brings Harbor Annotation level with Northwind Labels" in fewer
    turned = shown(client, world, "?a=Harbor+Annotation&b=Northwind+Labels")
    assert "Northwind Labels stands 31.1 points above Harbor Annotation" in turned


def test_moved_slider_is_tried_and_untouched_ones_are_no_trial(client: TestClient, world: World) -> None:
    untouched = shown(client, world, "?w_quality=60&w_security=15&w_price=25")
    assert "as they are" in untouched
    assert "Link to this trial" not in untouched
    tried = client.get(f"/evaluations/{world.evaluation}/result?w_price=100").text
    assert "Harbor Annotation would lead" in tried
    assert "Price 57.1%" in tried  # 100 beside the exact 60 and 15 of the others
    assert "Back to the weights that count" in tried
    assert "w_quality=60&amp;w_security=15&amp;w_price=100" in tried
    for hostile in ("nan", "inf", "-3", "0", "1e9", "x"):
        assert "as they are" in shown(client, world, f"?w_price={hostile}"), hostile


def test_trial_of_the_api_changes_nothing_and_names_every_faulty_weight(
    client: TestClient, world: World
) -> None:
    base = f"/api/v1/evaluations/{world.evaluation}/result"
    before = client.get(base).json()
    trial = client.get(f"{base}/trial", params={"weight": ["price:100"]})
    assert trial.status_code == 200
    assert trial.json()["vendors"][0]["id"] == HARBOR
    assert client.get(base).json() == before
    faulty = client.get(f"{base}/trial", params={"weight": ["price", "speed:3", "price:x"]})
    assert faulty.status_code == 422
    assert len(faulty.json()["errors"]) == 3
    for bad in ("price:-1", "price:nan", "price:0"):
        assert client.get(f"{base}/trial", params={"weight": [bad]}).status_code == 422, bad


def test_open_cells_and_must_haves_lead_to_where_they_are_answered(client: TestClient) -> None:
    lead = sign_in(client)
    world = make_world(
        client.app.state.database, governance=Governance.SOLO, lead=lead, names=(NORTHWIND, HARBOR)
    )
    for name, f1, cost in ((NORTHWIND, 0.96, 0.07), (HARBOR, 0.95, 0.06)):
        world.value(name, "f1", f1)
        world.value(name, "cost", cost)
    world.rate(lead, HARBOR, "vetting", "checked")
    base = f"/evaluations/{world.evaluation}"
    page = client.get(f"{base}/result").text
    asked = dict(re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', page))
    assert asked[f"/vendors/{world.vendors[NORTHWIND]}"] == f"resolve: {NORTHWIND}: Independent assurance"
    assert asked[f"{base}/scores?criterion=process"].startswith("rate: ")
    for place in asked:
        assert client.get(place).status_code == 200, place
    found = world.analysis()
    assert found.cells[world.candidates[HARBOR], "process"].ask == f"{base}/scores?criterion=process"


def test_panel_agreement_and_severity_stand_on_the_page_and_in_the_json(client: TestClient) -> None:
    lead = sign_in(client)
    world = make_world(client.app.state.database, lead=lead)
    raters = [world.on_panel(Role.EVALUATOR), world.on_panel(Role.EVALUATOR)]
    levels = (("measured", "written", "none"), ("managed", "measured", "written"))
    for rater, given in zip(raters, levels, strict=True):
        for name, level in zip(world.candidates, given, strict=True):
            world.rate(rater, name, "process", level)
            world.rate(rater, name, "vetting", "checked")
            world.lock(rater, name)
    panel = client.get(f"/api/v1/evaluations/{world.evaluation}/result").json()["panel"]
    assert (panel["rated"], panel["asked"]) == (12, 12)
    # 80, 40, 0 against 100, 80, 40, and 60 three times: apart by 100/3 on three cells, equal on three.
    assert [one["points"] for one in panel["severity"]] == pytest.approx([25 / 3, -25 / 3])
    assert panel["icc"]["targets"] == 6
    assert -1 <= panel["ordinal_alpha"]["low"] <= panel["ordinal_alpha"]["value"] <= 1
    page = shown(client, world)
    assert "over 6 cells that all 2 rated" in page
    assert "shown, not corrected" in page
    assert "+8.3" in page
