import pytest
from sqlmodel import select

from app.assessment import service
from app.assessment.models import Rating
from app.assessment.schemas import ConflictIn, ConsensusIn, LockIn, PinIn, PriceIn, RatingIn, WeightsIn
from app.audit.models import AuditEvent
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.models import Governance, StepName
from app.kit import canonical
from app.kit.actors import Actor
from app.kit.db import Database
from tests.assessment.world import World, make_world

NORTHWIND, HARBOR = "Northwind Labels", "Harbor Annotation"


def test_draft_rating_counts_for_nothing_until_it_is_locked(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    world.rate(rater, NORTHWIND, "process", "measured")
    world.rate(rater, NORTHWIND, "vetting", "checked")
    key = (world.candidates[NORTHWIND], "process")
    assert world.analysis().cells[key].cell.status == "open"
    world.lock(rater, NORTHWIND)
    assert world.analysis().cells[key].cell.mid == "measured"


def test_rating_after_the_lock_is_refused(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    world.lock(rater, NORTHWIND, leave_open=True)
    with pytest.raises(Conflict) as refused:
        world.rate(rater, NORTHWIND, "process", "measured")
    assert refused.value.code == "assessment.ratings_locked"


def test_lock_names_every_criterion_that_is_not_rated(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    with pytest.raises(Invalid) as refused:
        world.lock(rater, NORTHWIND)
    assert [problem.message for problem in refused.value.problems] == [
        "Quality process is not rated yet.",
        "Vetting is not rated yet.",
    ]


def test_criterion_asks_the_roles_it_names_and_everybody_when_none_of_them_rates(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    world.rate(rater, NORTHWIND, "vetting", "secure")  # no security reviewer on the panel
    security = world.on_panel(Role.SECURITY_REVIEWER)
    with pytest.raises(Forbidden):
        world.rate(rater, HARBOR, "vetting", "secure")
    world.rate(security, HARBOR, "vetting", "secure")
    with pytest.raises(Forbidden):
        world.rate(security, HARBOR, "process", "written")


def test_reader_cannot_rate(db: Database) -> None:
    world = make_world(db)
    with pytest.raises(Forbidden):
        world.rate(world.on_panel(Role.READER), NORTHWIND, "process", "measured")


@pytest.mark.parametrize("value", ["superb", 3, True])
def test_value_that_is_no_level_is_refused_naming_the_levels(db: Database, value: object) -> None:
    world = make_world(db, governance=Governance.SOLO)
    with pytest.raises(Invalid, match="none, written, measured, managed"):
        world.rate(world.lead, NORTHWIND, "process", value)


def test_rater_cannot_read_the_result_before_the_last_own_lock(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    reader = world.on_panel(Role.READER)

    def read(actor: Actor) -> None:
        with db.reading() as session:
            service.result_of(session, actor=actor, evaluation_id=world.evaluation)

    read(reader)
    for name in world.candidates:
        with pytest.raises(Conflict, match="your own ratings"):
            read(rater)
        world.lock(rater, name, leave_open=True)
    read(rater)


def test_conflict_of_interest_takes_ratings_out_as_absent(db: Database) -> None:
    world = make_world(db)
    first, second = world.on_panel(Role.EVALUATOR), world.on_panel(Role.EVALUATOR)
    for rater, level in ((first, "none"), (second, "managed")):
        world.rate(rater, NORTHWIND, "process", level)
        world.lock(rater, NORTHWIND, leave_open=True)
    key = (world.candidates[NORTHWIND], "process")
    assert (world.analysis().cells[key].value.low, world.analysis().cells[key].value.mid) == (0, 500_000)
    entry = ConflictIn(candidate_id=world.candidates[NORTHWIND], reason="my sister works there")
    with db.writing() as session:
        service.declare_conflict(session, actor=first, evaluation_id=world.evaluation, entry=entry)
    cell = world.analysis().cells[key]
    assert (cell.cell.mid, cell.single) == ("managed", True)


def test_the_audit_chain_tells_that_somebody_judged_and_not_how(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    world.rate(rater, NORTHWIND, "process", "managed")
    world.lock(rater, NORTHWIND, leave_open=True)
    entry = ConsensusIn(
        candidate_id=world.candidates[NORTHWIND], criterion="process", value="measured", reason="shown to us"
    )
    with db.writing() as session:
        service.set_consensus(session, actor=world.lead, evaluation_id=world.evaluation, entry=entry)
    sealed = ("assessment.rating.locked", "assessment.consensus.set")
    with db.reading() as session:
        rating = session.exec(select(Rating)).one()
        bodies = [event.body for event in session.exec(select(AuditEvent)) if event.action in sealed]
    assert len([body for body in bodies if '"digest"' in body]) == 2
    assert not [body for body in bodies if '"managed"' in body or '"measured"' in body]
    guesses = [canonical.digest([level, "", str(rating.id)]) for level in ("none", "written", "managed")]
    assert not [body for body in bodies for guess in guesses if guess in body]


def test_consensus_replaces_the_spread_and_keeps_the_ratings(db: Database) -> None:
    world = make_world(db)
    first, second = world.on_panel(Role.EVALUATOR), world.on_panel(Role.EVALUATOR)
    entry = ConsensusIn(
        candidate_id=world.candidates[NORTHWIND],
        criterion="process",
        value="measured",
        reason="the benchmark was shown to both",
    )

    def agree() -> None:
        with db.writing() as session:
            service.set_consensus(session, actor=world.lead, evaluation_id=world.evaluation, entry=entry)

    with pytest.raises(Conflict, match="Nobody has locked"):
        agree()
    for rater, level in ((first, "none"), (second, "managed")):
        world.rate(rater, NORTHWIND, "process", level)
        world.lock(rater, NORTHWIND, leave_open=True)
    agree()
    cell = world.analysis().cells[world.candidates[NORTHWIND], "process"]
    assert (cell.value.low, cell.value.mid, cell.value.high) == (800_000, 800_000, 800_000)
    assert [ref.kind for ref in cell.evidence] == ["consensus", "rating", "rating"]
    assert world.analysis().panel.disagreements[0].settled
    with db.reading() as session:
        assert {row.value for row in session.exec(select(Rating)).all()} == {"none", "managed"}


def test_record_tells_that_a_rating_was_drafted_and_not_what(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    world.rate(rater, NORTHWIND, "process", "measured", note="saw the board")
    with db.reading() as session:
        bodies = [row.body for row in session.exec(select(AuditEvent)).all() if "rating" in row.action]
    assert len(bodies) == 1
    assert "measured" not in bodies[0]
    assert "saw the board" not in bodies[0]


def test_scores_step_counts_evaluators_that_are_done(db: Database) -> None:
    world = make_world(db)
    first, _ = world.on_panel(Role.EVALUATOR), world.on_panel(Role.EVALUATOR)
    for name in world.candidates:
        world.lock(first, name, leave_open=True)
    with db.reading() as session:
        step = evaluations.steps_of(session, world.evaluation)[StepName.SCORES]
    assert (step.state, step.note) == ("current", "1 of 2")


def test_weights_and_anchors_refuse_changes_after_the_lock(db: Database) -> None:
    world = make_world(db)
    weights = WeightsIn(groups={"quality": 50, "security": 20, "price": 30})
    with db.writing() as session:
        service.set_weights(
            session, actor=world.lead, evaluation_id=world.evaluation, entry=weights, seen=None
        )
        service.lock_weights(session, actor=world.lead, evaluation_id=world.evaluation)
    assert world.analysis().analysis.group_weights["quality"] == 0.5
    with pytest.raises(Conflict, match="for good"), db.writing() as session:
        service.set_weights(
            session, actor=world.lead, evaluation_id=world.evaluation, entry=weights, seen=None
        )
    with pytest.raises(Conflict, match="for good"), db.writing() as session:
        price = PriceIn(target=1, cap=2)
        service.set_price(session, actor=world.lead, evaluation_id=world.evaluation, entry=price, seen=None)
    with pytest.raises(Conflict, match="can no longer be replaced"), db.writing() as session:
        service.pin_scorecard(
            session, actor=world.lead, evaluation_id=world.evaluation, entry=PinIn(key="image-labeling")
        )


def test_order_of_importance_gives_the_centroid_of_that_order(db: Database) -> None:
    world = make_world(db)
    weights = WeightsIn(method="order", groups={"quality": 1, "security": 3, "price": 2})
    with db.writing() as session:
        service.set_weights(
            session, actor=world.lead, evaluation_id=world.evaluation, entry=weights, seen=None
        )
    found = world.analysis().analysis.group_weights
    # Edwards & Barron 1994: 11/18, 5/18, 2/18
    assert [round(found[name], 6) for name in ("quality", "price", "security")] == [
        0.611111,
        0.277778,
        0.111111,
    ]


def test_all_faulty_weights_are_named_at_once(db: Database) -> None:
    world = make_world(db)
    weights = WeightsIn(method="swing", groups={"quality": 80, "colour": 20}, criteria={"f2": 3})
    with pytest.raises(Invalid) as refused, db.writing() as session:
        service.set_weights(
            session, actor=world.lead, evaluation_id=world.evaluation, entry=weights, seen=None
        )
    assert {problem.where for problem in refused.value.problems} == {
        "groups.security",
        "groups.price",
        "groups.colour",
        "criteria.f2",
        "groups",
    }


def test_small_team_keeps_the_short_list_and_what_must_haves_read(db: Database) -> None:
    world = make_world(db, governance=Governance.SOLO)
    with db.writing() as session:
        entry = PinIn(key="image-labeling", small_team=True)
        pin = service.pin_scorecard(session, actor=world.lead, evaluation_id=world.evaluation, entry=entry)
        kept = [criterion.id for criterion in service.scorecard_of(pin).criteria]
        assert pin.price["currency"] == "USD"
    assert len(kept) == 10
    assert "tool_integration" in kept  # the must-have 'export' reads it
    assert "vetting" not in kept


def test_small_team_list_is_refused_in_team_governance(db: Database) -> None:
    world: World = make_world(db)
    with pytest.raises(Invalid, match="solo governance"), db.writing() as session:
        entry = PinIn(key="image-labeling", small_team=True)
        service.pin_scorecard(session, actor=world.lead, evaluation_id=world.evaluation, entry=entry)


def test_conflicted_person_neither_rates_nor_waits(db: Database) -> None:
    world = make_world(db, names=(NORTHWIND,))
    rater = world.on_panel(Role.EVALUATOR)
    entry = ConflictIn(candidate_id=world.candidates[NORTHWIND], reason="holds shares")
    with db.writing() as session:
        service.declare_conflict(session, actor=rater, evaluation_id=world.evaluation, entry=entry)
    with pytest.raises(Conflict, match="conflict of interest"):
        world.rate(rater, NORTHWIND, "process", "measured")
    with db.writing() as session, pytest.raises(Conflict):
        service.lock_ratings(
            session,
            actor=rater,
            evaluation_id=world.evaluation,
            entry=LockIn(candidate_id=world.candidates[NORTHWIND]),
        )
    with db.reading() as session:
        service.result_of(session, actor=rater, evaluation_id=world.evaluation)


def test_rating_is_taken_back_by_sending_no_value(db: Database) -> None:
    world = make_world(db)
    rater = world.on_panel(Role.EVALUATOR)
    world.rate(rater, NORTHWIND, "process", "measured")
    entry = RatingIn(candidate_id=world.candidates[NORTHWIND], criterion="process")
    with db.writing() as session:
        assert service.rate(session, actor=rater, evaluation_id=world.evaluation, entry=entry) is None
    with db.reading() as session:
        assert session.exec(select(Rating)).all() == []
