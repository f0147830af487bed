"""A questionnaire as its vendor sees it: the same questions, one form, nothing stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.core.errors import Problem
from app.kit.templating import Page
from app.kit.ui import Crumb, FieldError, Option
from app.questionnaires.service import HeldResponse, Template
from app.questionnaires.views import fill
from app.questionnaires.views.editor import crumbs_of
from app.questionnaires.views.fields import Fields
from app.questionnaires.views.fill import Filling, ProgressView, SectionView

FORM = "preview"


@dataclass(frozen=True, slots=True)
class PreviewPage(Page):
    """What the vendor would see."""

    template: ClassVar[str] = "questionnaires/preview.html"

    crumbs: tuple[Crumb, ...]
    action: str
    intro: str
    minutes: int
    evidence: tuple[str, ...]
    progress: ProgressView
    sections: tuple[SectionView, ...]
    errors: tuple[FieldError, ...]
    data_class: str
    data_classes: tuple[Option, ...]
    variant: str
    variants: tuple[Option, ...]


def preview_view(
    found: Template,
    held: HeldResponse,
    sent: Fields,
    problems: Sequence[Problem],
    *,
    data_class: str,
    data_classes: Sequence[Option],
) -> PreviewPage:
    """The page; what was typed stays in it."""
    filling = Filling(
        held=held, base="", files={}, nonce="", sent=sent, problems=tuple(problems), more=_more(sent)
    )
    template = held.access.template
    wanted = {each.replace("_", " ") for question in template.questions() for each in question.evidence}
    return PreviewPage(
        title=template.title,
        crumbs=crumbs_of(found, inside=False),
        action=f"/questionnaires/{found.key}/preview?number={found.number}",
        intro=template.intro,
        minutes=sum(section.minutes for section in template.sections),
        evidence=tuple(sorted(wanted)),
        progress=fill.progress_view(held),
        sections=tuple(_alone(section) for section in fill.sections(filling)),
        errors=fill.summary(filling),
        data_class=data_class,
        data_classes=tuple(data_classes),
        variant=held.access.response.variant.value,
        variants=(Option("full", "All questions"), Option("core", "Core questions only")),
    )


def _more(sent: Fields) -> str:
    return (sent.get("_more") or ("",))[0]


def _alone(section: SectionView) -> SectionView:
    """The section with every control in the one form of the preview; without addresses nothing saves itself."""
    questions = tuple(replace(question, form=FORM, url="") for question in section.questions)
    return replace(section, form="", action="", questions=questions)
