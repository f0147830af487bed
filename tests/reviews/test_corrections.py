"""Right answers in adjudication, whatever the task: a candidate's own, exactly as delivered, or one of ours."""

import json
from collections.abc import Callable, Mapping

import pytest
from fastapi.testclient import TestClient

from app.core.errors import Conflict, Invalid
from app.core.permissions import Role
from app.evaluations.models import Governance
from app.pilots import service as pilots
from app.pilots.models import PilotTask
from app.pilots.schemas import PilotIn
from app.reviews import service
from app.reviews.models import Ruling
from app.reviews.schemas import DecisionIn
from tests.pilots.samples import LEAD, Lab, boxes_gold, start
from tests.pilots.test_pages import base, work

Browser = Callable[..., TestClient]
MASK = {"size": [10, 10], "counts": [0, 4, 96]}
OTHER = {"size": [10, 10], "counts": [0, 6, 94]}


def results(*marks: Mapping[str, object]) -> bytes:
    return json.dumps([{"image_id": 1, "category_id": 1, **one} for one in marks]).encode()


def masks(*marks: Mapping[str, object]) -> bytes:
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 10, "height": 10}],
        "categories": [{"id": 1, "name": "x"}],
        "annotations": [{"id": at, "image_id": 1, "category_id": 1, **one} for at, one in enumerate(marks)],
    }
    return json.dumps(document).encode()


CASES: Mapping[PilotTask, tuple[bytes, bytes, str, str]] = {
    PilotTask.MULTILABEL: (b"item,label\na,x|y\nb,y", b"item,label\na,x\nb,y", "a", "f1"),
    PilotTask.SPANS: (
        b'{"item": "a", "text": "Ada Byron", "spans": [{"start": 0, "end": 3, "label": "p"}]}',
        b'{"item": "a", "text": "Ada Byron", "spans": [{"start": 0, "end": 9, "label": "p"}]}',
        "a",
        "f1",
    ),
    PilotTask.TRANSCRIPTION: (
        b"item,text\na,one two\nb,three",
        b"item,text\na,one to\nb,three",
        "a",
        "exact_match",
    ),
    PilotTask.TRANSLATION: (b"item,text\na,one two\nb,three", b"item,text\na,one to\nb,three", "a", "chrf"),
    PilotTask.MASKS: (
        masks({"segmentation": MASK, "bbox": [0, 0, 1, 4]}),
        results({"segmentation": OTHER}),
        "a.png",
        "mean_iou",
    ),
}


def compared(lab: Lab, gold: bytes, delivery: bytes) -> None:
    lab.gold(gold, "gold.json")
    lab.deliver("Harbor", delivery)
    lab.compared()


def decide(lab: Lab, item: str, **more: object) -> None:
    entry = DecisionIn.model_validate({"item": item, "ruling": Ruling.WRONG, **more})
    with lab.db.writing() as session:
        service.decide(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)


def published(lab: Lab) -> None:
    with lab.db.writing() as session:
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
    lab.compared()


def figure(lab: Lab, name: str) -> float:
    with lab.db.reading() as session:
        found = pilots.comparison_of(session, lab.pilot_id)
    assert found is not None
    value = found.candidate(lab.code("Harbor")).metrics[name].value
    assert value is not None
    return value


@pytest.mark.parametrize("task", CASES)
def test_the_candidates_answer_becomes_gold_exactly_as_it_was_delivered(
    lab_of: Callable[..., Lab], task: PilotTask
) -> None:
    gold, delivery, item, name = CASES[task]
    lab = lab_of(Governance.SOLO, PilotIn(task=task))
    compared(lab, gold, delivery)
    best = 100.0 if name == "chrf" else 1.0
    assert figure(lab, name) < best
    decide(lab, item, take=lab.code("Harbor"))
    published(lab)
    assert figure(lab, name) == pytest.approx(best)


def test_an_answer_of_our_own_is_held_against_size_text_and_classes(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.SOLO, PilotIn(task=PilotTask.BOXES))
    compared(lab, boxes_gold(), results({"bbox": [10, 10, 40, 30], "category_id": 2}))
    for marks, says in (
        ([{"label": "bottle", "box": [190, 0, 40, 30]}], "outside its image"),
        ([{"label": "cow", "box": [0, 0, 40, 30]}], "not a class of the gold"),
        ([{"label": "bottle"}], "not four numbers"),
    ):
        with pytest.raises(Invalid, match=says):
            decide(lab, "shelf-1.jpg", marks=marks)
    with pytest.raises(Invalid, match="has delivered"):
        decide(lab, "shelf-1.jpg", take="ZZ")
    decide(lab, "shelf-1.jpg", marks=[{"label": "can", "box": [10, 10, 40, 30]}])
    published(lab)
    with lab.db.reading() as session:
        newest = pilots.golds(session, lab.pilot_id)[0]
    assert (newest.labels, newest.items) == (7, 4)
    assert newest.amendments["answers"] == {
        "shelf-1.jpg": [{"label": "can", "box": [10.0, 10.0, 40.0, 30.0]}]
    }
    assert figure(lab, "recall") == pytest.approx(1 / 7)
    decide(lab, "shelf-1.jpg", take=lab.code("Harbor"))
    published(lab)
    with lab.db.reading() as session:
        amendments = pilots.golds(session, lab.pilot_id)[0].amendments
    assert set(amendments["taken"]) == {"shelf-1.jpg"}
    assert "answers" not in amendments  # what is decided anew replaces what was decided


def test_gold_that_would_hold_nothing_is_not_published(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.SOLO, PilotIn(task=PilotTask.SPANS))
    gold, delivery, item, _ = CASES[PilotTask.SPANS]
    compared(lab, gold, delivery)
    decide(lab, item, marks=[])
    with pytest.raises(Conflict, match="No item with labels would be left"):
        published(lab)


def test_a_correction_is_typed_on_the_page_and_comes_back_when_it_is_wrong(client_as: Browser) -> None:
    lead = client_as(Role.PROCUREMENT_LEAD, Role.ML_LEAD)
    state = lead.app.state  # type: ignore[attr-defined]
    lab = start(state.database, state.contents, Governance.SOLO, PilotIn(task=PilotTask.SPANS))
    gold, delivery, _, _ = CASES[PilotTask.SPANS]
    lab.gold(gold, "gold.jsonl")
    lab.deliver("Harbor", delivery)
    work(lead)
    path = f"{base(lab)}/adjudication/0"
    assert "p, 0, 3" in lead.get(path).text
    wrong = lead.post(path, data={"ruling": "wrong", "marks": "p: Bob"})
    assert wrong.status_code == 422
    assert "does not stand in the text" in wrong.text
    done = lead.post(path, data={"ruling": "wrong", "marks": "p: Ada Byron"}, follow_redirects=True)
    assert "our own answer" in done.text
    lead.post(f"{path}/withdraw")
    taken = {"ruling": "wrong", "take": lab.code("Harbor"), "marks": "p, 0, 3"}
    assert f"as candidate {lab.code('Harbor')}" in lead.post(path, data=taken, follow_redirects=True).text
