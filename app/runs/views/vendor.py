"""What a vendor sees of its pilot: the button of the link, its own page, the instructions."""

from dataclasses import dataclass
from typing import ClassVar

from app.kit import wording
from app.kit.db import ReadSession
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import Fact, Option
from app.pilots import service as pilots
from app.pilots.models import Delivery, DeliveryState
from app.pilots.schemas import METRICS, POINTS
from app.pilots.service import criteria_of, mapping
from app.pilots.wording import bounds_of, mapping_words, offer_word, promise_name
from app.runs import service
from app.runs.models import PilotQuestion, PilotStage, QuestionKind
from app.runs.schemas import LabelingPlanIn, MilestoneIn
from app.runs.service import OwnScore, PartAccess, Thread
from app.runs.views.examples import ExampleView, example_views
from app.runs.views.instructions import InstructionsView, instructions_view

# What a vendor's program sends; a test runs the same calls.
PROGRAM = """ASSAY=https://… # the address of this page up to /pilot-work
SECRET=… # the last part of your link
TOKEN=$(curl -s "$ASSAY/api/v1/pilot-links/exchange" -H 'Content-Type: application/json' \\
  -d "{{\\"secret\\": \\"$SECRET\\"}}" | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
curl "$ASSAY/api/v1/pilot-work/{part}" -H "Authorization: Bearer $TOKEN"
curl "$ASSAY/api/v1/pilot-work/{part}/deliveries" -H "Authorization: Bearer $TOKEN" \\
  -F round={round} -F file=@labels.csv -F 'mapping={{"Car": "car", "van": null}}'"""
KIND_WORDS = {
    QuestionKind.QUESTION: "Question",
    QuestionKind.EDGE_CASE: "Edge case",
    QuestionKind.PROPOSAL: "Proposal",
}
KINDS = (
    Option("question", "Question"),
    Option("edge_case", "Edge case", "the instructions do not say what to do"),
    Option("proposal", "Proposal", "how the instructions could be better"),
)
STAGE_WORDS = {
    PilotStage.PLANNED: "being agreed",
    PilotStage.AGREED: "agreed",
    PilotStage.CALIBRATING: "calibration",
    PilotStage.RUNNING: "running",
    PilotStage.DELIVERED: "delivered",
    PilotStage.MEASURING: "being measured",
    PilotStage.CLOSED: "closed",
    PilotStage.ABORTED: "given up",
}


@dataclass(frozen=True, slots=True)
class PilotLinkPage(Page):
    """What a link of a mail shows: one button. Nothing happens before it is pressed, because scanners open links."""

    template: ClassVar[str] = "runs/link.html"

    vendor: str
    action: str
    is_labeler: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a thread."""

    who: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread with the form for the next turn; `reply_action` '' hides it."""

    kind: str
    item: str
    state: tuple[str, str]
    turns: tuple[Turn, ...]
    reply_action: str
    form: FormState


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A question and our answer, as everybody reads them."""

    question: str
    answer: str
    when: str


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One figure beside the threshold it is held to."""

    name: str
    value: str
    bound: str
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One delivery of the vendor; `digest` in parts, so that it can wrap."""

    title: str
    facts: str
    digest: tuple[str, ...]
    is_replaced: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreedPart:
    """Promises and pack. `confirmed` says when; `pack_closed` why the pack is not handed out, '' while it is."""

    promises: tuple[Fact, ...]
    digest: str
    confirmed: str
    pack_closed: str


@dataclass(frozen=True, slots=True)
class LabelField:
    """One of the vendor's labels that the form asks about."""

    number: int
    label: str


@dataclass(frozen=True, slots=True)
class DeliverPart:
    """Deliveries, receipts and the score. `closed` says why none is taken, '' while one is."""

    round: int
    closed: str
    form: FormState
    labels: tuple[LabelField, ...]
    classes: tuple[Option, ...]
    attempts: int
    receipts: tuple[ReceiptLine, ...]
    scores: tuple[ScoreLine, ...]
    scores_title: str
    errors_href: str
    errors_note: str
    program: str


@dataclass(frozen=True, slots=True)
class TalkPart:
    """Threads with us, answers for everybody, and the form of a new question."""

    threads: tuple[ThreadLine, ...]
    published: tuple[PublishedLine, ...]
    examples: tuple[ExampleView, ...]
    form: FormState
    kinds: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class VendorForms:
    """Forms that came back with errors; `reply` names its thread, `strange` labels that the gold does not know."""

    deliver: FormState | None = None
    strange: tuple[str, ...] = ()
    ask: FormState | None = None
    labeler: FormState | None = None
    reply: tuple[str, FormState] | None = None


@dataclass(frozen=True, slots=True)
class VendorPilotPage(Page):
    """The pilot as its vendor works on it; a labeler sees the instructions and questions alone."""

    template: ClassVar[str] = "runs/vendor.html"

    vendor: str
    base: str
    goal: str
    stage: str
    facts: tuple[Fact, ...]
    milestones: tuple[Fact, ...]
    is_over: bool
    agreed: AgreedPart | None
    instructions: InstructionsView | None
    instructions_confirmed: bool
    delivering: DeliverPart | None
    talk: TalkPart
    labeler_form: FormState
    link: str
    nonce: str


NO_FORMS = VendorForms()


def vendor_view(
    session: ReadSession, found: PartAccess, vendor: str, came_back: VendorForms = NO_FORMS, link: str = ""
) -> VendorPilotPage:
    """The page with whichever form came back; `link` is one that was just made."""
    main = not found.is_labeler
    text = service.newest_instructions(session, found)
    plan = LabelingPlanIn.model_validate(text.plan) if text else None
    return VendorPilotPage(
        title="Pilot",
        vendor=vendor,
        base=_base(found),
        goal=found.pilot.goal,
        stage=STAGE_WORDS[found.stage],
        facts=_facts(found) if main else (),
        milestones=tuple(_milestone(one) for one in service.milestones_of(found.run)) if main else (),
        is_over=_is_over(found),
        agreed=_agreed(session, found) if main else None,
        instructions=instructions_view(plan, text.number, text.reason) if text and plan else None,
        instructions_confirmed=bool(text and found.part.instructions == text.number),
        delivering=_delivering(session, found, came_back) if main else None,
        talk=_talk(session, found, came_back),
        labeler_form=came_back.labeler or blank(),
        link=link,
        nonce=blank().nonce,
    )


def _base(found: PartAccess) -> str:
    return f"/pilot-work/{found.part.id}"


def _is_over(found: PartAccess) -> bool:
    return found.stage in (PilotStage.CLOSED, PilotStage.ABORTED)


def _agreed(session: ReadSession, found: PartAccess) -> AgreedPart:
    confirmed = service.has_confirmed(session, found.pilot, found.part)
    return AgreedPart(
        promises=_promises(session, found),
        digest=service.promises_digest(session, found.pilot, found.part.candidate_id),
        confirmed=wording.moment(found.part.promises_at, found.evaluation.time_zone) if confirmed else "",
        pack_closed=service.why_no_pack(session, found),
    )


def _delivering(session: ReadSession, found: PartAccess, came_back: VendorForms) -> DeliverPart:
    scores = service.own_scores(session, found)
    zone = found.evaluation.time_zone
    return DeliverPart(
        round=found.run.round,
        closed=service.why_closed(session, found),
        form=came_back.deliver or blank(),
        labels=tuple(LabelField(at, label) for at, label in enumerate(came_back.strange, 1)),
        classes=_classes(session, found) if came_back.strange else (),
        attempts=service.attempts_left(session, found),
        receipts=tuple(_receipt(one, zone) for one in service.own_deliveries(session, found)),
        scores=tuple(line for one in scores for line in score_lines(found, one)),
        scores_title=f"Round {scores[0].round}" if scores else "",
        errors_href=f"{_base(found)}/errors" if found.stage is PilotStage.CLOSED else "",
        errors_note=_errors_note(found),
        program=PROGRAM.format(part=found.part.id, round=found.run.round),
    )


def _classes(session: ReadSession, found: PartAccess) -> tuple[Option, ...]:
    golds = pilots.golds(session, found.pilot.id)
    ours = golds[0].classes if golds else []
    return (*(Option(f"={name}", name) for name in ours), Option(mapping.DROP, "Drop these labels"))


def _errors_note(found: PartAccess) -> str:
    last = service.last_contest_day(found.pilot, found.run, found.evaluation)
    if last is None or not found.run.contest_days:
        return ""
    verb = "can be" if service.may_contest(found) else "could be"
    return f"They {verb} contested until the end of {wording.day(last)} ({found.evaluation.time_zone})."


def _talk(session: ReadSession, found: PartAccess, came_back: VendorForms) -> TalkPart:
    zone, base, over = found.evaluation.time_zone, _base(found), _is_over(found)
    threads = service.own_threads(session, actor=found.actor, part_id=found.part.id)
    return TalkPart(
        threads=tuple(
            thread_line(
                one, zone, "" if over else f"{base}/questions/{one.question.id}/reply", came_back.reply
            )
            for one in threads
        ),
        published=tuple(published_line(one, zone) for one in service.published(session, found.pilot.id)),
        examples=example_views(
            service.examples_of(session, found.pilot.id),
            zone,
            pilots.scenes_of(session, found.pilot.id, service.image_base(found)),
            service.called_of(session, found.pilot.id),
        ),
        form=came_back.ask or blank({"kind": "question"}),
        kinds=KINDS,
    )


def _facts(found: PartAccess) -> tuple[Fact, ...]:
    until = found.run.deadline
    return (
        Fact("Round", f"{found.run.round} of at most {found.run.rounds}"),
        Fact("Last day of this round", wording.day(until) if until else "not set"),
    )


def _promises(session: ReadSession, found: PartAccess) -> tuple[Fact, ...]:
    task = found.pilot.task
    criteria = tuple(Fact(promise_name(task, one), bounds_of(one)) for one in criteria_of(found.pilot))
    fee = service.own_fee(session, found)
    return (*criteria, Fact("Your fee", offer_word(fee))) if criteria and fee else criteria


def _milestone(one: MilestoneIn) -> Fact:
    return Fact(wording.day(one.day), one.title, f"done {wording.day(one.done)}" if one.done else "")


def _receipt(row: Delivery, zone: str) -> ReceiptLine:
    missing = f", {row.missing} missing" if row.missing else ""
    version = f" · instructions {row.instructions}" if row.instructions else ""
    return ReceiptLine(
        title=f"Round {row.round}, {wording.moment(row.received_at, zone)}",
        facts=f"{wording.number(row.items)} items, {wording.number(row.labels)} labels{missing}{version}",
        digest=tuple(row.digest[at : at + 8] for at in range(0, len(row.digest), 8)),
        is_replaced=row.state is DeliveryState.REPLACED,
        notes=(*mapping_words(row.mapping), *row.repairs[:6]),
    )


def score_lines(found: PartAccess, score: OwnScore) -> list[ScoreLine]:
    """The figures of a score, each beside its threshold."""
    names = METRICS[found.pilot.task]
    return [
        ScoreLine(
            name=names[one.metric],
            value=wording.number(one.value, 0 if one.metric in POINTS else 2),
            bound=f"{one.of} {one.bound:g}",
            state=("reached", "ok") if one.met else ("not reached", "warn"),
        )
        for one in score.figures
    ]


def thread_line(
    one: Thread, zone: str, reply_action: str, reply: tuple[str, FormState] | None = None
) -> ThreadLine:
    """A thread as the vendor reads it."""
    row = one.question
    state = ("waits for us", "info") if one.waits_for_us else ("answered", "ok")
    if row.by_us and not one.waits_for_us and len({each.by_us for each in one.messages}) == 1:
        state = ("waits for you", "warn")
    if row.adopted is not None:
        state = ("adopted", "ok") if row.adopted else ("not adopted", "")
    key = str(row.id)
    return ThreadLine(
        kind=KIND_WORDS[row.kind],
        item=one.their_item,
        state=state,
        turns=tuple(
            Turn("We" if each.by_us else "You", wording.moment(each.sent_at, zone), each.text)
            for each in one.messages
        ),
        reply_action=reply_action,
        form=reply[1] if reply and reply[0] == key else blank(),
    )


def published_line(row: PilotQuestion, zone: str) -> PublishedLine:
    """A published question with its answer."""
    return PublishedLine(row.public_text, row.public_answer, wording.moment(row.published_at, zone))
