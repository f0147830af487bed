"""How the demonstration decides: a recommendation, its memo, an approval by link, the first tasks after it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.decisions import service as decisions
from app.decisions.models import Decision, Verdict
from app.decisions.schemas.entries import (
    AnswerIn,
    ApprovalLinkIn,
    ConditionIn,
    DecisionIn,
    NextStepIn,
    RiskIn,
)
from app.demo.build import Opened, Stage, Story
from app.demo.people import DOMAIN
from app.onboarding import service as onboarding
from app.onboarding.schemas import StartIn, TaskIn, TaskStateIn


@dataclass(frozen=True, slots=True)
class Proposed:
    """A recommendation before the approver: the candidate, and the digest of the memo that is answered."""

    decision_id: UUID
    selected_id: UUID
    digest: str


def recommend(stage: Stage, opened: Opened, told: Story) -> Proposed:
    """Write the recommendation that the figures suggest, with the story's texts, and propose it."""
    lena = stage.people["lena"]
    with stage.database.writing() as session:
        row = decisions.draft_decision(session, actor=lena, evaluation_id=opened.id)
        entry = _entry(stage, row, told["decision"])
        if entry.selected_id is None:
            raise RuntimeError("the figures of the demonstration put no vendor first")
        decisions.edit_decision(session, actor=lena, decision_id=row.id, entry=entry, seen=None)
        memo = decisions.propose(session, actor=lena, decision_id=row.id)
        proposed = Proposed(row.id, entry.selected_id, memo.digest)
    stage.work()  # prints the memo
    return proposed


def _entry(stage: Stage, row: Decision, texts: Story) -> DecisionIn:
    condition: dict[str, Any] = dict(texts["condition"])
    by = stage.in_days(condition.pop("in_days"))
    conditions = [ConditionIn.model_validate({**found, **condition, "by": by}) for found in row.conditions]
    steps = [
        NextStepIn(on=stage.in_days(item["in_days"]) if "in_days" in item else None, text=item["text"])
        for item in texts["next_steps"]
    ]
    return DecisionIn(
        selected_id=row.selected_id,
        reserve_id=row.reserve_id,
        reserve_until=stage.in_days(texts["reserve_days"]),
        amount=row.amount,
        currency=row.currency,
        months=row.months,
        give_up=texts["give_up"],
        risks=[RiskIn(**item) for item in texts["risks"]],
        dissent=texts["dissent"],
        next_steps=steps,
        conditions=conditions,
    )


def approve(stage: Stage, told: Story, proposed: Proposed) -> None:
    """The approver answers through a link, as somebody without an account would."""
    ruth, plan = stage.people["ruth"], told["approval"]
    with stage.database.writing() as session:
        address = decisions.issue_approval_link(
            session,
            actor=stage.people["lena"],
            decision_id=proposed.decision_id,
            entry=ApprovalLinkIn(name=ruth.name, email=f"ruth@{DOMAIN}"),
            public_url=stage.settings.public_url,
            hours=plan["hours"],
        )
    with stage.database.writing() as session:
        answer = AnswerIn(verdict=Verdict.APPROVE, memo_digest=proposed.digest, comment=plan["comment"])
        decisions.decide_by_link(session, secret=address.rpartition("/")[2], entry=answer)
    stage.work()  # prints the memo with its approval


def onboard(stage: Stage, candidate_id: UUID, told: Story) -> None:
    """Start the onboarding of the selected candidate; some tasks are done, one is late, one is our own."""
    lena, plan = stage.people["lena"], told["onboarding"]
    with stage.database.writing() as session:
        begun = onboarding.start_onboarding(
            session,
            actor=lena,
            candidate_id=candidate_id,
            entry=StartIn(kickoff=stage.in_days(plan["kickoff_in_days"])),
        )
        keys = {
            task.key: task.id
            for task in onboarding.standing_of(session, actor=lena, onboarding_id=begun.id).tasks
        }
        for item in plan["done"]:
            entry = TaskStateIn(state="done", evidence=item["evidence"])
            onboarding.set_task_state(
                session, actor=stage.people[item["by"]], task_id=keys[item["task"]], entry=entry
            )
        own = plan["own"]
        task = TaskIn(
            title=own["title"],
            stage=own["stage"],
            due=stage.in_days(own["due_in_days"]),
            owner_role=own["role"],
            owner_id=stage.people["ruth"].id,
            wanted=own["wanted"],
        )
        onboarding.add_task(session, actor=lena, onboarding_id=begun.id, entry=task)
