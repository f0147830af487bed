"""Pilots of the demonstration: plan, gold and deliveries from the generator, offers."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from app.demo.build import Opened, Stage, Story
from app.files.service import Purpose
from app.pilots import service as pilots
from app.pilots.schemas import CriteriaIn, CriterionIn, OfferIn, PilotIn
from app.pilots.service import CheckedDelivery

Files = Mapping[str, tuple[bytes, bytes | None]]  # short name -> labels, times


def plan(stage: Stage, opened: Opened, told: Story, gold: bytes, gold_name: str) -> UUID:
    """A pilot with its promises locked and its gold."""
    milo = stage.people["milo"]
    with stage.database.writing() as session:
        entry = PilotIn.model_validate(told["pilot"])
        key = pilots.create_pilot(session, actor=milo, evaluation_id=opened.id, entry=entry).id
        promised = [CriterionIn(**item) for item in told["criteria"]]
        pilots.set_criteria(
            session, actor=milo, pilot_id=key, entry=CriteriaIn(criteria=promised, lock=True), seen=None
        )
    upload = stage.upload(gold, gold_name, Purpose.ANNOTATIONS)
    checked = pilots.check_gold(stage.database, stage.contents, actor=milo, pilot_id=key, upload=upload)
    with stage.database.writing() as session:
        pilots.upload_gold(session, actor=milo, pilot_id=key, checked=checked, note=told["gold_note"])
    return key


def deliver(stage: Stage, opened: Opened, key: UUID, files: Files, suffix: str) -> None:
    """Take in what each candidate delivered, and compare."""
    milo = stage.people["milo"]

    def checked(name: str) -> CheckedDelivery:
        labels, times = files[name]
        return pilots.check_delivery(
            stage.database,
            stage.contents,
            actor=milo,
            pilot_id=key,
            candidate_id=opened.candidates[name],
            upload=stage.upload(labels, f"{name}-demo.{suffix}", Purpose.ANNOTATIONS),
            times=stage.upload(times, f"{name}-times-demo.csv", Purpose.ANNOTATIONS) if times else None,
        )

    with (
        ThreadPoolExecutor() as pool
    ):  # each check is a process of its own, and all are against the same gold
        found = list(pool.map(checked, files))
    for one in found:
        with stage.database.writing() as session:
            pilots.upload_delivery(session, actor=milo, pilot_id=key, checked=one)
    pilots.compute_now(stage.database, stage.contents, [key])


def offer(stage: Stage, opened: Opened, told: Story, key: UUID) -> None:
    """Write down what each candidate charges, sealed."""
    with stage.database.writing() as session:
        for name, entry in told["offers"].items():
            pilots.set_offer(
                session,
                actor=stage.people["lena"],
                pilot_id=key,
                candidate_id=opened.candidates[name],
                entry=OfferIn(currency=told["pilot"]["currency"], **entry),
                seen=None,
            )


def close(stage: Stage, key: UUID) -> None:
    """End the pilot."""
    with stage.database.writing() as session:
        pilots.close_pilot(session, actor=stage.people["milo"], pilot_id=key)
