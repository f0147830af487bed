from uuid import UUID, uuid4

import pytest

from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import Action, Role
from app.evaluations import service
from app.evaluations.models import Governance, Stage, StepName, StepState
from app.evaluations.schemas import CandidateIn, EvaluationIn, MoveIn, NeedIn, PanelIn
from app.kit.actors import Actor
from app.kit.db import Database
from app.vendors import service as vendors
from app.vendors.models import VendorStatus
from app.vendors.schemas import VendorIn, VendorStatusIn
from tests.conftest import make_user

LEAD = Actor(uuid4(), "Lena", frozenset({Role.PROCUREMENT_LEAD}))
READER = Actor(uuid4(), "Rae", frozenset({Role.READER}))


def opened(db: Database, **values: object) -> UUID:
    with db.writing() as session:
        entry = EvaluationIn(name="Shelf detection", **values)
        return service.create_evaluation(session, actor=LEAD, entry=entry).id


def vendor(db: Database, name: str) -> UUID:
    with db.writing() as session:
        return vendors.add_vendor(session, actor=LEAD, entry=VendorIn(name=name)).id


def candidate(db: Database, evaluation_id: UUID, name: str) -> UUID:
    vendor_id = vendor(db, name)
    with db.writing() as session:
        entry = CandidateIn(vendor_id=vendor_id)
        return service.add_candidate(session, actor=LEAD, evaluation_id=evaluation_id, entry=entry).id


def test_new_evaluation_has_a_number_and_stands_at_the_need(db: Database) -> None:
    first, second = opened(db), opened(db)
    with db.reading() as session:
        labels = [service.open_evaluation(session, READER, each).evaluation.label for each in (first, second)]
        assert labels == ["EV-0001", "EV-0002"]
        assert service.steps_of(session, first)[StepName.NEED].state is StepState.CURRENT


def test_formal_evaluation_is_unknown_to_people_off_its_panel(db: Database) -> None:
    evaluation_id = opened(db, governance=Governance.FORMAL)
    rae = make_user(db, Role.READER)
    with db.reading() as session, pytest.raises(NotFound):
        service.open_evaluation(session, rae, evaluation_id)
    with db.writing() as session:
        entry = PanelIn(user_id=rae.id, roles=[Role.EVALUATOR])
        service.set_member(session, actor=LEAD, evaluation_id=evaluation_id, entry=entry)
    with db.reading() as session:
        assert service.open_evaluation(session, rae, evaluation_id, Action.RATE).panel == {Role.EVALUATOR}


def test_complete_need_ends_its_step(db: Database) -> None:
    evaluation_id = opened(db)
    with db.writing() as session:
        need = NeedIn(volume="1,200,000", techniques=["bounding_box"], budget=180_000_00)
        service.set_need(session, actor=LEAD, evaluation_id=evaluation_id, need=need, seen=1)
    with db.reading() as session:
        access = service.open_evaluation(session, READER, evaluation_id)
        assert service.need_of(access.evaluation).volumes == (600_000, 1_200_000, 2_400_000)
        assert service.steps_of(session, evaluation_id)[StepName.NEED].state is StepState.DONE


def test_candidate_moves_with_reason_and_basis_and_counts_on_the_journey(db: Database) -> None:
    evaluation_id = opened(db)
    candidate_id = candidate(db, evaluation_id, "Harbor")
    with db.writing() as session:
        entry = MoveIn(stage=Stage.SHORTLIST, reason="covers all techniques")
        service.move_candidate(
            session, actor=LEAD, candidate_id=candidate_id, entry=entry, basis={"match": "3 of 3"}
        )
    with db.reading() as session:
        move = service.moves_of(session, candidate_id)[0]
        assert (move.before, move.after, move.basis) == (Stage.LONGLIST, Stage.SHORTLIST, {"match": "3 of 3"})
        steps = service.steps_of(session, evaluation_id)
        assert (steps[StepName.SEARCH].note, steps[StepName.SHORTLIST].note) == ("1", "1")


def test_stage_that_cannot_follow_is_refused(db: Database) -> None:
    candidate_id = candidate(db, opened(db), "Harbor")
    with pytest.raises(Conflict, match=r"only .* can follow"), db.writing() as session:
        entry = MoveIn(stage=Stage.SELECTED, reason="because")
        service.move_candidate(session, actor=LEAD, candidate_id=candidate_id, entry=entry)


def test_vendor_enters_once_and_only_when_active(db: Database) -> None:
    evaluation_id = opened(db)
    vendor_id = vendor(db, "Harbor")
    with db.writing() as session:
        entry = CandidateIn(vendor_id=vendor_id)
        service.add_candidate(session, actor=LEAD, evaluation_id=evaluation_id, entry=entry)
    with pytest.raises(Conflict, match="candidate already"), db.writing() as session:
        service.add_candidate(session, actor=LEAD, evaluation_id=evaluation_id, entry=entry)
    held = vendor(db, "Held")
    with db.writing() as session:
        status = VendorStatusIn(status=VendorStatus.ON_HOLD, reason="court case")
        vendors.set_status(session, actor=LEAD, vendor_id=held, entry=status)
    with pytest.raises(Conflict, match="court case"), db.writing() as session:
        service.add_candidate(
            session, actor=LEAD, evaluation_id=evaluation_id, entry=CandidateIn(vendor_id=held)
        )


def test_codes_are_unique_and_do_not_show_the_order(db: Database) -> None:
    evaluation_id = opened(db)
    for number in range(12):
        candidate(db, evaluation_id, f"Vendor {number}")
    with db.reading() as session:
        codes = [view.candidate.code for view in service.candidates_of(session, evaluation_id)]
    assert len(set(codes)) == 12
    assert codes != sorted(codes)


def test_copy_takes_need_panel_and_candidates(db: Database) -> None:
    source = opened(db)
    candidate(db, source, "Harbor")
    with db.writing() as session:
        need = NeedIn(volume=10, techniques=["polygon"])
        service.set_need(session, actor=LEAD, evaluation_id=source, need=need, seen=None)
    copy = opened(db, copy_from=source)
    with db.reading() as session:
        access = service.open_evaluation(session, READER, copy)
        assert service.need_of(access.evaluation).volume == 10
        assert [view.name for view in service.candidates_of(session, copy)] == ["Harbor"]


def test_cancelled_evaluation_refuses_changes_until_reopened(db: Database) -> None:
    evaluation_id = opened(db)
    with db.writing() as session:
        service.cancel_evaluation(session, actor=LEAD, evaluation_id=evaluation_id, reason="no budget")
    with pytest.raises(Conflict, match="reopen"), db.writing() as session:
        service.set_need(session, actor=LEAD, evaluation_id=evaluation_id, need=NeedIn(), seen=None)
    with db.writing() as session:
        service.reopen_evaluation(session, actor=LEAD, evaluation_id=evaluation_id, reason="budget came")
        service.set_need(session, actor=LEAD, evaluation_id=evaluation_id, need=NeedIn(volume=1), seen=None)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"volume": 10, "volume_low": 20}, "low volume"),
        ({"techniques": ["flying"]}, "not in the taxonomy"),
        ({"currency": "usd"}, "three letters"),
        ({"pilot_data_class": "secret"}, "data classes"),
        ({"volume": -1}, "greater"),
    ],
)
def test_impossible_need_is_refused(values: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        NeedIn(**values)


def test_person_without_roles_cannot_be_put_on_the_panel(db: Database) -> None:
    evaluation_id = opened(db)
    with pytest.raises(Invalid, match="at least one role"), db.writing() as session:
        service.set_member(session, actor=LEAD, evaluation_id=evaluation_id, entry=PanelIn(user_id=uuid4()))
