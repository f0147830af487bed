"""Proposed answers, from a workbook or from the last time: what stands, what is new, and a tick for each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Problem
from app.questionnaires.service import Proposal, doubt_of, spell_answer
from app.questionnaires.views.fill import Filling


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposed answer; `plain` travels through the form. `warning` says why it is not ticked."""

    id: str
    question: str
    now: str
    new: str
    now_comment: str
    new_comment: str
    plain: str
    revision: str
    warning: str


@dataclass(frozen=True, slots=True)
class ProposalsPart:
    """The form of proposed answers, and what could not be taken."""

    intro: str
    action: str
    problems: tuple[str, ...]
    lines: tuple[ProposalLine, ...]
    nonce: str


def proposals_part(
    filling: Filling, intro: str, found: Sequence[Proposal], problems: Sequence[Problem], action: str
) -> ProposalsPart:
    """The form; `problems` name places of the workbook."""
    return ProposalsPart(
        intro=intro,
        action=action,
        problems=tuple(f"{item.where}: {item.message}" if item.where else item.message for item in problems),
        lines=tuple(_line(each) for each in found),
        nonce=filling.nonce,
    )


def _line(each: Proposal) -> ProposalLine:
    now = spell_answer(each.question, each.now.value) if each.now is not None else ""
    new = spell_answer(each.question, each.value)
    warning = doubt_of(each.question, each.value)
    if each.is_old:
        warning = "This answer was changed on the page after the workbook was downloaded."
    elif now and not new:
        warning = "The cell is empty: this takes the answer away."
    return ProposalLine(
        id=each.question.id,
        question=each.question.text,
        now=now,
        new=new,
        now_comment=each.now.comment if each.now is not None else "",
        new_comment=each.comment,
        plain=json.dumps(each.value),
        revision=str(each.now.revision if each.now is not None else 0),
        warning=warning,
    )
