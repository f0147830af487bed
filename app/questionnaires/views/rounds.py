"""Ask several candidates at once: whom, by when, and what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.evaluations.frame import EvaluationFrame
from app.kit.forms import FormState
from app.kit.templating import Page
from app.kit.ui import Option
from app.questionnaires.service import CandidateAnswers, SentTo
from app.questionnaires.views.discovery import VARIANTS
from app.questionnaires.views.response import SENDING_WORDS


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """A candidate that can be asked; `taken` while its box is ticked."""

    id: str
    vendor: str
    state: tuple[str, str]
    taken: bool
    name: str
    email: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentRow:
    """What a candidate was sent; `link` '' when it was mailed."""

    vendor: str
    holder: str
    to: str
    link: str


@dataclass(frozen=True, slots=True)
class RoundPage(Page):
    """Whom to ask; once sent, what became of it."""

    template: ClassVar[str] = "questionnaires/round.html"

    frame: EvaluationFrame
    action: str
    back: str
    key: str
    keys: tuple[Option, ...]
    variants: tuple[Option, ...]
    rows: tuple[RecipientRow, ...]
    form: FormState
    sent: tuple[SentRow, ...]


def round_view(
    found: Sequence[CandidateAnswers],
    frame: EvaluationFrame,
    key: str,
    keys: Sequence[Option],
    form: FormState,
    sent: Sequence[SentTo] = (),
) -> RoundPage:
    """The page; somebody who was never sent the questionnaire is ticked at first."""
    back = f"{frame.base}/discovery"
    return RoundPage(
        title="Ask several vendors",
        frame=frame,
        action=f"{back}/ask",
        back=f"{back}?key={key}",
        key=key,
        keys=tuple(keys),
        variants=VARIANTS,
        rows=tuple(_row(each, form) for each in found if _may_be_asked(each)),
        form=form,
        sent=tuple(
            SentRow(each.vendor, each.holder, each.to, "" if each.to else each.sent.link) for each in sent
        ),
    )


def _may_be_asked(each: CandidateAnswers) -> bool:
    finished = each.held is not None and each.held.access.is_finished
    return not each.view.is_in_house and not finished


def _row(each: CandidateAnswers, form: FormState) -> RecipientRow:
    name, vendor = str(each.view.candidate.id), each.view.vendor
    first = not form.raw.get("sent")
    fields = [f"{part}-{name}" for part in ("name", "email")]
    return RecipientRow(
        id=name,
        vendor=each.view.name,
        state=SENDING_WORDS[each.sent.state],
        taken=each.sent.state == "not_sent" if first else name in form.values("take"),
        name=vendor.contact_name if first else form.value(fields[0]),
        email=vendor.contact_email if first else form.value(fields[1]),
        errors=tuple(text for field in fields if (text := form.error(field))),
    )
