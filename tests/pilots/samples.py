"""A pilot to work on: files as vendors send them, and an evaluation with four candidates."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.models import Candidate, Governance, Stage
from app.evaluations.schemas import CandidateIn, EvaluationIn, NeedIn
from app.files.service import Purpose, Upload, store_upload
from app.kit.actors import Actor
from app.kit.db import Database
from app.kit.storage import LocalStore
from app.pilots import service
from app.pilots.models import Delivery, GoldVersion
from app.pilots.schemas import OfferIn, PilotIn
from app.vendors import service as vendors
from app.vendors.models import VendorKind
from app.vendors.schemas import VendorIn

LEAD = Actor(uuid4(), "Lena", frozenset({Role.PROCUREMENT_LEAD, Role.ML_LEAD}))
EVALUATOR = Actor(uuid4(), "Ed", frozenset({Role.EVALUATOR}))
ITEMS = 120
CLASSES = ("cat", "dog", "owl")


def gold_csv(items: int = ITEMS, shift: int = 0) -> bytes:
    """Gold of a classification pilot; `shift` changes some labels."""
    rows = [f"i{at:03},{CLASSES[(at + shift * (at % 10 == 0)) % 3]}" for at in range(items)]
    return "\n".join(["item,label", *rows]).encode()


def delivery_csv(wrong: int, *, items: int = ITEMS, people: int = 3, seconds: float = 4.0) -> bytes:
    """Labels with every `wrong`-th item mislabelled."""
    rows = []
    for at in range(items):
        label = CLASSES[(at + (at % wrong == wrong - 1)) % 3]
        rows.append(f"i{at:03},{label},p{wrong}{at % people},{seconds + at % 3}")
    return "\n".join(["item,label,annotator,seconds", *rows]).encode()


def boxes_gold(images: int = 4) -> bytes:
    """A small COCO gold: two boxes per image."""
    boxes = [(at, box) for at in range(1, images + 1) for box in ([10, 10, 40, 30], [60, 50, 20, 20])]
    document = {
        "images": [
            {"id": at, "file_name": f"shelf-{at}.jpg", "width": 200, "height": 100}
            for at in range(1, images + 1)
        ],
        "categories": [{"id": 1, "name": "bottle"}, {"id": 2, "name": "can"}],
        "annotations": [
            {"id": number, "image_id": image, "category_id": 1 + number % 2, "bbox": box}
            for number, (image, box) in enumerate(boxes)
        ],
    }
    return json.dumps(document).encode()


@dataclass
class Lab:
    """One evaluation with a pilot; verbs in short."""

    db: Database
    contents: LocalStore
    evaluation_id: UUID
    pilot_id: UUID
    candidates: dict[str, UUID] = field(default_factory=dict)

    def upload(self, data: bytes, name: str = "labels.csv") -> Upload:
        return store_upload(self.contents, io.BytesIO(data), name, purpose=Purpose.ANNOTATIONS, limit=10**8)

    def gold(self, data: bytes, name: str = "gold.csv", note: str = "A label was wrong.") -> GoldVersion:
        upload = self.upload(data, name)
        checked = service.check_gold(
            self.db, self.contents, actor=LEAD, pilot_id=self.pilot_id, upload=upload
        )
        with self.db.writing() as session:
            row = service.upload_gold(session, actor=LEAD, pilot_id=self.pilot_id, checked=checked, note=note)
            key = row.id
        with self.db.reading() as session:
            return session.get_one(GoldVersion, key)

    def deliver(
        self, who: str, data: bytes, name: str = "labels.csv", *, times: bytes = b"", replaces: bool = False
    ) -> Delivery:
        checked = service.check_delivery(
            self.db,
            self.contents,
            actor=LEAD,
            pilot_id=self.pilot_id,
            candidate_id=self.candidates[who],
            upload=self.upload(data, name),
            times=self.upload(times, "times.csv") if times else None,
        )
        with self.db.writing() as session:
            row = service.upload_delivery(
                session, actor=LEAD, pilot_id=self.pilot_id, checked=checked, replaces=replaces
            )
            key = row.id
        with self.db.reading() as session:
            return session.get_one(Delivery, key)

    def offer(self, who: str, lines: Sequence[Mapping[str, object]], minimum: str = "0") -> None:
        entry = OfferIn.model_validate({"currency": "USD", "lines": lines, "minimum": minimum})
        with self.db.writing() as session:
            service.set_offer(
                session,
                actor=LEAD,
                pilot_id=self.pilot_id,
                candidate_id=self.candidates[who],
                entry=entry,
                seen=None,
            )

    def compared(self) -> service.PilotComparison:
        service.compute_now(self.db, self.contents, [self.pilot_id])
        with self.db.reading() as session:
            found = service.comparison_of(session, self.pilot_id)
        assert found is not None
        return found

    def code(self, who: str) -> str:
        with self.db.reading() as session:
            return session.get_one(Candidate, self.candidates[who]).code


def start(db: Database, contents: LocalStore, governance: Governance, plan: PilotIn) -> Lab:
    """An evaluation of three vendors and our own team, with a pilot."""
    with db.writing() as session:
        evaluation = evaluations.create_evaluation(
            session, actor=LEAD, entry=EvaluationIn(name="Shelf detection", governance=governance)
        )
        need = NeedIn(volume=100_000, techniques=["bounding_box"], pilot_data_class=plan.data_class)
        evaluations.set_need(session, actor=LEAD, evaluation_id=evaluation.id, need=need, seen=None)
        lab = Lab(db, contents, evaluation.id, UUID(int=0))
        for name in ("Harbor", "Mosaic", "Northwind", "Our team"):
            kind = VendorKind.IN_HOUSE if name == "Our team" else VendorKind.VENDOR
            vendor = vendors.add_vendor(session, actor=LEAD, entry=VendorIn(name=name, kind=kind))
            entry = CandidateIn(vendor_id=vendor.id, stage=Stage.PILOT)
            row = evaluations.add_candidate(session, actor=LEAD, evaluation_id=evaluation.id, entry=entry)
            lab.candidates[name] = row.id
        pilot = service.create_pilot(session, actor=LEAD, evaluation_id=evaluation.id, entry=plan)
        lab.pilot_id = pilot.id
    return lab
