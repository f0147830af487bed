"""What a candidate charges, as a form."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.evaluations import service as evaluations
from app.evaluations.frame import evaluation_frame
from app.evaluations.models import StepName
from app.kit import forms, htmx
from app.kit.actors import CurrentActor
from app.kit.db import ReadSession
from app.kit.forms import FormState, rejecting
from app.kit.requests import RawForm, Read, Write
from app.kit.templating import render
from app.pilots import service
from app.pilots.frame import base_of
from app.pilots.models import Pilot
from app.pilots.schemas import OfferIn
from app.pilots.views import offer as views

router = APIRouter(prefix="/evaluations/{evaluation_id}/pilot/{pilot_id}/offers", include_in_schema=False)


@router.get("/{candidate_id}")
def show_offer(
    session: Read, request: Request, actor: CurrentActor, pilot_id: UUID, candidate_id: UUID
) -> Response:
    """What the candidate charges, as stored."""
    offer = service.offer_of(session, actor=actor, pilot_id=pilot_id, candidate_id=candidate_id)
    found = service.open_pilot(session, actor, pilot_id)
    state = views.offer_form(offer, found.pilot.currency)
    return render(request, _page(session, found, candidate_id, state))


@router.post("/{candidate_id}")
def save_offer(
    session: Write,
    request: Request,
    actor: CurrentActor,
    form: RawForm,
    pilot_id: UUID,
    candidate_id: UUID,
) -> Response:
    """Save the offer."""
    found = service.open_pilot(session, actor, pilot_id, Action.PRICE_READ)
    with rejecting(request, form, lambda state: _page(session, found, candidate_id, state)):
        service.set_offer(
            session,
            actor=actor,
            pilot_id=pilot_id,
            candidate_id=candidate_id,
            entry=_entry(form, found.pilot),
            seen=forms.seen_version(form),
        )
    return htmx.redirect(request, base_of(found.pilot), toast="Offer saved.")


def _page(
    session: ReadSession, found: service.PilotAccess, candidate_id: UUID, state: FormState
) -> views.OfferPage:
    view, _ = evaluations.candidate_of(session, actor=found.access.actor, candidate_id=candidate_id)
    return views.OfferPage(
        title=f"Offer of {found.shown(view)}",
        frame=evaluation_frame(session, found.access, StepName.PILOT),
        form=state,
        action=f"{base_of(found.pilot)}/offers/{candidate_id}",
        back=base_of(found.pilot),
        currency=found.pilot.currency,
        lines=views.numbers_of(state),
        per=views.PER,
        tierings=views.TIERINGS,
    )


def _entry(form: FormData, pilot: Pilot) -> OfferIn:
    """The numbered price lines as an offer. Raises `Invalid` at the numbered fields, all problems at once."""
    lines, places, problems = [], [], []
    for at in range(1, views.LINES + 1):
        if not _text(form, f"amount_{at}") and not _text(form, f"name_{at}"):
            continue
        tiers, wrong = _tiers(_text(form, f"tiers_{at}"), f"tiers_{at}")
        problems += wrong
        optional = {name: _text(form, f"{name}_{at}") for name in ("tiering", "minimum", "markup")}
        lines.append(
            {
                "name": _text(form, f"name_{at}"),
                "amount": _text(form, f"amount_{at}"),
                "per": _text(form, f"per_{at}") or "label",
                "labor": form.get(f"labor_{at}") == "yes",
                "tiers": tiers,
                **{name: value for name, value in optional.items() if value},
            }
        )
        places.append(at)
    if not lines:
        raise Invalid("offer.empty", [Problem("amount_1", "Type at least one price.")])
    entry = {"currency": pilot.currency, "lines": lines, "note": _text(form, "note")}
    entry |= {name: told for name in ("minimum", "monthly_minimum") if (told := _text(form, name))}
    try:
        found = OfferIn.model_validate(entry)
    except ValidationError as failure:
        refused = [_placed(one, places) for one in forms.problems(failure)]
        raise Invalid("offer.invalid", [*problems, *refused]) from None
    if problems:
        raise Invalid("offer.invalid", problems)
    return found


def _text(form: FormData, name: str) -> str:
    return str(form.get(name) or "").strip()


def _tiers(text: str, where: str) -> tuple[list[dict[str, str]], list[Problem]]:
    """Lines such as `100000 = 0.10` as tiers, and what is no such line."""
    tiers, problems = [], []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        above, sign, amount = (part.strip() for part in line.partition("="))
        quantity = above.replace(",", "").replace(" ", "")
        if not sign or not quantity.isascii() or not quantity.isdigit() or not amount:
            problems.append(Problem(where, f"“{line[:60]}”: write a quantity, = and a price: 100000 = 0.10."))
        else:
            tiers.append({"above": quantity, "amount": amount})
    return tiers, problems


def _placed(problem: Problem, places: list[int]) -> Problem:
    """`lines[1].amount` is the field `amount_2`, or whichever number that line had; of a tier its line's tiers."""
    if not problem.where.startswith("lines["):
        return problem
    number, _, name = problem.where.removeprefix("lines[").partition("]")
    at, field = places[int(number)], name.lstrip(".").partition("[")[0] or "tiers"
    return Problem(f"{field}_{at}", problem.message)
