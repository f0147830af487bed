"""The ways in for candidates: found in the register, or pasted as names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.evaluations.frame import EvaluationFrame
from app.evaluations.service import Planned
from app.evaluations.views.match import Match
from app.evaluations.views.terms import channels, stages
from app.kit import wording
from app.kit.forms import FormState
from app.kit.paging import link, pager
from app.kit.templating import Page
from app.kit.ui import Option, Pager
from app.vendors.models import Vendor

AT_LEAST = (Option("some", "Anything we need"), Option("all", "Everything we need"))


@dataclass(frozen=True, slots=True)
class VendorChoice:
    """A vendor of the register that could be taken in."""

    id: str
    name: str
    href: str
    country: str
    match: str
    offers: str


@dataclass(frozen=True, slots=True)
class AddPage(Page):
    """Find vendors in the register, best match first."""

    template: ClassVar[str] = "evaluations/candidates_add.html"
    partial: ClassVar[str] = "evaluations/_candidates_add.html"

    frame: EvaluationFrame
    text: str
    at_least: str
    at_leasts: tuple[Option, ...]
    rows: tuple[VendorChoice, ...]
    pager: Pager
    action: str
    form: FormState
    channels: tuple[Option, ...]
    stages: tuple[Option, ...]
    wanted: str
    is_filtered: bool


@dataclass(frozen=True, slots=True)
class PastePage(Page):
    """Paste a list of names; with `planned`, what will become of each."""

    template: ClassVar[str] = "evaluations/candidates_paste.html"

    frame: EvaluationFrame
    form: FormState
    channels: tuple[Option, ...]
    stages: tuple[Option, ...]
    planned: tuple[tuple[str, str, str], ...]
    taken_in: int
    added: int


def add_view(
    frame: EvaluationFrame,
    found: Sequence[tuple[Vendor, Match]],
    total: int,
    *,
    text: str,
    at_least: str,
    page: int,
    wanted: str,
    offers: Mapping[UUID, str],
    form: FormState,
) -> AddPage:
    """The register's best matches; `wanted` is the need in words, `offers` what of it each vendor offers."""
    here, query = f"{frame.base}/candidates/add", {"q": text, "at_least": at_least}
    return AddPage(
        title=f"Add candidates to {frame.name}",
        frame=frame,
        text=text,
        at_least=at_least,
        at_leasts=AT_LEAST,
        rows=tuple(
            VendorChoice(
                id=str(vendor.id),
                name=vendor.name,
                href=f"/vendors/{vendor.id}",
                country=vendor.country or wording.DASH,
                match=match.text,
                offers=offers[vendor.id] or wording.DASH,
            )
            for vendor, match in found
        ),
        pager=pager(here, query, page=page, total=total),
        action=link(here, query, page=page if page > 1 else ""),
        form=form,
        channels=channels(),
        stages=stages(),
        wanted=wanted,
        is_filtered=bool(text or at_least),
    )


def paste_view(frame: EvaluationFrame, form: FormState, planned: Sequence[Planned] = ()) -> PastePage:
    """The form for pasted names, or what would become of them."""
    kinds = {"add": "info", "take_in": "ok", "present": "", "refused": "bad"}
    outcomes = [item.outcome for item in planned]
    return PastePage(
        title=f"Paste candidates of {frame.name}",
        frame=frame,
        form=form,
        channels=channels(),
        stages=stages(),
        planned=tuple((item.name, item.note, kinds[item.outcome]) for item in planned),
        taken_in=outcomes.count("take_in") + outcomes.count("add"),
        added=outcomes.count("add"),
    )
