"""What a vendor handed in, on its page and on paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from app.core.errors import Conflict
from app.kit import canonical, wording
from app.kit.pdf import Attachment, render_pdf
from app.kit.pdf.parts import Fact, Head
from app.kit.templating import Page, render_template
from app.questionnaires.models import ResponseState
from app.questionnaires.service import HeldResponse, spell_answer
from app.questionnaires.views import fill
from app.questionnaires.views.fill import Filling, ProgressView, badge_of
from app.questionnaires.views.response import STATE_WORDS


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One question with what was answered, in brackets how it stands where nothing was."""

    question: str
    answer: str
    comment: str


@dataclass(frozen=True, slots=True)
class ReceiptPage(Page):
    """What was handed in; `digest` is the SHA-256 over the answers."""

    template: ClassVar[str] = "questionnaires/receipt.html"

    base: str
    vendor: str
    state: str
    when: str
    digest: str
    progress: ProgressView
    lines: tuple[ReceiptLine, ...]
    drafts: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class ReceiptDocument(Page):
    """The receipt on paper."""

    template: ClassVar[str] = "questionnaires/receipt_document.html"

    head: Head
    digest: str
    lines: tuple[ReceiptLine, ...]


def digest_of(held: HeldResponse) -> str:
    """The SHA-256 over what was handed in: `content_of` as canonical JSON."""
    return canonical.digest(content_of(held))


def content_of(held: HeldResponse) -> dict[str, object]:
    """What was handed in, as the receipt's digest covers it and its PDF carries it."""
    answers = {
        name: {"value": row.value, "comment": row.comment}
        | ({"does_not_apply": True} if row.says_not_applicable else {})
        for name, row in sorted(held.rows.items())
    }
    return {"response": str(held.access.response.id), "answers": answers}


def _lines(held: HeldResponse) -> tuple[ReceiptLine, ...]:
    """Every question that was asked, with its answer or how it stands: open is not the same as does not apply."""
    found = []
    for question in held.access.template.questions():
        row, status = held.rows.get(question.id), held.status(question)
        if status in ("sealed", "not_asked"):
            continue
        answer = spell_answer(question, row.value) if row is not None and status == "answered" else ""
        found.append(
            ReceiptLine(
                question.text, answer or f"({badge_of(held, question)[0]})", row.comment if row else ""
            )
        )
    return tuple(found)


def receipt_view(filling: Filling, vendor: str) -> ReceiptPage:
    """What the vendor handed in, for its own files."""
    held, row = filling.held, filling.held.access.response
    template = held.access.template
    drafts = tuple(
        ReceiptLine(
            template.question(name).text, spell_answer(template.question(name), each.value), each.comment
        )
        for name, each in filling.drafts.items()
    )
    return ReceiptPage(
        title="Your answers were received" if row.submitted_at else "This request is closed",
        base=filling.base,
        vendor=vendor,
        state=STATE_WORDS[row.state][0],
        when=wording.moment(row.submitted_at or row.closed_at, held.access.evaluation.time_zone),
        digest=digest_of(held),
        progress=fill.progress_view(held),
        lines=_lines(held),
        drafts=drafts,
    )


def receipt_document(
    held: HeldResponse, vendor: str, organisation: str
) -> tuple[ReceiptDocument, Attachment, datetime]:
    """The receipt to print, the answers it carries, and its date."""
    row, digest = held.access.response, digest_of(held)
    at = row.submitted_at or row.closed_at or row.created_at
    zone = held.access.evaluation.time_zone
    head = Head(
        kind="Receipt",
        version=STATE_WORDS[ResponseState(row.state)][0],
        title=held.access.template.title,
        language="en",
        mark="",
        demo="Demonstration data" if held.access.evaluation.is_demo else "",
        facts=(
            *((Fact("For", organisation),) if organisation else ()),
            Fact("Vendor", vendor),
            Fact("Received", wording.moment(at, zone)),
            Fact("Answers", fill.progress_view(held).text),
        ),
        footer=f"SHA-256 {digest[:16]}…",
        classification="For the vendor and the team that asked",
    )
    page = ReceiptDocument(head.title, head=head, digest=digest, lines=_lines(held))
    record = canonical.canonical_json(content_of(held))
    return page, Attachment("answers.json", record, "application/json"), at


def receipt_pdf(held: HeldResponse, vendor: str, organisation: str = "") -> bytes:
    """The receipt as a PDF that carries the answers; takes a second, so no session may be open for writing.

    Raises `Conflict` while nothing was handed in.
    """
    if not held.access.is_finished:
        raise Conflict("response.not_submitted", "There is no receipt yet: hand the answers in first.")
    page, record, at = receipt_document(held, vendor, organisation)
    html = render_template(page.template, {"page": page})
    return render_pdf(html, title=f"Receipt: {page.head.title}", attachments=(record,), created=at)
