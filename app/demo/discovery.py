"""Discovery calls of the demonstration: the vendors answer through their own links."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose
from app.demo.build import Opened, Stage, Story
from app.files.service import Purpose
from app.kit.actors import Actor
from app.kit.db import WriteSession
from app.questionnaires import service as questionnaires
from app.questionnaires.models import Confidence, Variant
from app.questionnaires.schemas import AnswerIn, SendIn, StartIn

REPORT = "metrics_reported"
_REPORT = "class,boxes,f1\nbottle,412,0.962\ncan,287,0.955\ncarton,198,0.941\nprice tag,530,0.973\n"


def answer(stage: Stage, opened: Opened, told: Story) -> None:
    """Send the short questionnaire to every vendor of the story, and let it answer what the story says.

    With `submitted` only those hand it in; else all do, and the lead has read and closed each.
    """
    plan = told["discovery"]
    due = stage.in_days(plan["due_in_days"]) if "due_in_days" in plan else None
    for name, holder in plan["holders"].items():
        key, secret = _send(stage, opened.candidates[name], holder, due)
        answers = {**plan["every"], **plan[name]} if plan[name] else {}
        if answers:
            proofs = {question: note for question, note in plan["proofs"].items() if question in answers}
            hands_in = name in plan.get("submitted", plan["holders"])
            _answer(stage, key, secret, answers, proofs, hands_in=hands_in)
        if "submitted" not in plan:
            with stage.database.writing() as session:
                questionnaires.close_response(session, actor=stage.people["lena"], response_id=key)


def _send(stage: Stage, candidate_id: UUID, holder: str, due: date | None) -> tuple[UUID, str]:
    lena = stage.people["lena"]
    with stage.database.writing() as session:
        begun = questionnaires.start_response(
            session, actor=lena, candidate_id=candidate_id, entry=StartIn(variant=Variant.CORE)
        )
        sent = questionnaires.send_response(
            session,
            actor=lena,
            response_id=begun.id,
            entry=SendIn(holder_name=f"{holder} (demo)", due=due),
            base_url=stage.settings.public_url,
        )
        return begun.id, sent.link.rpartition("/")[2]


def _answer(
    stage: Stage,
    key: UUID,
    secret: str,
    answers: Mapping[str, Any],
    proofs: Mapping[str, str],
    *,
    hands_in: bool,
) -> None:
    report = stage.upload(_REPORT.encode(), "quality-report-demo.csv", Purpose.EVIDENCE)
    with stage.database.writing() as session:
        vendor = accounts.actor_of_link(accounts.open_link(session, secret, LinkPurpose.VENDOR))
        for question, value in answers.items():
            _save(session, vendor, key, question, AnswerIn(value=value))
        for question, note in proofs.items():  # what came as a document counts as more than said
            entry = AnswerIn(value=answers[question], confidence=Confidence.EVIDENCED, note=note)
            _save(session, stage.people["lena"], key, question, entry)
        if hands_in:
            questionnaires.add_files(
                session, actor=vendor, response_id=key, question_id=REPORT, uploads=[report]
            )
            questionnaires.submit_response(session, actor=vendor, response_id=key)


def _save(session: WriteSession, actor: Actor, key: UUID, question: str, entry: AnswerIn) -> None:
    questionnaires.save_answer(session, actor=actor, response_id=key, question_id=question, entry=entry)
