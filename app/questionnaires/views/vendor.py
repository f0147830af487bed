"""What a vendor sees: the button of the link, the task list, one section, the check, the receipt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.core.errors import Problem
from app.kit import wording
from app.kit.forms import FormState, blank
from app.kit.templating import Page
from app.kit.ui import FieldError, Option
from app.questionnaires.service import (
    Asked,
    Earlier,
    Handed,
    HeldResponse,
    Proposal,
    spell_answer,
)
from app.questionnaires.views import fill
from app.questionnaires.views.fill import STATUS_WORDS, Filling, ProgressView, SectionView, badge_of
from app.questionnaires.views.proposals import ProposalsPart, proposals_part

_ENDED = {
    "late": "The last day for answers has passed. You can go on typing: it is kept as a late draft, and your contact "
    "person decides whether it counts. Ask them for more time.",
    "ended": "This request has ended; answers are no longer taken. What you type now is kept as a late draft.",
}


@dataclass(frozen=True, slots=True)
class LinkPage(Page):
    """What a link of a mail shows: one button. Nothing happens before it is pressed, because scanners open links."""

    template: ClassVar[str] = "questionnaires/link.html"

    vendor: str
    asker: str
    action: str
    due: str
    minutes: int
    section: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A section in the task list."""

    title: str
    href: str
    state: tuple[str, str]
    detail: str


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """An answer that was sent back, with what is missing."""

    question: str
    href: str
    reason: str


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A question of a vendor with our answer, '' while it waits."""

    text: str
    answer: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class ColleagueLine:
    """A colleague who was asked for a section; `withdraw_url` '' once the link does not work any more."""

    name: str
    section: str
    state: str
    withdraw_url: str


@dataclass(frozen=True, slots=True)
class StartPage(Page):
    """The task list behind a vendor's link."""

    template: ClassVar[str] = "questionnaires/vendor.html"

    vendor: str
    asker: str
    intro: str
    base: str
    due: str
    ended: str
    minutes: int
    evidence: tuple[str, ...]
    progress: ProgressView
    is_part: bool
    tasks: tuple[TaskLine, ...]
    returned: tuple[ReturnedLine, ...]
    earlier: str
    asked: tuple[AskedLine, ...]
    ask_form: FormState
    colleagues: tuple[ColleagueLine, ...]
    delegate_form: FormState
    sections: tuple[Option, ...]
    link: str
    workbook_form: FormState
    nonce: str


@dataclass(frozen=True, slots=True)
class SectionPage(Page):
    """One section to fill in."""

    template: ClassVar[str] = "questionnaires/vendor_section.html"

    base: str
    ended: str
    section: SectionView
    progress: ProgressView
    errors: tuple[FieldError, ...]
    nonce: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One question with its answer, and where to change it."""

    question: str
    answer: str
    comment: str
    state: tuple[str, str]
    href: str


@dataclass(frozen=True, slots=True)
class CheckSection:
    """A section of the check."""

    title: str
    lines: tuple[CheckLine, ...]


@dataclass(frozen=True, slots=True)
class CheckPage(Page):
    """All answers before they are handed in."""

    template: ClassVar[str] = "questionnaires/vendor_check.html"

    base: str
    ended: str
    open_count: int
    sections: tuple[CheckSection, ...]
    may_submit: bool
    nonce: str


@dataclass(frozen=True, slots=True)
class VendorProposalsPage(Page):
    """Answers to look at before they are saved, for a vendor."""

    template: ClassVar[str] = "questionnaires/vendor_proposals.html"

    base: str
    part: ProposalsPart


def link_view(held: HeldResponse, vendor: str, asker: str, action: str) -> LinkPage:
    """The page of a link that works."""
    access = held.access
    titles = {section.id: section.title for section in access.template.sections}
    row = access.response
    return LinkPage(
        title=access.template.title,
        vendor=vendor,
        asker=asker,
        action=action,
        due=wording.day(row.due) if row.due else "",
        minutes=access.minutes,
        section=titles.get(access.only, ""),
    )


def start_view(
    filling: Filling,
    vendor: str,
    asker: str,
    asked: Sequence[Asked],
    links: Sequence[Handed],
    earlier: Earlier,
    *,
    ask_form: FormState | None = None,
    delegate_form: FormState | None = None,
    workbook_form: FormState | None = None,
    link: str = "",
) -> StartPage:
    """The task list for the vendor."""
    held = filling.held
    access, template = held.access, held.access.template
    sections = fill.sections(filling)
    return StartPage(
        title=template.title,
        vendor=vendor,
        asker=asker,
        intro=template.intro,
        base=filling.base,
        due=_due(held),
        ended=_ENDED.get(access.ended, ""),
        minutes=access.minutes,
        evidence=access.evidence,
        progress=fill.progress_view(held),
        is_part=bool(access.only),
        tasks=tuple(_task(filling, section) for section in sections),
        returned=tuple(_returned(filling)),
        earlier=_earlier(earlier),
        asked=tuple(AskedLine(each.text, each.row.answer, each.is_own) for each in asked),
        ask_form=ask_form or blank(),
        colleagues=tuple(_colleague(filling, each) for each in links),
        delegate_form=delegate_form or blank(),
        sections=tuple(Option(section.id, section.title) for section in sections),
        link=link,
        workbook_form=workbook_form or blank(),
        nonce=filling.nonce,
    )


def _due(held: HeldResponse) -> str:
    due = held.access.response.due
    return f"{wording.day(due)}, end of day ({held.access.evaluation.time_zone})" if due else ""


def _task(filling: Filling, section: SectionView) -> TaskLine:
    settled, asked = filling.held.progress.sections[section.id]
    state = ("nothing asked", "")
    if asked:
        state = ("complete", "ok") if settled == asked else ("in progress", "info")
        state = state if settled else ("not started", "")
    minutes = f" · about {section.minutes} minutes" if section.minutes else ""
    return TaskLine(
        section.title, f"{filling.base}/sections/{section.id}", state, f"{section.progress}{minutes}"
    )


def _returned(filling: Filling) -> Iterable[ReturnedLine]:
    for question in filling.held.access.template.questions():
        if question.id in filling.returned:
            href = filling.page_url(question.section, question.id)
            yield ReturnedLine(question.text, href, filling.returned[question.id])


def _earlier(earlier: Earlier) -> str:
    count = len(earlier.proposals)
    if not count:
        return ""
    return f"{count} {wording.plural('answer', count)} of {wording.day(earlier.handed_in)} may still hold."


def _colleague(filling: Filling, each: Handed) -> ColleagueLine:
    titles = {section.id: section.title for section in filling.held.access.template.sections}
    state = "opened" if each.opened_at else "not opened yet"
    if not each.is_live:
        state = "withdrawn"
    url = f"{filling.base}/colleagues/{each.id}/withdraw" if each.is_live else ""
    return ColleagueLine(each.holder, titles.get(each.section_id, ""), state, url)


def section_view(filling: Filling, section_id: str) -> SectionPage | None:
    """One section of the form; None when there is no such section for this vendor."""
    section = next((each for each in fill.sections(filling) if each.id == section_id), None)
    if section is None:
        return None
    return SectionPage(
        title=section.title,
        base=filling.base,
        ended=_ENDED.get(filling.held.access.ended, ""),
        section=section,
        progress=fill.progress_view(filling.held),
        errors=fill.summary(filling),
        nonce=filling.nonce,
    )


def check_view(filling: Filling) -> CheckPage:
    """All answers, and what is open."""
    held, sections = filling.held, []
    for section in held.access.template.sections:
        lines = tuple(
            _check_line(filling, section.id, question.id)
            for question in section.questions
            if question.id not in held.access.hidden and held.status(question) != "not_asked"
        )
        if lines:
            sections.append(CheckSection(section.title, lines))
    states = [line.state for section in sections for line in section.lines]
    return CheckPage(
        title="Check your answers",
        base=filling.base,
        ended=_ENDED.get(held.access.ended, ""),
        open_count=states.count(STATUS_WORDS["open"]),
        sections=tuple(sections),
        may_submit=not held.access.only and held.access.ended in ("", "late"),
        nonce=filling.nonce,
    )


def _check_line(filling: Filling, section_id: str, question_id: str) -> CheckLine:
    held = filling.held
    question, row = held.access.template.question(question_id), held.rows.get(question_id)
    answer = spell_answer(question, row.value) if row else ""
    if question.type == "file" and row:
        answer = "\n".join(filling.files[each].name for each in row.value or () if each in filling.files)
    return CheckLine(
        question.text,
        answer,
        row.comment if row else "",
        badge_of(held, question),
        filling.page_url(section_id, question_id),
    )


def proposals_view(
    filling: Filling, title: str, intro: str, found: Sequence[Proposal], problems: Sequence[Problem]
) -> VendorProposalsPage:
    """The page of proposed answers for a vendor."""
    part = proposals_part(filling, intro, found, problems, f"{filling.base}/proposals")
    return VendorProposalsPage(title, base=filling.base, part=part)
