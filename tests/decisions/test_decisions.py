"""From a draft to an answer: who may, once, and what follows."""

import json
from uuid import uuid4

import pytest
from sqlmodel import select

from app.accounts.models import OneTimeLink
from app.audit import service as audit
from app.audit.models import AuditEvent
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.permissions import Role
from app.decisions import service
from app.decisions.models import DecisionState
from app.decisions.schemas.entries import AnswerIn, ApprovalLinkIn, ReasonIn
from app.decisions.schemas.record import digest_of
from app.evaluations import service as evaluations
from app.evaluations.models import EvaluationState, Governance, StepName, StepState
from app.kit.db import Database
from tests.conftest import make_user
from tests.decisions.world import HARBOR, NORTHWIND, POLYLINE, make_case


def test_a_draft_starts_with_leader_runner_up_cost_and_open_must_haves(db: Database) -> None:
    case = make_case(db, certified=False)
    row = case.draft()
    assert (row.selected_id, row.reserve_id) == (
        case.world.candidates[NORTHWIND],
        case.world.candidates[HARBOR],
    )
    assert (row.amount, row.currency, row.months) == (8_000_000, "USD", 12)  # 1,000,000 labels at 0.08
    assert [one["text"] for one in row.conditions] == ["Independent assurance"]
    with pytest.raises(Conflict, match="continue or withdraw"):
        case.draft()


def test_a_stale_edit_tells_both_texts(db: Database) -> None:
    case = make_case(db)
    row = case.draft()
    case.edit(row, give_up=["Price"])
    with pytest.raises(Conflict) as caught:
        case.edit(row, give_up=["Speed"])
    assert (caught.value.theirs["give_up"], caught.value.yours["give_up"]) == ("Price", "Speed")


def test_proposing_tells_everything_that_is_missing_at_once(db: Database) -> None:
    case = make_case(db)
    row = case.edit(case.draft(), selected_id=None, amount=None, reserve_id=None, reserve_until="2031-01-01")
    with pytest.raises(Invalid) as caught:
        case.propose(row)
    assert [one.where for one in caught.value.problems] == ["selected_id", "amount", "reserve_id"]


def test_a_candidate_that_fails_a_must_have_cannot_be_proposed(db: Database) -> None:
    case = make_case(db)
    row = case.edit(case.draft(), selected_id=case.world.candidates[POLYLINE])
    with pytest.raises(Invalid, match="F1 floor"):
        case.propose(row)


def test_a_candidate_of_another_evaluation_is_refused(db: Database) -> None:
    case = make_case(db)
    with pytest.raises(Invalid, match="of this evaluation"):
        case.edit(case.draft(), reserve_id=uuid4())


def test_a_frozen_record_has_its_digest_and_keeps_it_when_read_back(db: Database) -> None:
    case = make_case(db)
    _, memo = case.proposed()
    with db.reading() as session:
        stored = session.get_one(type(memo), memo.id)
        assert digest_of(stored.record) == stored.digest
        assert digest_of(service.frozen_memo(session, stored).record.document()) == stored.digest
        assert digest_of(json.loads(json.dumps(stored.record))) == stored.digest


def test_approval_moves_candidates_decides_the_evaluation_and_ends_the_step(db: Database) -> None:
    case = make_case(db, Governance.TEAM)
    row, memo = case.proposed()
    case.answer(row, memo)
    assert case.row(row.id).state is DecisionState.APPROVED
    assert (case.stage(NORTHWIND), case.stage(HARBOR)) == ("selected", "reserve")
    assert case.evaluated().state is EvaluationState.DECIDED
    with db.reading() as session:
        assert evaluations.steps_of(session, case.evaluation)[StepName.DECISION].state is StepState.DONE


def test_the_recommender_approves_only_in_solo_governance(db: Database) -> None:
    case = make_case(db, Governance.TEAM)
    case.approver = case.lead = make_user(db, Role.PROCUREMENT_LEAD, Role.APPROVER)
    row, memo = case.proposed()
    with pytest.raises(Forbidden, match="does not approve"):
        case.answer(row, memo)
    with db.writing() as session, pytest.raises(Invalid, match="own address"):
        own = ApprovalLinkIn(name="Me", email=_address_of(case.lead.id, session))
        service.issue_approval_link(
            session, actor=case.lead, decision_id=row.id, entry=own, public_url="", hours=1
        )


def _address_of(user_id: object, session: object) -> str:
    from app.accounts.models import User

    return str(session.get(User, user_id).email)  # type: ignore[attr-defined]


def test_alone_one_person_recommends_and_approves_and_the_memo_says_so(db: Database) -> None:
    case = make_case(db)
    case.approver = case.lead = make_user(db, Role.PROCUREMENT_LEAD, Role.APPROVER)
    row, memo = case.proposed()
    case.answer(row, memo)
    assert case.row(row.id).state is DecisionState.APPROVED
    off = memo.record["controls"]["off"]
    assert "approval by somebody else than the recommender" in off


def test_who_has_no_right_to_approve_is_refused(db: Database) -> None:
    case = make_case(db)
    row, memo = case.proposed()
    case.approver = make_user(db, Role.EVALUATOR)
    with pytest.raises(Forbidden):
        case.answer(row, memo)


def test_a_link_approves_exactly_once(db: Database) -> None:
    case = make_case(db, Governance.FORMAL)
    case.lead = make_user(db, Role.ADMIN)
    row, memo = case.proposed()
    secret, second = case.link(row), case.link(row, "Cem Second")
    answer = case.by_link(secret, memo)
    assert (answer.holder_name, answer.by_link, answer.memo_digest) == ("Bea Budget", True, memo.digest)
    with pytest.raises(Conflict, match="works once"):
        case.by_link(secret, memo)
    with pytest.raises(Conflict, match="nothing to approve"):
        case.by_link(second, memo)
    assert case.stage(NORTHWIND) == "selected"


def test_a_refused_answer_leaves_the_link_usable(db: Database) -> None:
    case = make_case(db)
    row, memo = case.proposed()
    secret = case.link(row)
    case.world.value(NORTHWIND, "cost", 0.09)
    with pytest.raises(Conflict, match="proposed again"):
        case.by_link(secret, memo)
    assert case.by_link(secret, memo, "return", "The price has changed.").verdict == "return"
    assert case.row(row.id).state is DecisionState.DRAFT


def test_a_link_answers_only_the_memo_of_its_own_decision(db: Database) -> None:
    case = make_case(db)
    row, memo = case.proposed()
    secret = case.link(row)
    other = memo.model_copy(update={"digest": "0" * 64})
    with pytest.raises(NotFound, match="not the one"):
        case.by_link(secret, other)
    with db.writing() as session, pytest.raises(NotFound):
        service.withdraw_link(session, actor=case.lead, decision_id=row.id, link_id=uuid4())


def test_a_signed_in_recommender_cannot_use_the_link_of_another(db: Database) -> None:
    case = make_case(db, Governance.TEAM)
    row, memo = case.proposed()
    secret = case.link(row)
    entry = AnswerIn(verdict="approve", memo_digest=memo.digest)
    with db.writing() as session, pytest.raises(Forbidden):
        service.decide_by_link(session, secret=secret, entry=entry, present=case.lead)


def test_an_answer_to_an_older_memo_is_refused(db: Database) -> None:
    case = make_case(db)
    row, old = case.proposed()
    case.answer(row, old, "return", "Name a reserve date.")
    new = case.propose(case.edit(case.row(row.id), reserve_until="2031-01-31"))
    assert (old.number, new.number) == (1, 2)
    with pytest.raises(Conflict, match="newer version"):
        case.answer(row, old)
    case.answer(row, new)


def test_time_passing_does_not_make_a_memo_stale_but_a_new_rating_does(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    from app.kit import clock

    case = make_case(db)
    _, memo = case.proposed()
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, 1, 15, tzinfo=UTC))
    with db.reading() as session:
        assert not service.is_stale(session, memo)
    monkeypatch.undo()
    case.world.rate(case.world.lead, HARBOR, "process", "managed")
    with db.reading() as session:
        assert service.is_stale(session, memo)


def test_withdrawing_an_approved_decision_opens_the_evaluation_again(db: Database) -> None:
    case = make_case(db)
    row, memo = case.proposed()
    case.answer(row, memo)
    with db.writing() as session:
        reason = ReasonIn(reason="The vendor was sold.")
        service.withdraw_decision(session, actor=case.lead, decision_id=row.id, entry=reason)
    assert case.evaluated().state is EvaluationState.OPEN
    assert (case.stage(NORTHWIND), case.stage(HARBOR)) == ("finalist", "finalist")
    again = case.draft()
    assert again.number == 2


def test_prices_and_memos_need_the_right_to_read_prices(db: Database) -> None:
    case = make_case(db)
    row, memo = case.proposed()
    reader = make_user(db, Role.READER)
    with db.reading() as session:
        for call in (
            lambda: service.open_memo(session, reader, memo.id),
            lambda: service.read_decision(session, reader, row.id),
            lambda: service.decisions_of(session, actor=reader, evaluation_id=case.evaluation),
        ):
            with pytest.raises(Forbidden):
                call()


def test_who_still_rates_sees_neither_draft_nor_memo(db: Database) -> None:
    case = make_case(db, Governance.TEAM)
    _, memo = case.proposed()
    rater = case.world.on_panel(Role.ML_LEAD, Role.APPROVER)
    with db.reading() as session, pytest.raises(Conflict, match="locked"):
        service.open_memo(session, rater, memo.id)


def test_waiting_approvals_stand_on_the_queue_of_those_who_may_answer(db: Database) -> None:
    case = make_case(db, Governance.TEAM)
    row, memo = case.proposed()
    both = make_user(db, Role.PROCUREMENT_LEAD, Role.APPROVER)
    with db.reading() as session:
        waiting = {name: len(service.work_items_of(session, actor)) for name, actor in
                   (("approver", case.approver), ("lead", case.lead), ("other", both))}  # fmt: skip
    assert waiting == {"approver": 1, "lead": 0, "other": 1}
    case.answer(row, memo)
    with db.reading() as session:
        assert service.work_items_of(session, case.approver) == []


def test_the_audit_chain_holds_no_name_comment_or_amount(db: Database) -> None:
    case = make_case(db)
    row = case.edit(case.draft(), risks=[{"title": "Rita Riskname leaves", "answer": ""}])
    memo = case.propose(row)
    case.by_link(case.link(row, "Bea Budget", "bea@example.org"), memo, "reject", "Ask Carl Comment first.")
    with db.reading() as session:
        bodies = "\n".join(session.exec(select(AuditEvent.body)).all())
        assert audit.verify(session).fault == ""
        assert session.exec(select(OneTimeLink.holder_name)).all() == ["Bea Budget"]
    for told in ("Bea", "bea@", "Carl", "Rita", "8000000"):
        assert told not in bodies
