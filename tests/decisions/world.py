"""An evaluation that can be decided, made through the services that users call."""

import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy import inspect

from app import wiring
from app.core.permissions import Role
from app.decisions import service
from app.decisions.models import Approval, Decision, Memo
from app.decisions.schemas.entries import AnswerIn, ApprovalLinkIn, DecisionIn
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, Governance
from app.evaluations.schemas import NeedIn
from app.files.service import Purpose, Upload, store_upload
from app.kit.actors import Actor
from app.kit.db import Database
from app.kit.storage import LocalStore
from app.pilots import service as pilots
from app.pilots.schemas import OfferIn, PilotIn
from app.settings import Settings
from app.vendors import service as vendors
from app.vendors.models import Standing
from app.vendors.schemas import CertificateIn
from tests.assessment.world import DAY, World, make_world
from tests.conftest import make_user

Found = TypeVar("Found", Decision, Memo, Approval)
NORTHWIND, HARBOR, POLYLINE = "Northwind Labels", "Harbor Annotation", "Polyline Data"
FIGURES = (
    (NORTHWIND, 0.96, "measured", "secure", 0.08),
    (HARBOR, 0.93, "written", "checked", 0.05),
    (POLYLINE, 0.85, "none", "signed", 0.045),
)


@dataclass
class Case:
    """What a test works with: the evaluation, who recommends, who approves."""

    world: World
    lead: Actor
    approver: Actor

    @property
    def db(self) -> Database:
        return self.world.db

    @property
    def evaluation(self) -> UUID:
        return self.world.evaluation

    def read(self, row: Found) -> Found:
        """The row as it was committed, usable without a session."""
        with self.db.reading() as session:
            return session.get_one(type(row), inspect(row).identity)

    def draft(self) -> Decision:
        with self.db.writing() as session:
            row = service.draft_decision(session, actor=self.lead, evaluation_id=self.evaluation)
        return self.read(row)

    def edit(self, row: Decision, **changed: object) -> Decision:
        with self.db.writing() as session:
            values = DecisionIn.model_validate(row.model_dump(include=set(DecisionIn.model_fields)))
            entry = DecisionIn.model_validate({**values.model_dump(), **changed})
            row = service.edit_decision(
                session, actor=self.lead, decision_id=row.id, entry=entry, seen=row.version
            )
        return self.read(row)

    def propose(self, row: Decision) -> Memo:
        with self.db.writing() as session:
            memo = service.propose(session, actor=self.lead, decision_id=row.id)
        return self.read(memo)

    def proposed(self) -> tuple[Decision, Memo]:
        row = self.draft()
        memo = self.propose(row)
        return row, memo

    def link(self, row: Decision, name: str = "Bea Budget", email: str = "") -> str:
        with self.db.writing() as session:
            entry = ApprovalLinkIn(name=name, email=email)
            url = service.issue_approval_link(
                session,
                actor=self.lead,
                decision_id=row.id,
                entry=entry,
                public_url="http://assay.test",
                hours=72,
            )
        return url.rpartition("/")[2]

    def answer(self, row: Decision, memo: Memo, verdict: str = "approve", comment: str = "") -> Approval:
        with self.db.writing() as session:
            entry = AnswerIn(verdict=verdict, memo_digest=memo.digest, comment=comment)
            answer = service.decide(session, actor=self.approver, decision_id=row.id, entry=entry)
        return self.read(answer)

    def by_link(self, secret: str, memo: Memo, verdict: str = "approve", comment: str = "") -> Approval:
        with self.db.writing() as session:
            entry = AnswerIn(verdict=verdict, memo_digest=memo.digest, comment=comment)
            answer = service.decide_by_link(session, secret=secret, entry=entry)
        return self.read(answer)

    def row(self, decision_id: UUID) -> Decision:
        with self.db.reading() as session:
            return session.get_one(Decision, decision_id)

    def evaluated(self) -> Evaluation:
        with self.db.reading() as session:
            return session.get_one(Evaluation, self.evaluation)

    def stage(self, name: str) -> str:
        with self.db.reading() as session:
            found, _ = evaluations.candidate_of(
                session, actor=self.lead, candidate_id=self.world.candidates[name]
            )
            return found.candidate.stage.value

    def print(self, folder: Path) -> Settings:
        settings = Settings(data_dir=folder, worker_in_web=False)
        settings.prepare()
        worker = wiring.worker(self.db, settings)
        while worker.run_once():
            pass
        return settings


def make_case(db: Database, governance: Governance = Governance.SOLO, *, certified: bool = True) -> Case:
    """Three candidates scored on the small scorecard: one leads, one follows, one fails a must-have."""
    world = make_world(db, governance=governance)
    rater = (
        world.lead if governance is Governance.SOLO else world.on_panel(Role.ML_LEAD, Role.SECURITY_REVIEWER)
    )
    for name, f1, level, vetting, cost in FIGURES:
        world.value(name, "f1", f1)
        world.value(name, "cost", cost)
        world.rate(rater, name, "process", level)
        world.rate(rater, name, "vetting", vetting)
        if governance is not Governance.SOLO:
            world.lock(rater, name)
        if certified or name != NORTHWIND:
            certify(world, name, DAY)
    budget(world, 9_000_000)
    lead = make_user(db, Role.PROCUREMENT_LEAD, name="Lena Lead")
    approver = make_user(db, Role.APPROVER, name="Anton Approver")
    return Case(world, lead, approver)


def budget(world: World, amount: int | None) -> None:
    """Set the need's budget a year, in minor units; the need stays else."""
    with world.db.writing() as session:
        row = session.get_one(Evaluation, world.evaluation)
        need = NeedIn.model_validate({**row.need, "budget": amount})
        evaluations.set_need(
            session, actor=world.lead, evaluation_id=world.evaluation, need=need, seen=row.version
        )


def certify(world: World, name: str, until: date) -> None:
    """A verified certificate that meets the must-have."""
    entry = CertificateIn(standard="iso27001", standing=Standing.VERIFIED, valid_until=until)
    with world.db.writing() as session:
        vendors.add_certificate(session, actor=world.lead, vendor_id=world.vendors[name], entry=entry)


def coco(images: int, *, drop: int = 0, wrong: int = 0) -> bytes:
    """Two boxes an image; every `drop`-th is missing and every `wrong`-th has the other class."""
    boxes = [(at, box) for at in range(1, images + 1) for box in ([10, 10, 40, 30], [60, 50, 20, 20])]
    document = {
        "images": [
            {"id": at, "file_name": f"shelf-{at}.jpg", "width": 200, "height": 100}
            for at in range(1, images + 1)
        ],
        "categories": [{"id": 1, "name": "bottle"}, {"id": 2, "name": "can"}],
        "annotations": [
            {
                "id": number,
                "image_id": image,
                "category_id": 1 + (number + (wrong > 0 and number % wrong == 0)) % 2,
                "bbox": box,
            }
            for number, (image, box) in enumerate(boxes, 1)
            if not drop or number % drop
        ],
    }
    return json.dumps(document).encode()


def add_pilot(case: Case, folder: Path) -> UUID:
    """A boxes pilot that two vendors have delivered to, with their offers, compared."""
    contents = LocalStore(folder / "files")
    with case.db.writing() as session:
        plan = PilotIn(task="boxes")
        pilot = pilots.create_pilot(session, actor=case.world.lead, evaluation_id=case.evaluation, entry=plan)
        pilot_id = pilot.id

    def upload(data: bytes) -> Upload:
        stream = io.BytesIO(data)
        return store_upload(contents, stream, "labels.json", purpose=Purpose.ANNOTATIONS, limit=10**8)

    asked = {"actor": case.world.lead, "pilot_id": pilot_id}
    gold = pilots.check_gold(case.db, contents, **asked, upload=upload(coco(60)))
    with case.db.writing() as session:
        pilots.upload_gold(session, **asked, checked=gold)
    for name, drop, wrong, price in ((NORTHWIND, 40, 0, "0.08"), (HARBOR, 30, 59, "0.06")):
        candidate_id = case.world.candidates[name]
        delivery = pilots.check_delivery(
            case.db,
            contents,
            **asked,
            candidate_id=candidate_id,
            upload=upload(coco(60, drop=drop, wrong=wrong)),
            times=None,
        )
        lines = [
            {"name": "Labeling", "amount": price, "per": "label"},
            {"name": "Set-up", "amount": "9600", "per": "fixed", "labor": False},
        ]
        with case.db.writing() as session:
            pilots.upload_delivery(session, **asked, checked=delivery, replaces=False)
            entry = OfferIn.model_validate({"lines": lines})
            pilots.set_offer(session, **asked, candidate_id=candidate_id, entry=entry, seen=None)
    pilots.compute_now(case.db, contents, [pilot_id])
    return pilot_id
