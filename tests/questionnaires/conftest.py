"""An evaluation with two candidates, and a response of the shipped discovery call."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app import wiring
from app.accounts import service as accounts
from app.accounts.models import LinkPurpose
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.schemas import CandidateIn, EvaluationIn, NeedIn
from app.kit.actors import Actor
from app.kit.db import Database
from app.questionnaires import queries, service
from app.questionnaires.models import AnswerRow, Confidence, Variant
from app.questionnaires.schemas import AnswerIn, SendIn, StartIn
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn
from tests.conftest import make_user, sign_in

wiring.subjects()  # verbs on a bare store attach files too

NEED = NeedIn(
    volume=1_200_000,
    techniques=["bounding_box"],
    languages=["en"],
    specialists=[],
    pilot_data_class="public",
    production_data_class="personal_eu",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What most tests start from; `lead` reads prices, `evaluator` does not."""

    db: Database
    lead: Actor
    evaluator: Actor
    evaluation_id: UUID
    candidates: tuple[UUID, UUID]
    response_id: UUID

    def answer(self, question_id: str, value: object, **more: object) -> AnswerRow | None:
        """Save one answer as the lead."""
        actor = more.pop("actor", self.lead)
        response_id = more.pop("response_id", self.response_id)
        seen = more.pop("seen", None)
        with self.db.writing() as session:
            saved = service.save_answer(
                session,
                actor=actor,
                response_id=response_id,
                question_id=question_id,
                entry=AnswerIn(value=value, **more),
                seen=seen,
            )
            if saved is None:
                return None
        with self.db.reading() as session:
            return queries.answer(session, response_id, question_id)

    def start(self, candidate: int = 1, variant: Variant = Variant.FULL) -> UUID:
        """Begin the discovery call with a candidate."""
        with self.db.writing() as session:
            entry = StartIn(variant=variant)
            return service.start_response(
                session, actor=self.lead, candidate_id=self.candidates[candidate], entry=entry
            ).id

    def send(self, response_id: UUID | None = None, **more: object) -> tuple[str, Actor]:
        """Hand a response to the vendor: the secret of the link, and its holder."""
        with self.db.writing() as session:
            sent = service.send_response(
                session,
                actor=self.lead,
                response_id=response_id or self.response_id,
                entry=SendIn(holder_name="Maria Chen", **more),
                base_url="https://assay.example.org",
            )
            secret = sent.link.rpartition("/")[2]
            link = accounts.open_link(session, secret, LinkPurpose.VENDOR)
            return secret, accounts.actor_of_link(link)

    def held(self, actor: Actor | None = None, response_id: UUID | None = None) -> service.HeldResponse:
        """The response as somebody reads it."""
        with self.db.reading() as session:
            return service.response_of(
                session, actor=actor or self.lead, response_id=response_id or self.response_id
            )


REALISTIC: dict[str, object] = {
    "workforce_model": ["managed_bpo", "open_crowd"],
    "same_people": "core",
    "attrition": "35",
    "subcontractors": "none",
    "capacity_now": "24",
    "ramp": "5",
    "spikes": "3",
    "scale_down": "notice",
    "comparable_work": [
        {"technique": "bounding_box", "volume": "400000", "year": "2025", "reference_possible": "yes"}
    ],
    "tooling": "any",
    "qa_process": "4",
    "edge_cases": "4",
    "answer_time": "6",
    "agreements": "ours",
    "customer_data_use": "never",
    "where_data": [{"country": "PH", "opened": "yes"}, {"country": "DE", "stored": "yes"}],
    "days_to_first_batch": [
        {"step": "contract", "done_by_day": "10"},
        {"step": "first_batch", "done_by_day": "24"},
    ],
    "pilot_terms": "yes",
}
SEALED: dict[str, object] = {
    "price_table": [
        {
            "component": "Labels",
            "unit": "label",
            "price_full": {"amount": "0.0473", "currency": "USD"},
        }
    ],
    "rework_terms": "vendor",
}


def build(db: Database) -> Scene:
    """The scene in an open store."""
    lead = make_user(db, "procurement_lead")
    evaluator = make_user(db, "evaluator")
    with db.writing() as session:
        entry = EvaluationIn(name="Shelf detection")
        evaluation = evaluations.create_evaluation(session, actor=lead, entry=entry)
        evaluations.set_need(session, actor=lead, evaluation_id=evaluation.id, need=NEED, seen=None)
        found = []
        for name in ("Harbor", "Northlight"):
            vendor = vendors.add_vendor(session, actor=lead, entry=VendorIn(name=name))
            candidate = evaluations.add_candidate(
                session, actor=lead, evaluation_id=evaluation.id, entry=CandidateIn(vendor_id=vendor.id)
            )
            found.append(candidate.id)
        response = service.start_response(session, actor=lead, candidate_id=found[0], entry=StartIn())
        return Scene(db, lead, evaluator, evaluation.id, (found[0], found[1]), response.id)


@pytest.fixture
def scene(db: Database) -> Scene:
    """Once per database: for verbs."""
    return build(db)


@pytest.fixture
def filled(scene: Scene) -> Callable[[], Scene]:
    """The scene with realistic answers."""

    def fill() -> Scene:
        for question_id, value in (REALISTIC | SEALED).items():
            told = Confidence.EVIDENCED if question_id == "subcontractors" else Confidence.TOLD
            scene.answer(question_id, value, confidence=told)
        return scene

    return fill


@pytest.fixture
def site(client: TestClient) -> Scene:
    """The scene in the store of the running application; the client acts as a procurement lead."""
    scene = build(client.app.state.database)  # type: ignore[attr-defined]
    sign_in(client, Role.PROCUREMENT_LEAD)
    return scene


def base(scene: Scene) -> str:
    """The page of the scene's response."""
    return f"/responses/{scene.response_id}"


def anonymous(client: TestClient) -> TestClient:
    """A browser that nobody has signed in with."""
    other = TestClient(client.app, follow_redirects=False)
    other.portal = client.portal
    return other


def entered(client: TestClient, secret: str) -> tuple[TestClient, str]:
    """A vendor's browser that pressed the button of its link, and the address it was sent to."""
    browser = anonymous(client)
    answer = browser.post(f"/vendor-link/{secret}")
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["location"]


HTMX = {"hx-request": "true"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
