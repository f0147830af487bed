"""One questionnaire to several candidates at once."""

from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.questionnaires import queries
from app.questionnaires.link_schemas import RoundIn
from app.questionnaires.schemas import SendIn, StartIn
from app.questionnaires.service.responses import start_response
from app.questionnaires.service.sending import Sent, send_response


@dataclass(frozen=True, slots=True)
class SentTo:
    """What one candidate was sent; `to` is the mail address, '' when the link has to be handed over."""

    vendor: str
    holder: str
    to: str
    sent: Sent


def send_round(
    session: WriteSession,
    *,
    actor: Actor,
    evaluation_id: UUID,
    entry: RoundIn,
    base_url: str,
    organisation: str = "",
) -> list[SentTo]:
    """Ask several candidates the same with one due day; responses that are not begun are begun.

    All or nothing. Raises `Invalid` at `to[N].candidate_id` for somebody who takes no part or stands there twice,
    and what `start_response` and `send_response` raise.
    """
    evaluations.open_evaluation(session, actor, evaluation_id, Action.EVALUATION_EDIT, changing=True)
    views = {
        view.candidate.id: view
        for view in evaluations.candidates_of(session, evaluation_id, with_out=False)
        if not view.is_in_house
    }
    begun = _begun(session, evaluation_id, entry.key)
    _require_candidates(entry, set(views))
    found = []
    for each in entry.to:
        response_id = begun.get(each.candidate_id)
        if response_id is None:
            start = StartIn(key=entry.key, variant=entry.variant)
            response_id = start_response(session, actor=actor, candidate_id=each.candidate_id, entry=start).id
        sending = SendIn(
            holder_name=each.holder_name,
            holder_email=each.holder_email,
            due=entry.due,
            reminders=entry.reminders,
        )
        sent = send_response(
            session,
            actor=actor,
            response_id=response_id,
            entry=sending,
            base_url=base_url,
            organisation=organisation,
        )
        name = views[each.candidate_id].name
        found.append(SentTo(name, each.holder_name, each.holder_email or "", sent))
    return found


def _begun(session: ReadSession, evaluation_id: UUID, key: str) -> dict[UUID, UUID]:
    """Candidate -> its response to the questionnaire."""
    rows = queries.responses_in(session, [evaluation_id])
    return {row.candidate_id: row.id for row, _ in rows if row.key == key}


def _require_candidates(entry: RoundIn, known: set[UUID]) -> None:
    ids = [each.candidate_id for each in entry.to]
    message = "Choose a vendor that takes part in this evaluation, each of them once."
    wrong = [
        Problem(f"to[{place}].candidate_id", message)
        for place, each in enumerate(ids)
        if each not in known or each in ids[:place]
    ]
    if wrong:
        raise Invalid("round.candidate", wrong)
