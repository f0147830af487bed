import io
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from app import wiring
from app.core.permissions import Role
from app.evaluations.models import Governance
from app.pilots.models import Delivery, GoldVersion, PilotTask
from app.pilots.schemas import METRICS, PilotIn
from app.pilots.views.plan import SAMPLES
from tests.pilots.samples import Lab, boxes_gold, delivery_csv, gold_csv, start

ROOT = Path(__file__).parents[2]
REAL = next((up / "shared/real/coco" for up in ROOT.parents if (up / "shared/real/coco").is_dir()), None)
Browser = Callable[..., TestClient]
# What the first item of the samples shows: outlines, marked words, or the words that differ.
SEEN = {
    PilotTask.CLASSIFICATION: "bottle",
    PilotTask.MULTILABEL: "outdoors",
    PilotTask.BOXES: "delivered bottle from 120, 80 to 184, 128",
    PilotTask.POLYGONS: "delivered bottle from 120, 80 to 184, 128",
    PilotTask.MASKS: "delivered bottle from",
    PilotTask.SPANS: "<mark>Ada Lovelace</mark> lived in <del>London</del>.",
    PilotTask.TRANSCRIPTION: "<del>lived </del><ins>lifted </ins>",
    PilotTask.TRANSLATION: "<del>in </del><ins>at </ins>",
}


def laid_out(
    client: TestClient, task: str = "classification", governance: Governance = Governance.TEAM
) -> Lab:
    state = client.app.state  # type: ignore[attr-defined]
    return start(state.database, state.contents, governance, PilotIn(task=task))


def base(lab: Lab) -> str:
    return f"/evaluations/{lab.evaluation_id}/pilot/{lab.pilot_id}"


def send(client: TestClient, lab: Lab, what: str, data: bytes, name: str, **fields: str) -> Response:
    return client.post(f"{base(lab)}/{what}", data=fields, files={"file": (name, io.BytesIO(data))})


def work(client: TestClient) -> None:
    state = client.app.state  # type: ignore[attr-defined]
    worker = wiring.worker(state.database, state.settings)
    while worker.run_once():
        pass


def kept(lab: Lab) -> tuple[int, int]:
    with lab.db.reading() as session:
        golds, deliveries = session.exec(select(GoldVersion)).all(), session.exec(select(Delivery)).all()
        return len(golds), len(deliveries)


def test_empty_evaluation_explains_what_to_prepare(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    page = lead.get(f"/evaluations/{lab.evaluation_id}/pilot").text
    assert "No gold yet" in page
    for name in ("classification/gold.csv", "classification/delivery.csv", "boxes/gold.json"):
        assert lead.get(f"/pilot-samples/{name}").status_code == 200
    assert lead.get("/pilot-samples/boxes/other.json").status_code == 404


@pytest.mark.parametrize("task", [one for one in PilotTask if one is not PilotTask.REVIEW_ONLY])
def test_samples_of_every_task_are_taken_compared_and_shown_item_by_item(
    client_as: Browser, task: PilotTask
) -> None:
    lead = client_as()
    lab = laid_out(lead, task)
    (gold, _), (delivery, _), _ = SAMPLES[task]
    sample = lead.get(f"/pilot-samples/{task}/{gold}").content
    assert send(lead, lab, "gold", sample, gold).status_code == 303
    labels = lead.get(f"/pilot-samples/{task}/{delivery}").content
    who = str(lab.candidates["Harbor"])
    assert send(lead, lab, "deliver", labels, delivery, candidate_id=who).status_code == 303
    work(lead)
    for more, says in (
        ("", METRICS[task][next(iter(METRICS[task]))]),
        ("/items", "Harbor"),
        ("/items/0", SEEN[task]),
    ):
        page = lead.get(f"{base(lab)}/results{more}")
        assert page.status_code == 200
        assert says in page.text
    assert lead.get(f"{base(lab)}/criteria").status_code == 200
    report = lead.get(f"/pilots/{lab.pilot_id}/report")
    assert report.status_code == 200


def test_upload_is_compared_by_a_job_and_the_results_name_the_vendors_to_leads(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    assert send(lead, lab, "gold", gold_csv(), "gold.csv").status_code == 303
    for who, wrong in (("Harbor", 30), ("Mosaic", 3)):
        answer = send(
            lead, lab, "deliver", delivery_csv(wrong), "l.csv", candidate_id=str(lab.candidates[who])
        )
        assert answer.headers["location"] == f"{base(lab)}/results"
    waiting = lead.get(f"{base(lab)}/results")
    assert 'hx-trigger="load delay:1s"' in waiting.text
    work(lead)
    page = lead.get(f"{base(lab)}/results").text
    assert "Harbor is better than the others on quality." in page
    assert "a difference in accuracy shows reliably (4 times in 5) from" in page
    assert "0.967" in page
    assert "hx-trigger" not in lead.get(f"{base(lab)}/results", headers={"HX-Request": "true"}).text
    assert lead.get(f"{base(lab)}/results.csv").text.count("\n") == 3
    assert lead.get(f"{base(lab)}/results.xlsx").content.startswith(b"PK")
    items = lead.get(f"{base(lab)}/results/items", params={"candidate": lab.code("Mosaic"), "show": "wrong"})
    assert "1 wrong label" in items.text
    assert "Nothing in the gold" not in lead.get(f"{base(lab)}/results/items/0").text
    assert lead.get(f"{base(lab)}/results/items/120").status_code == 404


def test_blind_evaluator_reads_codes_and_no_price_anywhere(client_as: Browser) -> None:
    lead, blind = client_as(), client_as(Role.EVALUATOR)
    lab = laid_out(lead)
    send(lead, lab, "gold", gold_csv(), "gold.csv")
    harbor = str(lab.candidates["Harbor"])
    send(lead, lab, "deliver", delivery_csv(9), "harbor-labels.csv", candidate_id=harbor)
    offer = {"name_1": "Labeling", "amount_1": "0.777", "per_1": "label"}
    assert lead.post(f"{base(lab)}/offers/{harbor}", data=offer).status_code == 303
    work(lead)
    assert "0.777" in lead.get(base(lab)).text
    assert "Harbor" in lead.get(f"{base(lab)}/results").text
    shown = [
        blind.get(base(lab)),
        *(
            blind.get(f"{base(lab)}/results{more}")
            for more in ("", ".csv", "/items", "/items.csv", "/items/8")
        ),
        blind.get(f"/api/v1/pilots/{lab.pilot_id}/deliveries"),
        blind.get(f"/api/v1/pilots/{lab.pilot_id}/results"),
    ]
    assert [answer.status_code for answer in shown] == [200] * 8
    text = "".join(answer.text for answer in shown)
    assert lab.code("Harbor") in text
    for secret in ("Harbor", "harbor", harbor, "0.777", "per_accepted"):
        assert secret not in text
    assert blind.get(f"{base(lab)}/offers/{harbor}").status_code == 403
    with lab.db.reading() as session:
        file_id = session.exec(select(Delivery)).one().file_id
    assert blind.get(f"{base(lab)}/files/{file_id}").status_code == 403
    assert lead.get(f"{base(lab)}/files/{file_id}").content == delivery_csv(9)


@pytest.mark.parametrize(
    ("data", "name", "remedy"),
    [
        (b"", "labels.csv", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "labels.png", "taken here"),
        (gold_csv()[:-3] + b'"', "labels.csv", "the file may be cut off"),
        (boxes_gold(), "labels.json", "COCO holds boxes, polygons and masks only"),
        (
            delivery_csv(9).replace(b"i0", b"z0"),
            "labels.csv",
            "this is a delivery for another pilot: 100 of its 120 items",
        ),
    ],
)
def test_bad_delivery_comes_back_at_its_field_with_the_remedy_and_nothing_is_kept(
    client_as: Browser, data: bytes, name: str, remedy: str
) -> None:
    lead = client_as()
    lab = laid_out(lead)
    lab.gold(gold_csv())
    harbor = str(lab.candidates["Harbor"])
    answer = send(lead, lab, "deliver", data, name, candidate_id=harbor, round="new")
    assert answer.status_code == 422
    assert 'id="error-file"' in answer.text
    assert remedy in answer.text
    assert f'value="{harbor}" selected' in answer.text
    assert kept(lab) == (1, 0)


def test_delivery_without_file_candidate_or_gold_says_so(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    harbor = str(lab.candidates["Harbor"])
    early = send(lead, lab, "deliver", delivery_csv(9), "l.csv", candidate_id=harbor)
    assert (early.status_code, "Upload the gold first" in early.text) == (409, True)
    lab.gold(gold_csv())
    nobody = send(lead, lab, "deliver", delivery_csv(9), "l.csv")
    assert (nobody.status_code, 'id="error-candidate_id"' in nobody.text) == (422, True)
    nothing = lead.post(f"{base(lab)}/deliver", data={"candidate_id": harbor})
    assert (nothing.status_code, "Choose a file." in nothing.text) == (422, True)


def test_same_form_sent_twice_is_taken_once(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    lab.gold(gold_csv())
    harbor = str(lab.candidates["Harbor"])
    answers = [
        send(lead, lab, "deliver", delivery_csv(9), "l.csv", candidate_id=harbor, _nonce="once") for _ in "ab"
    ]
    assert answers[0].status_code == 303
    assert kept(lab) == (1, 1)


def test_criteria_and_offers_are_refused_at_their_fields(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    wrong = lead.post(f"{base(lab)}/criteria", data={"floor_accuracy": "90", "target_accuracy": "x"})
    assert wrong.status_code == 422
    assert 'id="error-floor_accuracy"' in wrong.text
    assert 'id="error-target_accuracy"' in wrong.text
    assert lead.post(f"{base(lab)}/criteria", data={"floor_accuracy": "0.9"}).status_code == 303
    assert "floor 0.9" in lead.get(base(lab)).text
    offer = f"{base(lab)}/offers/{lab.candidates['Harbor']}"
    bad = lead.post(offer, data={"name_2": "Labeling", "amount_2": "12 cents", "per_2": "label"})
    assert (bad.status_code, 'id="error-amount_2"' in bad.text) == (422, True)


@pytest.mark.skipif(REAL is None, reason="the folder of real files is absent")
def test_real_coco_files_give_their_figures_on_the_page(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead, "boxes")
    assert REAL is not None
    gold = (REAL / "instances_val2014_100.json").read_bytes()
    labels = (REAL / "instances_val2014_fakebbox100_results.json").read_bytes()
    assert send(lead, lab, "gold", gold, "gold.json").status_code == 303
    harbor = str(lab.candidates["Harbor"])
    assert send(lead, lab, "deliver", labels, "fake.json", candidate_id=harbor).status_code == 303
    work(lead)
    page = lead.get(f"{base(lab)}/results").text
    assert "Harbor reaches F1 0.831" in page
    told = lead.get(f"/api/v1/pilots/{lab.pilot_id}/results").json()["vendors"][0]
    assert {name: round(told[name]["value"], 4) for name in ("f1", "precision", "recall", "mean_iou")} == {
        "f1": 0.8312, "precision": 0.8856, "recall": 0.7831, "mean_iou": 0.8623,
    }  # fmt: skip
    item = lead.get(f"{base(lab)}/results/items/3").text
    assert 'stroke-dasharray="4 3"' in item
    assert lead.get(f"/api/v1/pilots/{lab.pilot_id}/results/items/3").json()["findings"]


def test_the_plan_says_how_many_items_tell_candidates_apart(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    page = lead.get(f"/evaluations/{lab.evaluation_id}/pilot/new").text
    for part in ("How many items", "4 points apart", "149 items", "without a single error"):
        assert part in page
