import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.evaluations.models import Governance
from app.pilots.service import LOOK_ITEMS, look_items
from tests.pilots.samples import Lab, boxes_gold, delivery_csv, gold_csv
from tests.pilots.test_pages import base, laid_out

Browser = Callable[..., TestClient]


def compared(lab: Lab) -> Lab:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(8))
    lab.deliver("Mosaic", delivery_csv(5))
    lab.compared()
    return lab


def boxes_delivery(drop: int) -> bytes:
    """The boxes of the gold without those of one image."""
    document = json.loads(boxes_gold())
    kept = [one for one in document["annotations"] if one["image_id"] != drop]
    return json.dumps({**document, "annotations": kept}).encode()


def test_look_items_are_the_same_for_everybody_and_as_many_as_there_are() -> None:
    assert look_items(1000, 5) == look_items(1000, 5) != look_items(1000, 6)
    assert len(set(look_items(1000, 5))) == LOOK_ITEMS
    assert sorted(look_items(4, 5)) == [0, 1, 2, 3]


def test_formal_governance_hides_every_figure_until_one_has_looked(client_as: Browser) -> None:
    lead = client_as()
    lab = compared(laid_out(lead, governance=Governance.FORMAL))
    api = f"/api/v1/pilots/{lab.pilot_id}/results"
    hidden = lead.get(f"{base(lab)}/results")
    assert hidden.headers["location"] == f"{base(lab)}/results/look"
    for path in (".csv", ".xlsx", "/items", "/items.csv", "/items/0", "/gallery"):
        assert lead.get(f"{base(lab)}/results{path}").status_code == 409, path
    assert {lead.get(path).status_code for path in (api, f"{api}/items/0")} == {409}
    page = lead.get(hidden.headers["location"]).text
    assert "I have looked" not in page
    assert "Harbor" not in page
    assert f"Candidate {lab.code('Harbor')}" in page
    assert "Accuracy" not in page
    assert "I have looked" in lead.get(f"{base(lab)}/results/look?page=3").text
    assert lead.post(f"{base(lab)}/results/look").status_code == 303
    assert "Accuracy" in lead.get(f"{base(lab)}/results").text
    assert lead.get(api).status_code == 200


@pytest.mark.parametrize("governance", [Governance.SOLO, Governance.TEAM])
def test_elsewhere_a_note_asks_for_the_look_once(client_as: Browser, governance: Governance) -> None:
    lead = client_as()
    lab = compared(laid_out(lead, governance=governance))
    assert "look first" in lead.get(f"{base(lab)}/results").text
    assert lead.put(f"/api/v1/pilots/{lab.pilot_id}/look").status_code == 204
    assert lead.put(f"/api/v1/pilots/{lab.pilot_id}/look").status_code == 204
    assert "look first" not in lead.get(f"{base(lab)}/results").text


def test_gallery_draws_gold_and_every_candidate_and_filters_in_the_address(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead, "boxes")
    lab.gold(boxes_gold(), "gold.json")
    lab.deliver("Harbor", boxes_delivery(2), "harbor.json")
    lab.deliver("Mosaic", boxes_delivery(3), "mosaic.json")
    lab.compared()
    harbor, path = lab.code("Harbor"), f"{base(lab)}/results/gallery"
    page = lead.get(path).text
    assert "1–2 of 2" in page
    assert page.count('<figure class="panel">') == 6
    assert "2 missing" in page
    only = lead.get(f"{path}?candidate={harbor}&kind=missing&label=can").text
    assert "shelf-2.jpg" in only
    assert "shelf-3.jpg" not in only
    assert "No disagreement fits" in lead.get(f"{path}?kind=extra").text
    assert lead.get(f"{path}?candidate=ZZ").status_code == 404
