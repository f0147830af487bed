"""A vendor's part in a pilot: its link, what it confirmed, and the way in for whoever holds the link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose, OneTimeLink
from app.audit import service as audit
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.core.formats.archives import Picture
from app.core.permissions import Action, Role
from app.evaluations.models import OUT, Candidate, Evaluation, EvaluationState
from app.jobs import service as jobs
from app.kit import clock, wording
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.kit.letters import Letter, mail_of
from app.pilots.models import Pilot, PilotImages
from app.pilots.service import PilotAccess, missing_agreements, open_pilot
from app.pilots.service.items import picture_of
from app.runs import queries
from app.runs.models import PilotInstructions, PilotLink, PilotLinkKind, PilotPart, PilotRun, PilotStage
from app.runs.schemas import PartLinkIn
from app.runs.service.run import has_confirmed, instructions_of, promises_digest, run_of, stage_of, vendors_in

SUBJECT = "pilot_part"
_UNKNOWN = "There is no such pilot, or it is not shared with you."


@dataclass(frozen=True, slots=True)
class PartAccess:
    """A part that the holder of a link may see; `is_labeler`: the instructions and questions alone."""

    part: PilotPart
    pilot: Pilot
    run: PilotRun
    stage: PilotStage
    evaluation: Evaluation
    candidate: Candidate
    actor: Actor
    is_labeler: bool

    def require_main(self) -> None:
        """Let pass whoever holds the vendor's own link; others do not learn that there is more."""
        if self.is_labeler:
            raise NotFound("part.not_found", "This link reaches the instructions and questions.")


@dataclass(frozen=True, slots=True)
class PartLine:
    """A candidate's part as its leads see it; `part` is None before anything was sent."""

    candidate_id: UUID
    name: str
    part: PilotPart | None
    promises: bool
    link: OneTimeLink | None
    downloads: int
    lacking: tuple[str, ...]


def parts_of(session: ReadSession, *, actor: Actor, pilot_id: UUID) -> Sequence[PartLine]:
    """The parts of all vendors, for whoever runs the pilot."""
    found = open_pilot(session, actor, pilot_id, Action.PILOT_EDIT)
    lacking = missing_agreements(session, found.pilot)
    rows = {one.candidate_id: one for one in queries.parts(session, pilot_id)}
    return [
        _line(session, found, view.candidate.id, found.shown(view), rows, lacking.get(view.candidate.id, ()))
        for view in vendors_in(session, found.pilot)
    ]


def _line(
    session: ReadSession,
    found: PilotAccess,
    candidate_id: UUID,
    name: str,
    rows: dict[UUID, PilotPart],
    lacking: tuple[str, ...],
) -> PartLine:
    part = rows.get(candidate_id)
    links = queries.live_links(session, part.id, clock.now(), PilotLinkKind.MAIN) if part else []
    return PartLine(
        candidate_id,
        name,
        part,
        has_confirmed(session, found.pilot, part),
        links[0][1] if links else None,
        len(queries.downloads(session, part.id)) if part else 0,
        lacking,
    )


def send_part(
    session: WriteSession,
    *,
    actor: Actor,
    pilot_id: UUID,
    candidate_id: UUID,
    entry: PartLinkIn,
    base_url: str,
) -> tuple[str, datetime]:
    """Give a vendor a link to its part, in place of every earlier one; its address, shown once, and its end.

    With a mail address Assay mails it. Raises `Invalid` for a candidate that takes no part from outside.
    """
    found = open_pilot(session, actor, pilot_id, Action.EVALUATION_EDIT, changing=True)
    if candidate_id not in {view.candidate.id for view in vendors_in(session, found.pilot)}:
        raise Invalid("part.candidate", [Problem("candidate_id", "Choose a vendor that takes part.")])
    part = _part(session, actor, pilot_id, candidate_id)
    _revoke(session, actor, found, part)
    secret = accounts.issue_link(
        session,
        actor=actor,
        purpose=LinkPurpose.VENDOR,
        holder_name=entry.holder_name,
        holder_email=entry.holder_email,
        subject=(SUBJECT, part.id),
        hours=24 * entry.days,
        panel=found.access.panel,
    )
    link = _keep_link(session, part, secret, PilotLinkKind.MAIN)
    url = f"{base_url}/pilot-link/{secret}"
    facts = {"link": link.id, "mailed": bool(entry.holder_email)}
    audit.record(session, actor, "pilots.part.sent", (SUBJECT, part.id), after=facts)
    if entry.holder_email:
        _mail(session, part, link, entry, url)
    return url, link.expires_at


def _part(session: WriteSession, actor: Actor, pilot_id: UUID, candidate_id: UUID) -> PilotPart:
    part = queries.part(session, pilot_id, candidate_id)
    if part is None:
        part = PilotPart(pilot_id=pilot_id, candidate_id=candidate_id)
        session.add(part)
        session.flush()
        facts = {"pilot": pilot_id, "candidate": candidate_id}
        audit.record(session, actor, "pilots.part.added", (SUBJECT, part.id), after=facts)
    return part


def _keep_link(session: WriteSession, part: PilotPart, secret: str, kind: PilotLinkKind) -> OneTimeLink:
    link = accounts.open_link(session, secret, LinkPurpose.VENDOR)
    session.add(PilotLink(part_id=part.id, link_id=link.id, kind=kind))
    session.flush()
    return link


def _mail(session: WriteSession, part: PilotPart, link: OneTimeLink, entry: PartLinkIn, url: str) -> None:
    letter = Letter(
        title="Your pilot: instructions, items and deliveries",
        greeting=f"Hello {entry.holder_name},",
        lines=("here is the page of your pilot: what is asked, the pilot pack, questions, and deliveries.",),
        facts=(("The link works until", wording.day(link.expires_at)),),
        button="Open the pilot",
        url=url,
        after=("Keep the link to yourself: whoever has it can read your pilot and deliver for you.",),
    )
    mail = mail_of(letter, entry.holder_email)
    dedupe = f"pilot-link:{link.id}"
    jobs.enqueue_mail(session, mail, about=(SUBJECT, part.id), purpose="pilot", dedupe=dedupe)


def recall_part(session: WriteSession, *, actor: Actor, pilot_id: UUID, candidate_id: UUID) -> None:
    """Withdraw every link into a vendor's part; what was confirmed and delivered stays."""
    found = open_pilot(session, actor, pilot_id, Action.EVALUATION_EDIT)
    part = queries.part(session, pilot_id, candidate_id)
    if part is None or not _revoke(session, actor, found, part):
        raise Conflict("part.not_sent", "No link is out for this vendor.")
    audit.record(session, actor, "pilots.part.recalled", (SUBJECT, part.id))


def _revoke(session: WriteSession, actor: Actor, found: PilotAccess, part: PilotPart) -> int:
    live = queries.live_links(session, part.id, clock.now())
    for _, link in live:
        accounts.revoke_link(session, actor=actor, link_id=link.id, panel=found.access.panel)
    return len(live)


def open_part_link(session: ReadSession, secret: str) -> tuple[OneTimeLink, PartAccess]:
    """What a link opens, without using it up. Raises `NotFound` for one that is not known, `Conflict` for one
    that was withdrawn or has expired."""
    link = accounts.open_link(session, secret, LinkPurpose.VENDOR)
    if link.subject_kind != SUBJECT or link.subject_id is None:
        raise NotFound("link.unknown", "This link is not known. Ask its sender for a new one.")
    return link, part_access(session, accounts.actor_of_link(link), link.subject_id)


def enter_part(session: WriteSession, secret: str, *, days: int, replaces: str) -> tuple[UUID, str, datetime]:
    """Exchange a link for a session of one browser: the part's id, the cookie's secret, and its end."""
    link, access = open_part_link(session, secret)
    accounts.consume_link(session, secret, LinkPurpose.VENDOR)
    cookie = accounts.start_link_session(session, link, days=days, replaces=replaces)
    return access.part.id, cookie, link.expires_at


def part_access(session: ReadSession, actor: Actor, part_id: UUID, *, changing: bool = False) -> PartAccess:
    """The part that the holder of a link was given; a link reaches no other.

    Raises `NotFound` for everything else, and with `changing` `Conflict` once the pilot or request has ended.
    """
    part = session.get(PilotPart, part_id)
    live = queries.live_links(session, part_id, clock.now()) if part else []
    own = next((handed for handed, link in live if link.id == actor.id), None)
    if part is None or own is None or actor.kind != "link" or Role.VENDOR_LINK not in actor.roles:
        raise NotFound("part.not_found", _UNKNOWN)
    pilot = session.get_one(Pilot, part.pilot_id)
    run = run_of(session, pilot)
    found = PartAccess(
        part=part,
        pilot=pilot,
        run=run,
        stage=stage_of(pilot, run),
        evaluation=session.get_one(Evaluation, pilot.evaluation_id),
        candidate=session.get_one(Candidate, part.candidate_id),
        actor=actor,
        is_labeler=own.kind is PilotLinkKind.LABELER,
    )
    if changing:
        actor.require(Action.ANSWER_WRITE)
        _require_open(found)
    return found


def _require_open(found: PartAccess) -> None:
    over = found.stage in (PilotStage.CLOSED, PilotStage.ABORTED)
    ended = found.evaluation.state is not EvaluationState.OPEN or found.candidate.stage in OUT
    if over or ended:
        raise Conflict("part.ended", "This pilot has ended. Write to your contact person.")


def confirm_promises(session: WriteSession, *, actor: Actor, part_id: UUID, digest: str) -> PilotPart:
    """The vendor confirms the criteria and its fee as it was shown them.

    `digest` is `promises_digest` of what stood on the page. Raises `Conflict` when that changed meanwhile.
    """
    found = part_access(session, actor, part_id, changing=True)
    found.require_main()
    if not found.pilot.criteria:
        raise Conflict("part.no_promises", "There is nothing to confirm yet; we tell you when there is.")
    now = promises_digest(session, found.pilot, found.part.candidate_id)
    if digest != now:
        raise Conflict("part.promises_changed", "The promises changed meanwhile. Read them once more.")
    part = found.part
    if part.promises != now:
        part.promises, part.promises_at = now, clock.now()
        session.add(part)
        facts = {"promises": now, "criteria": found.pilot.criteria}
        audit.record(session, actor, "pilots.promises.confirmed", (SUBJECT, part.id), after=facts)
    session.flush()
    return part


def confirm_instructions(session: WriteSession, *, actor: Actor, part_id: UUID, number: int) -> PilotPart:
    """The team confirms that it works after this version. Raises `Conflict` when a newer one is out."""
    found = part_access(session, actor, part_id, changing=True)
    found.require_main()
    newest = newest_instructions(session, found)
    if newest is None or newest.number != number:
        told = f"version {newest.number} is out" if newest else "none is published yet"
        raise Conflict("part.instructions", f"The instructions changed: {told}. Read them, then confirm.")
    part = found.part
    if part.instructions != number:
        before, part.instructions, part.instructions_at = part.instructions, number, clock.now()
        session.add(part)
        audit.record(
            session,
            actor,
            "pilots.instructions.confirmed",
            (SUBJECT, part.id),
            before={"number": before},
            after={"number": number, "digest": newest.digest},
        )
    session.flush()
    return part


def newest_instructions(session: ReadSession, found: PartAccess) -> PilotInstructions | None:
    """The version that counts now."""
    return next(iter(instructions_of(session, found.pilot.id)), None)


def invite_labeler(session: WriteSession, *, actor: Actor, part_id: UUID, name: str, base_url: str) -> str:
    """A link for the vendor's labelers to the instructions and questions alone; returns its address, shown once."""
    found = part_access(session, actor, part_id, changing=True)
    found.require_main()
    if not name.strip():
        raise Invalid("part.labeler", [Problem("holder_name", "Say whose link it is: a team or a code.")])
    secret = accounts.hand_on(session, actor=actor, holder_name=name.strip()[:120], holder_email="")
    link = _keep_link(session, found.part, secret, PilotLinkKind.LABELER)
    facts = {"link": link.id}
    audit.record(session, actor, "pilots.part.handed_on", (SUBJECT, part_id), after=facts)
    return f"{base_url}/pilot-link/{secret}"


def image_base(found: PartAccess) -> str:
    """Where a vendor's pages find the images of items."""
    return f"/pilot-work/{found.part.id}/images"


def image_by_link(
    session: ReadSession, *, actor: Actor, part_id: UUID, images_id: UUID, at: int
) -> tuple[PilotImages, Picture]:
    """An image of an item for a vendor that may have the items. Raises `NotFound` for another vendor's part and for
    other images, `Forbidden` while agreements are missing, `Conflict` before the pilot is agreed."""
    found = part_access(session, actor, part_id)
    require_signed(session, found.pilot, found.part.candidate_id)
    if found.stage is PilotStage.PLANNED:
        raise Conflict("image.not_agreed", "The items are handed out once the pilot is agreed.")
    return picture_of(session, found.pilot.id, images_id, at)


def require_signed(session: ReadSession, pilot: Pilot, candidate_id: UUID) -> None:
    """Nothing leaves before the agreements that its data class needs are signed. Raises `Forbidden` naming them."""
    lacking = missing_agreements(session, pilot).get(candidate_id)
    if lacking:
        message = f"Not signed yet: {', '.join(lacking)}. The data are handed out once these are in place."
        raise Forbidden("pack.agreements", message)
