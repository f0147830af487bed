"""An evaluation with three candidates and a small scorecard, made through the services that users call."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.assessment import service
from app.assessment.schemas import LockIn, PinIn, PriceIn, RatingIn, ValueIn
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.models import Governance, Stage
from app.evaluations.schemas import CandidateIn, EvaluationIn, NeedIn, PanelIn
from app.kit.actors import Actor
from app.kit.db import Database
from app.scorecards import service as scorecards
from app.scorecards.schemas import ForkIn, TextIn
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn
from tests.conftest import make_user

DAY = date(2030, 12, 1)
CARD = """
format: assay/scorecard@1
id: small
version: 1
name: Small scorecard
scorecard:
  groups:
    - id: quality
      name: Quality
      weight: 60
      criteria:
        - {id: f1, name: F1, weight: 50, kind: linear, unit: share, worst: 0.8, best: 1.0, from: {pilot: f1}}
        - id: process
          name: Quality process
          weight: 50
          kind: levels
          levels: {none: 0, written: 40, measured: 80, managed: 100}
          level_texts: {none: Nothing written., written: Written., measured: Measured., managed: Managed.}
          from: {rating: true, see: [qa_process]}
          who: [ml_lead, evaluator]
    - id: security
      name: Security
      weight: 15
      criteria:
        - id: vetting
          name: Vetting
          weight: 1
          kind: levels
          levels: {signed: 0, checked: 60, secure: 100}
          from: {rating: true, see: []}
          who: [security_reviewer]
    - id: price
      name: Price
      weight: 25
      criteria:
        - {id: cost, name: Cost, weight: 1, kind: price, method: absolute_linear, from: {cost: per_accepted}}
  requirements:
    - id: soc2
      name: Independent assurance
      any_of: [{certificate: soc2_type2}, {certificate: iso27001}]
      before: award
      except_when: {data_class: [public]}
    - {id: floor, name: F1 floor, criterion: f1, at_least: 0.9, decide: interval, before: award}
"""


@dataclass
class World:
    """What a test works with; `candidates` by vendor name."""

    db: Database
    lead: Actor
    evaluation: UUID
    candidates: dict[str, UUID]
    vendors: dict[str, UUID]

    def rate(self, actor: Actor, name: str, criterion: str, value: Any, note: str = "") -> None:
        entry = RatingIn(candidate_id=self.candidates[name], criterion=criterion, value=value, note=note)
        with self.db.writing() as session:
            service.rate(session, actor=actor, evaluation_id=self.evaluation, entry=entry)

    def lock(self, actor: Actor, name: str, *, leave_open: bool = False) -> None:
        entry = LockIn(candidate_id=self.candidates[name], leave_open=leave_open)
        with self.db.writing() as session:
            service.lock_ratings(session, actor=actor, evaluation_id=self.evaluation, entry=entry)

    def value(self, name: str, subject: str, mid: Any = None, **more: Any) -> None:
        entry = ValueIn(
            candidate_id=self.candidates[name],
            subject=subject,
            mid=mid,
            source="typed from the report",
            **{"status": "verified", **more},
        )
        with self.db.writing() as session:
            service.set_value(session, actor=self.lead, evaluation_id=self.evaluation, entry=entry)

    def analysis(self, **options: Any) -> service.EvaluationAnalysis:
        with self.db.reading() as session:
            return service.analysis_of(session, self.evaluation, **options)

    def on_panel(self, *roles: Role) -> Actor:
        actor = make_user(self.db, *roles)
        with self.db.writing() as session:
            entry = PanelIn(user_id=actor.id, roles=list(roles))
            evaluations.set_member(session, actor=self.lead, evaluation_id=self.evaluation, entry=entry)
        return actor


def publish_small(db: Database, lead: Actor, text: str = CARD) -> None:
    """Put the small scorecard into the library."""
    with db.writing() as session:
        scorecards.fork(session, actor=lead, key="image-labeling", entry=ForkIn(key="small", name="Small"))
        scorecards.edit_draft(session, actor=lead, key="small", entry=TextIn(text=text), seen=1)
        scorecards.publish(session, actor=lead, key="small")


def make_world(
    db: Database,
    *,
    governance: Governance = Governance.TEAM,
    names: tuple[str, ...] = ("Northwind Labels", "Harbor Annotation", "Polyline Data"),
    lead: Actor | None = None,
    prices: bool = True,
    card: str = CARD,
) -> World:
    """An open evaluation on the small scorecard, need and price anchors set."""
    lead = lead or make_user(db)
    publish_small(db, lead, card)
    with db.writing() as session:
        entry = EvaluationIn(name="Shelf detection", governance=governance, decide_by=DAY)
        row = evaluations.create_evaluation(session, actor=lead, entry=entry)
        need = NeedIn(
            techniques=["bounding_box"],
            data_types=["image"],
            volume=1_000_000,
            production_data_class="confidential",
        )
        evaluations.set_need(session, actor=lead, evaluation_id=row.id, need=need, seen=row.version)
        evaluation_id = row.id
    found: dict[str, UUID] = {}
    companies: dict[str, UUID] = {}
    for name in names:
        with db.writing() as session:
            vendor = vendors.add_vendor(session, actor=lead, entry=VendorIn(name=name))
            entered = CandidateIn(vendor_id=vendor.id, stage=Stage.SHORTLIST)
            candidate = evaluations.add_candidate(
                session, actor=lead, evaluation_id=evaluation_id, entry=entered
            )
            found[name], companies[name] = candidate.id, vendor.id
    with db.writing() as session:
        service.pin_scorecard(session, actor=lead, evaluation_id=evaluation_id, entry=PinIn(key="small"))
        if prices:
            entry_price = PriceIn(target="0.04", cap="0.12")
            service.set_price(session, actor=lead, evaluation_id=evaluation_id, entry=entry_price, seen=None)
    return World(db, lead, evaluation_id, found, companies)
