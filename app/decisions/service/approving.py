"""Ask for an answer and take it: by people with an account, or once by a link for somebody without."""

from dataclasses import dataclass
from uuid import UUID

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose, OneTimeLink, User
from app.audit import service as audit
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.core.permissions import Action, Role
from app.decisions import queries
from app.decisions.models import Approval, Decision, DecisionState, Memo, Verdict
from app.decisions.schemas.entries import AnswerIn, ApprovalLinkIn
from app.decisions.service import consequences, proposing
from app.decisions.service.access import current_memo, open_decision
from app.decisions.service.controls import may_approve_own
from app.decisions.service.drafting import mark, require_state
from app.evaluations.models import Evaluation, StepState
from app.jobs import service as jobs
from app.kit import clock
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.kit.mail import Mail

SUBJECT = "decision"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the holder of a link is asked: the memo that counts now, and who asks."""

    link: OneTimeLink
    decision: Decision
    memo: Memo
    evaluation: Evaluation
    asked_by: str


def issue_approval_link(
    session: WriteSession,
    *,
    actor: Actor,
    decision_id: UUID,
    entry: ApprovalLinkIn,
    public_url: str,
    hours: int,
) -> str:
    """Make a one-time link for an approver without account and return its address, which is shown once.

    With `entry.send` it goes out by mail as well. In team and formal governance the recommender cannot be the
    holder. Raises `Conflict` unless the recommendation is proposed.
    """
    opened = open_decision(session, actor, decision_id, Action.RECOMMEND, changing=True)
    row = opened.decision
    require_state(row, DecisionState.PROPOSED, "Propose it before you ask for an approval.")
    _refuse_recommender_as_holder(session, row, opened.access.evaluation, entry)
    secret = accounts.issue_link(
        session,
        actor=actor,
        purpose=LinkPurpose.APPROVE,
        holder_name=entry.name,
        holder_email=entry.email,
        subject=(SUBJECT, row.id),
        roles=(Role.APPROVER,),
        hours=entry.hours or hours,
        panel=opened.access.panel,
    )
    address = f"{public_url}/approve/{secret}"
    if entry.send:
        text = _request_text(entry, opened.access.evaluation, address, entry.hours or hours)
        subject = f"Your approval is asked: {opened.access.evaluation.name}"
        jobs.enqueue_mail(session, Mail(to=entry.email, subject=subject, text=text))
    return address


def _refuse_recommender_as_holder(
    session: ReadSession, row: Decision, evaluation: Evaluation, entry: ApprovalLinkIn
) -> None:
    if may_approve_own(evaluation.governance) or row.recommended_by is None:
        return
    recommender = session.get(User, row.recommended_by)
    if recommender is not None and entry.email and entry.email.lower() == recommender.email:
        message = "This is the recommender's own address; who recommends does not approve. Ask somebody else."
        raise Invalid("approval.own", [Problem("email", message)])


def _request_text(entry: ApprovalLinkIn, evaluation: Evaluation, address: str, hours: int) -> str:
    return (
        f"Dear {entry.name},\n\n"
        f"a decision on {evaluation.name} ({evaluation.label}) waits for your approval.\n"
        "Read the memo and approve it, return it with a comment, or reject it here:\n\n"
        f"{address}\n\n"
        f"The link is yours alone, works once and for {hours} hours.\n"
    )


def open_request(session: ReadSession, secret: str) -> Asked:
    """What a link asks. Raises `NotFound` for an unknown one, `Conflict` when it was used, has expired, or when
    nothing is proposed any more."""
    link = accounts.open_link(session, secret, LinkPurpose.APPROVE)
    return _asked(session, link)


def _asked(session: ReadSession, link: OneTimeLink) -> Asked:
    row = session.get(Decision, link.subject_id) if link.subject_kind == SUBJECT else None
    memo = current_memo(session, row) if row else None
    if row is None or memo is None:
        raise NotFound("link.unknown", "This link belongs to nothing that can be approved. Ask its sender.")
    require_state(
        row, DecisionState.PROPOSED, "There is nothing to approve now. Ask the sender of this link."
    )
    recommender = session.get(User, row.recommended_by) if row.recommended_by else None
    evaluation = session.get_one(Evaluation, row.evaluation_id)
    return Asked(link, row, memo, evaluation, recommender.name if recommender else "")


def decide_by_link(
    session: WriteSession, *, secret: str, entry: AnswerIn, present: Actor | None = None
) -> Approval:
    """The answer of a link's holder; the link works once. `present` is who is signed in, if anybody.

    Raises as `decide`, and `NotFound` when the memo answered belongs to another decision. The link is used up
    last, so that a refused answer leaves it as it was; the decision's row lets one answer through.
    """
    asked = open_request(session, secret)
    if present is not None:
        _refuse_recommender(asked.decision, asked.evaluation, present.id)
    known = {memo.digest for memo in queries.memos(session, asked.decision.id)}
    if entry.memo_digest not in known:
        raise NotFound("memo.not_found", "The memo that was answered is not the one this link is about.")
    signer = accounts.actor_of_link(asked.link)
    approval = _answer(session, signer, asked.decision, asked.evaluation, entry, by_link=True)
    accounts.consume_link(session, secret, LinkPurpose.APPROVE)
    return approval


def decide(session: WriteSession, *, actor: Actor, decision_id: UUID, entry: AnswerIn) -> Approval:
    """The answer of a person with an account.

    Raises `Forbidden` for the recommender (unless governance is solo), `Conflict` when the memo on the table is
    another one than was read, when it is not proposed, or when approving a memo whose inputs have changed.
    """
    opened = open_decision(session, actor, decision_id, Action.APPROVE, changing=True)
    _refuse_recommender(opened.decision, opened.access.evaluation, actor.id)
    return _answer(session, actor, opened.decision, opened.access.evaluation, entry, by_link=False)


def _refuse_recommender(row: Decision, evaluation: Evaluation, person: UUID) -> None:
    if row.recommended_by == person and not may_approve_own(evaluation.governance):
        message = "Who recommends does not approve. Send the memo to somebody else with the right to approve."
        raise Forbidden("approval.own", message)


def _answer(
    session: WriteSession,
    signer: Actor,
    row: Decision,
    evaluation: Evaluation,
    entry: AnswerIn,
    *,
    by_link: bool,
) -> Approval:
    session.refresh(row, with_for_update=True)
    require_state(row, DecisionState.PROPOSED, "There is nothing to answer now. Load the page again.")
    memo = current_memo(session, row)
    if memo is None or memo.digest != entry.memo_digest:
        message = "A newer version of the memo was proposed. Read that one, then answer."
        raise Conflict("memo.superseded", message, field="comment")
    if entry.verdict is Verdict.APPROVE and proposing.is_stale(session, memo):
        message = (
            "Scores, answers, prices or the pilot changed after this memo was made, so it cannot be approved."
            " Return it with a comment, so that it is proposed again with today's figures."
        )
        raise Conflict("memo.stale", message, field="comment")
    approval = Approval(
        decision_id=row.id,
        memo_id=memo.id,
        role="Approver",
        holder_name=signer.name,
        verdict=entry.verdict,
        comment=entry.comment,
        signer_id=signer.id,
        by_link=by_link,
        memo_digest=memo.digest,
        at=clock.now(),
    )
    session.add(approval)
    _follow(session, signer, row, evaluation, approval, memo)
    return approval


_FOLLOWS = {
    Verdict.APPROVE: (DecisionState.APPROVED, StepState.DONE, "approved"),
    Verdict.RETURN: (DecisionState.DRAFT, StepState.CURRENT, "returned"),
    Verdict.REJECT: (DecisionState.REJECTED, StepState.CURRENT, "rejected"),
}


def _follow(
    session: WriteSession,
    signer: Actor,
    row: Decision,
    evaluation: Evaluation,
    approval: Approval,
    memo: Memo,
) -> None:
    before = row.state
    row.state, step, note = _FOLLOWS[approval.verdict]
    session.flush()
    audit.record(
        session,
        signer,
        f"decisions.decision.{note}",
        ("decision", row.id),
        label=evaluation.label,
        before={"state": before},
        after={
            "state": row.state,
            "approval": approval.id,
            "memo": memo.id,
            "memo_digest": memo.digest,
            "by_link": approval.by_link,
            "commented": bool(approval.comment),
        },
    )
    if approval.verdict is Verdict.APPROVE:
        basis: dict[str, object] = {"memo": str(memo.id), "digest": memo.digest}
        consequences.award(session, signer, row, basis)
    mark(session, signer, row.evaluation_id, step, note)
    proposing.print_later(session, memo)


def withdraw_link(session: WriteSession, *, actor: Actor, decision_id: UUID, link_id: UUID) -> None:
    """Take a link back before it was used. Raises `NotFound` for one of another decision."""
    opened = open_decision(session, actor, decision_id, Action.RECOMMEND)
    link = session.get(OneTimeLink, link_id)
    if link is None or (link.subject_kind, link.subject_id) != (SUBJECT, decision_id):
        raise NotFound("link.unknown", "There is no such link on this decision.")
    accounts.revoke_link(session, actor=actor, link_id=link_id, panel=opened.access.panel)


def open_links(session: ReadSession, decision: Decision) -> list[OneTimeLink]:
    """Links to this decision that still work."""
    return list(queries.open_links(session, decision.id, clock.now()))
