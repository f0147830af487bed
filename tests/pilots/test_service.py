import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from app.assessment.service.measures import metrics_for
from app.audit.models import AuditEvent
from app.cli import main
from app.core.errors import Conflict, Forbidden, Invalid
from app.evaluations import service as evaluations
from app.evaluations.models import Governance, StepName, StepState
from app.kit import child
from app.kit.db import Database
from app.pilots import service
from app.pilots.models import Delivery, DeliveryState, GoldVersion, PilotResult, PilotState
from app.pilots.schemas import CriteriaIn, CriterionIn, PilotIn
from app.pilots.service import computing
from app.vendors import service as vendors
from app.vendors.models import AgreementState
from app.vendors.schemas import AgreementIn
from tests.pilots.samples import EVALUATOR, LEAD, Lab, boxes_gold, delivery_csv, gold_csv

PER_LABEL = [{"name": "Labeling", "amount": "0.118", "per": "label"}]


def problems(failure: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(one.where, one.message) for one in failure.value.problems]


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("labels.csv", data)
    return out.getvalue()


def stored(db: Database, kind: type[Delivery] | type[GoldVersion] | type[PilotResult]) -> int:
    with db.reading() as session:
        return len(session.exec(select(kind)).all())


def test_first_delivery_locks_the_criteria_starts_the_pilot_and_marks_the_step(lab: Lab) -> None:
    with lab.db.writing() as session:
        entry = CriteriaIn(criteria=[CriterionIn(metric="accuracy", target=0.95, floor=0.9)])
        service.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    lab.gold(gold_csv())
    delivery = lab.deliver("Harbor", delivery_csv(20))
    assert (delivery.round, delivery.items, delivery.missing, delivery.annotators) == (1, 120, 0, 3)
    with lab.db.reading() as session:
        found = service.open_pilot(session, LEAD, lab.pilot_id)
        assert found.pilot.state is PilotState.RUNNING
        assert found.pilot.criteria_locked_at is not None
        step = evaluations.steps_of(session, lab.evaluation_id)[StepName.PILOT]
        assert (step.state, step.note) == (StepState.CURRENT, "1 of 4")
        locked = session.exec(select(AuditEvent).where(AuditEvent.action == "pilots.criteria.locked")).one()
        assert "first delivery" in locked.body
    with lab.db.writing() as session, pytest.raises(Conflict, match="locked"):
        service.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)


@pytest.mark.one_store
def test_comparison_equals_the_command_line_on_the_same_files(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.gold(gold_csv())
    files = {"Harbor": delivery_csv(30), "Mosaic": delivery_csv(4)}
    for who, data in files.items():
        lab.deliver(who, data)
    found = lab.compared()
    (tmp_path / "gold.csv").write_bytes(gold_csv())
    arguments = ["--task", "classification", "--gold", str(tmp_path / "gold.csv"), "--json"]
    for who, data in files.items():
        (tmp_path / f"{who}.csv").write_bytes(data)
        arguments += ["--vendor", f"{lab.code(who)}={tmp_path / who}.csv"]
    with pytest.raises(SystemExit):
        main(["pilot", "compare", *arguments])
    told = json.loads(capsys.readouterr().out)
    ours = json.loads(json.dumps(found.document))
    order = {one["name"]: one for one in told["vendors"]}
    assert {one["name"]: one for one in ours["vendors"]} == order
    assert ours["probability_best"] == told["probability_best"]
    assert ours["minimum_detectable_difference"] == told["minimum_detectable_difference"]
    assert found.candidates[0].name == "Harbor"


@pytest.mark.one_store
def test_metrics_come_as_intervals_with_their_evidence_and_the_price_per_accepted_label(lab: Lab) -> None:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    lab.offer("Harbor", [*PER_LABEL, {"name": "Set-up", "amount": "500", "per": "fixed", "labor": False}])
    found = lab.compared()
    with lab.db.reading() as session:
        measures = metrics_for(session, lab.candidates["Harbor"])
        assert metrics_for(session, lab.candidates["Mosaic"]) == {}
    one = measures["accuracy"]
    assert one.mid == pytest.approx(114 / 120)
    assert one.low is not None
    assert one.high is not None
    assert one.low < one.mid < one.high
    assert (one.evidence.kind, one.evidence.id, one.evidence.revision) == (
        "pilot_result", str(found.result_id), 1,
    )  # fmt: skip
    # 100,000 accepted labels at 0.95 accepted: 105,263 labels at 0.118 and 500 once.
    price = measures["cost.per_accepted"]
    assert (price.unit, price.mid) == ("USD", pytest.approx((105_263 * 0.118 + 500) / 100_000, abs=1e-5))
    assert measures["by_class.f1"].note in ("cat", "dog", "owl")
    assert measures["seconds_per_label"].mid == pytest.approx(5.0)
    assert measures["accepted_per_labeler_day"].mid == pytest.approx(7 * 3600 / 5 * 0.95)


def test_new_gold_computes_everything_again_and_keeps_the_old(lab: Lab) -> None:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    before = lab.compared()
    assert lab.gold(gold_csv(shift=1)).number == 2
    with lab.db.reading() as session:
        assert service.comparison_of(session, lab.pilot_id) is None
    after = lab.compared()
    assert (before.revision, after.revision, after.gold) == (1, 2, 2)
    first, second = (one.candidates[0].metrics["accuracy"].value for one in (before, after))
    assert first is not None
    assert second is not None
    assert second < first
    assert stored(lab.db, PilotResult) == 2


def test_gold_replaced_after_the_start_needs_a_reason_and_the_result_tells_both(lab: Lab) -> None:
    lab.gold(gold_csv(), note="")
    assert lab.gold(gold_csv(shift=1), note="").changes == "12 items with other labels"
    lab.deliver("Harbor", delivery_csv(20))
    assert not any("replaced" in line for line in lab.compared().warnings)  # it was there before the delivery
    with pytest.raises(Invalid) as refused:
        lab.gold(gold_csv(), note=" ")
    assert [one.where for one in refused.value.problems] == ["note"]
    lab.gold(gold_csv(), note="Owls were cats.")
    told = (
        "Gold version 3 replaced version 2 after deliveries were in: 12 items with other labels. "
        "Reason: Owls were cats."
    )
    assert told in lab.compared().warnings


def test_figures_of_an_older_engine_are_computed_again_without_being_asked(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    lab.compared()
    with lab.db.writing() as session:
        assert computing.catch_up(session) == 0
    monkeypatch.setattr(computing, "ENGINE", "assay-pilots/later")
    with lab.db.writing() as session:
        assert computing.catch_up(session) == 1


def test_gold_that_no_delivery_fits_is_refused_and_the_old_one_stays(lab: Lab) -> None:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    with pytest.raises(Invalid) as failure:
        lab.gold(gold_csv(items=60))
    ((field, message),) = problems(failure)
    assert field == "file"
    assert f"{lab.code('Harbor')}, round 1 does not fit this gold: item 'i060'" in message
    assert stored(lab.db, GoldVersion) == 1


def test_delivery_for_another_pilot_is_refused_in_one_sentence(lab: Lab) -> None:
    lab.gold(gold_csv())
    other = delivery_csv(20).replace(b"\ni", b"\nx")
    with pytest.raises(Invalid) as failure:
        lab.deliver("Harbor", other)
    found = problems(failure)
    assert [field for field, _ in found] == ["file"]
    assert "labels.csv: this is a delivery for another pilot: 120 of its 120 items are not in" in found[0][1]
    assert stored(lab.db, Delivery) == 0


@pytest.mark.one_store
@pytest.mark.parametrize(
    ("data", "name", "remedy"),
    [
        (b'item,label\n"i000,cat\n', "cut.csv", "the file may be cut off"),
        (zipped(b"item,label"), "labels.zip", "no rows"),
        (b"\x7fELF" + b"\x00" * 40, "labels.bin", "JSON, JSON Lines, CSV"),
        (b"", "labels.csv", "is empty"),
        (boxes_gold(), "labels.json", "COCO holds boxes, polygons and masks only"),
        (b"item;tag\ni000;cat\n", "labels.csv", "column missing: label"),
        (b"item,label\n", "labels.csv", "no rows"),
    ],
)
def test_broken_delivery_is_refused_with_the_remedy(lab: Lab, data: bytes, name: str, remedy: str) -> None:
    lab.gold(gold_csv())
    with pytest.raises(Invalid) as failure:
        lab.deliver("Harbor", data, name)
    assert remedy in " ".join(message for _, message in problems(failure))
    assert stored(lab.db, Delivery) == 0


def test_same_file_twice_is_refused_also_for_another_candidate(lab: Lab) -> None:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    for who in ("Harbor", "Mosaic"):
        with pytest.raises(Conflict, match=f"candidate {lab.code('Harbor')}, round 1") as failure:
            lab.deliver(who, delivery_csv(20))
        assert failure.value.field == "file"


def test_round_is_added_replaced_taken_out_and_restored(lab: Lab) -> None:
    lab.gold(gold_csv())
    first = lab.deliver("Harbor", delivery_csv(10))
    assert lab.deliver("Harbor", delivery_csv(15)).round == 2
    better = lab.deliver("Harbor", delivery_csv(30), replaces=True)
    assert better.round == 2
    assert lab.compared().candidates[0].delivery_id == better.id
    with lab.db.writing() as session:
        service.remove_delivery(session, actor=LEAD, delivery_id=better.id)
    assert lab.compared().candidates[0].delivery_id == first.id
    with lab.db.writing() as session:
        service.restore_delivery(session, actor=LEAD, delivery_id=better.id)
    assert lab.compared().candidates[0].delivery_id == better.id
    with lab.db.reading() as session:
        states = [row.state for row in session.exec(select(Delivery).order_by(Delivery.received_at)).all()]
    assert states == [DeliveryState.ACCEPTED, DeliveryState.REPLACED, DeliveryState.ACCEPTED]


def test_formal_evaluation_takes_no_delivery_before_the_agreements(lab_of: Callable[..., Lab]) -> None:
    lab = lab_of(Governance.FORMAL, PilotIn(task="classification", data_class="personal_eu"))
    lab.gold(gold_csv())
    with pytest.raises(Conflict, match="Data processing agreement") as failure:
        lab.deliver("Harbor", delivery_csv(20))
    assert failure.value.field == "candidate_id"
    lab.deliver("Our team", delivery_csv(25))  # needs no paper with ourselves
    with lab.db.writing() as session:
        view, _ = evaluations.candidate_of(session, actor=LEAD, candidate_id=lab.candidates["Harbor"])
        for kind in ("nda", "dpa"):
            entry = AgreementIn(kind=kind, state=AgreementState.SIGNED, signed_on="2026-01-05")
            vendors.add_agreement(session, actor=LEAD, vendor_id=view.vendor.id, entry=entry)
    assert lab.deliver("Harbor", delivery_csv(20)).round == 1


def test_price_is_sealed_from_evaluators_and_never_in_the_audit(lab: Lab) -> None:
    lab.offer("Harbor", PER_LABEL)
    with lab.db.reading() as session:
        row = service.offer_of(
            session, actor=LEAD, pilot_id=lab.pilot_id, candidate_id=lab.candidates["Harbor"]
        )
        assert row is not None
        assert [(line["amount"], line["units"]) for line in row.lines] == [(118, 10)]
        with pytest.raises(Forbidden):
            service.offer_of(
                session, actor=EVALUATOR, pilot_id=lab.pilot_id, candidate_id=lab.candidates["Harbor"]
            )
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "pilots.offer.set")).one()
        assert "118" not in json.loads(event.body)["after"]
        assert set(json.loads(event.body)["after"]) == {"candidate", "lines", "price"}
        assert len(json.loads(event.body)["after"]["price"]) == 64


def test_closed_pilot_takes_nothing_until_it_is_reopened(lab: Lab) -> None:
    with lab.db.writing() as session, pytest.raises(Conflict, match="Nobody has delivered"):
        service.close_pilot(session, actor=LEAD, pilot_id=lab.pilot_id)
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    with lab.db.writing() as session:
        service.close_pilot(session, actor=LEAD, pilot_id=lab.pilot_id)
    with pytest.raises(Conflict, match="reopen it"):
        lab.deliver("Mosaic", delivery_csv(25))
    with lab.db.writing() as session:
        service.reopen_pilot(session, actor=LEAD, pilot_id=lab.pilot_id)
    assert lab.deliver("Mosaic", delivery_csv(25)).round == 1


@pytest.mark.one_store
def test_side_file_of_times_gives_seconds_and_its_faults_stand_at_its_field(
    lab_of: Callable[..., Lab],
) -> None:
    lab = lab_of(Governance.TEAM, PilotIn(task="boxes"))
    lab.gold(boxes_gold(), "gold.json")
    rows = json.loads(boxes_gold())["annotations"]
    labels = json.dumps([{**row, "score": 1} for row in rows]).encode()
    with pytest.raises(Invalid) as failure:
        lab.deliver("Harbor", labels, "boxes.json", times=b"item_id,seconds\nshelf-1.jpg,-3\n")
    assert problems(failure)[0][0] == "times"
    times = b"item_id,annotator,seconds\n" + b"".join(
        b"shelf-%d.jpg,a%d,%d\n" % (at, at, 10) for at in range(1, 5)
    )
    delivery = lab.deliver("Harbor", labels, "boxes.json", times=times)
    assert delivery.annotators == 4
    pace = lab.compared().candidates[0].pace
    assert pace is not None
    assert (pace.seconds_per_item, pace.seconds_per_label) == (10, 5)


def test_file_that_eats_memory_or_time_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="needs more than 300 MB of memory"):
        child.run("tests.pilots.greedy:memory", {}, memory=300 << 20)
    with pytest.raises(Invalid, match=r"made its reader stop|takes longer"):
        child.run("tests.pilots.greedy:time", {}, seconds=1)


def test_next_thing_of_a_pilot_waits_in_the_work_queue(lab: Lab) -> None:
    def waiting() -> list[tuple[str, str]]:
        with lab.db.reading() as session:
            return [(one.title, one.note) for one in service.work_items_of(session, LEAD)]

    assert waiting() == [("Upload the gold", "the pilot is planned")]
    lab.gold(gold_csv())
    for at, who in enumerate(lab.candidates, 10):
        lab.deliver(who, delivery_csv(at))
        if who == "Harbor":
            assert waiting() == [("Take in pilot deliveries", "3 of 4 are missing")]
    assert waiting() == [("Close the pilot", "everybody has delivered")]
    with lab.db.reading() as session:
        assert not service.work_items_of(session, EVALUATOR)
