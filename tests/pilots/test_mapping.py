"""A delivery with the vendor's own label names, and one that needs repairs: refused, asked about, taken in."""

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.pilots.models import Delivery
from app.pilots.service.mapping import asked, mapping_of
from tests.pilots.samples import Lab, boxes_gold, delivery_csv, gold_csv
from tests.pilots.test_pages import base, laid_out, send, work

Browser = Callable[..., TestClient]


def stored(lab: Lab) -> Delivery:
    with lab.db.reading() as session:
        return session.exec(select(Delivery)).one()


def ready(client: TestClient) -> tuple[Lab, str]:
    lab = laid_out(client)
    assert send(client, lab, "gold", gold_csv(), "gold.csv").status_code == 303
    return lab, str(next(iter(lab.candidates.values())))


def test_unknown_labels_are_asked_about_mapped_or_dropped_and_kept(client_as: Browser) -> None:
    client = client_as()
    lab, who = ready(client)
    data = delivery_csv(7).replace(b",cat", b",Cat PET").replace(b",dog", b",zzz<b>", 1)
    refused = send(client, lab, "deliver", data, "labels.csv", candidate_id=who, round="new")
    assert refused.status_code == 422
    assert 'name="theirs_1" value="Cat PET"' in refused.text
    assert 'name="theirs_2" value="zzz&lt;b&gt;"' in refused.text
    assert "<b>" not in refused.text.split('name="theirs_2"')[1][:80]
    half = {"theirs_1": "Cat PET", "ours_1": "=cat", "theirs_2": "zzz<b>"}
    again = send(client, lab, "deliver", data, "labels.csv", candidate_id=who, round="new", **half)
    assert again.status_code == 422
    assert '<option value="=cat" selected>' in again.text
    taken = send(
        client, lab, "deliver", data, "labels.csv", candidate_id=who, round="new", **half, ours_2="drop"
    )
    assert taken.status_code == 303
    assert stored(lab).mapping == {"Cat PET": "cat", "zzz<b>": None}
    work(client)
    assert "marks dropped by the mapping" in client.get(taken.headers["location"]).text


def test_a_delivery_of_another_pilot_is_told_at_once_and_nobody_maps_its_labels(client_as: Browser) -> None:
    client = client_as()
    lab, who = ready(client)
    data = delivery_csv(7).replace(b"\ni", b"\nIMG-").replace(b",cat", b",apple")
    refused = send(client, lab, "deliver", data, "labels.csv", candidate_id=who, round="new")
    assert refused.status_code == 422
    assert "this is a delivery for another pilot" in refused.text
    assert "theirs_1" not in refused.text


def test_replacing_the_gold_after_a_delivery_warns_what_it_leaves_out(client_as: Browser) -> None:
    client = client_as()
    lab, who = ready(client)
    page = f"{base(lab)}/gold"
    assert "Deliveries are in" not in client.get(page).text
    taken = send(client, lab, "deliver", delivery_csv(7), "labels.csv", candidate_id=who, round="new")
    assert taken.status_code == 303
    assert "leaves out what adjudication changed" in client.get(page).text


def test_listed_repairs_can_be_accepted_and_are_told(client_as: Browser) -> None:
    client = client_as()
    lab = laid_out(client, "boxes")
    assert send(client, lab, "gold", boxes_gold(), "gold.json").status_code == 303
    who = str(next(iter(lab.candidates.values())))
    document = json.loads(boxes_gold())
    flat = {**document["annotations"][0], "id": 999, "bbox": [5, 5, 0, 9]}
    data = json.dumps({**document, "annotations": [*document["annotations"], flat]}).encode()
    refused = send(client, lab, "deliver", data, "labels.json", candidate_id=who, round="new")
    assert refused.status_code == 422
    assert 'name="accept" value="yes"' in refused.text
    taken = send(client, lab, "deliver", data, "labels.json", candidate_id=who, round="new", accept="yes")
    assert taken.status_code == 303
    row = stored(lab)
    assert row.accepts_repairs
    assert any("without area" in line for line in row.repairs)
    work(client)
    assert "without area" in client.get(taken.headers["location"]).text


def test_a_program_sends_the_mapping_as_json_and_is_told_what_is_wrong_with_it() -> None:
    told = FormData({"mapping": json.dumps({"Car": "car", "van": None})})
    assert mapping_of(told) == {"Car": "car", "van": None}
    for text in ("[1]", '{"a": 1}', "nonsense"):
        with pytest.raises(Invalid, match="JSON object"):
            mapping_of(FormData({"mapping": text}))


def test_a_label_with_a_line_break_comes_back_as_it_was() -> None:
    form = FormData({"theirs_1": "big\r\ncar", "ours_1": "=car"})
    assert mapping_of(form) == {"big\ncar": "car"}
    assert asked(None, form) == ("big\ncar",)
