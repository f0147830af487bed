"""The pilot lab of the demonstration: one pilot from its item list to an adjudicated gold, as people would run it."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.demo import pilot, tickets
from app.demo.build import Opened, Stage, Story, story
from app.demo.tickets import Hands, Ticket
from app.files.service import Purpose
from app.kit.actors import Actor
from app.kit.db import WriteSession
from app.pilots import service as pilots
from app.pilots.gold_schemas import ChoiceIn
from app.pilots.models import ChoiceKind, Pilot
from app.pilots.reading_sets import FIELDS
from app.pilots.schemas import CriteriaIn, CriterionIn, PilotIn
from app.runs import service as runs
from app.runs.models import PilotQuestion, PilotStage
from app.runs.schemas import (
    AdoptIn,
    LabelingPlanIn,
    MilestoneIn,
    OurQuestionIn,
    PartLinkIn,
    PublishAnswerIn,
    PublishIn,
    QuestionIn,
    ReplyIn,
    RunIn,
    StageIn,
)

Pack = list[tuple[str, Ticket]]  # what a vendor calls each ticket, in its order


@dataclass(frozen=True, slots=True)
class Bench:
    """A pilot being played: what it is told by, its tickets by name, and who holds each vendor's link."""

    stage: Stage
    opened: Opened
    told: Story
    lab: Story
    key: UUID
    tickets: Sequence[Ticket]
    holders: Mapping[str, tuple[Actor, UUID]]

    @property
    def milo(self) -> Actor:
        """The ML lead, who runs it."""
        return self.stage.people["milo"]

    @property
    def seed(self) -> int:
        """Where all randomness of the pilot starts."""
        seed: int = self.told["pilot"]["seed"]
        return seed


def play(stage: Stage, opened: Opened, told: Story, count: int) -> Bench:
    """The pilot with two deliveries compared; what people say of them is `judging`'s part."""
    lab = story("lab")
    found = tickets.tickets(count, lab, told["labels"], told["pilot"]["seed"])
    key = _planned(stage, opened, told, lab)
    bench = Bench(stage, opened, told, lab, key, found, {})
    _list_items(bench)
    _make_gold(bench)
    pilot.offer(stage, opened, told, key)
    _write_run(bench)
    bench = Bench(stage, opened, told, lab, key, found, _open_up(bench))
    packs = _hand_out(bench)
    _talk(bench, packs)
    _second_version(bench)
    _deliver(bench, packs)
    return bench


def _planned(stage: Stage, opened: Opened, told: Story, lab: Story) -> UUID:
    milo = stage.people["milo"]
    with stage.database.writing() as session:
        entry = PilotIn.model_validate(told["pilot"])
        key = pilots.create_pilot(session, actor=milo, evaluation_id=opened.id, entry=entry).id
        promised = CriteriaIn(criteria=[CriterionIn(**item) for item in told["criteria"]])
        pilots.set_criteria(session, actor=milo, pilot_id=key, entry=promised, seen=None)
        runs.set_plan(
            session, actor=milo, pilot_id=key, entry=LabelingPlanIn.model_validate(lab["plan"]), seen=None
        )
        runs.publish_instructions(session, actor=milo, pilot_id=key, entry=PublishIn())
    return key


def _list_items(bench: Bench) -> None:
    stage, content = bench.stage, tickets.item_list(bench.tickets)
    upload = stage.upload(content, "ticket-items-demo.csv", Purpose.ANNOTATIONS)
    checked = pilots.check_items(
        stage.database, stage.contents, actor=bench.milo, pilot_id=bench.key, upload=upload
    )
    with stage.database.writing() as session:
        pilots.upload_items(session, actor=bench.milo, pilot_id=bench.key, checked=checked)


def _make_gold(bench: Bench) -> None:
    """Gold of our own two label sets; every dispute is decided for who is right."""
    stage, right = bench.stage, {one.item: one.label for one in bench.tickets}
    sets = tickets.own_sets(bench.tickets, bench.lab, bench.told["labels"], bench.seed)
    uploads = {
        field: stage.upload(data, f"own-set-{letter}-demo.csv", Purpose.ANNOTATIONS)
        for field, letter, data in zip(FIELDS, "ab", sets, strict=False)
    }
    checked = pilots.check_sets(
        stage.database, stage.contents, actor=bench.milo, pilot_id=bench.key, uploads=uploads
    )
    with stage.database.writing() as session:
        row = pilots.start_draft(session, actor=bench.milo, pilot_id=bench.key, checked=checked)
        draft, _ = pilots.draft_of(session, actor=bench.milo, draft_id=row.id)
        for one in draft.disputes:
            said = [marks and marks[0]["label"] for marks in one["answers"]]
            took = said.index(right[one["item"]]) if right[one["item"]] in said else None
            entry = ChoiceIn(item=one["item"], kind=ChoiceKind.EXCLUDE if took is None else ChoiceKind.TAKE)
            entry = entry.model_copy(update={"side": took or 0})
            pilots.decide_dispute(session, actor=bench.milo, draft_id=row.id, entry=entry)
        draft_id = row.id
    frozen = pilots.check_freeze(stage.database, stage.contents, actor=bench.milo, draft_id=draft_id)
    with stage.database.writing() as session:
        pilots.freeze_draft(session, actor=bench.milo, draft_id=draft_id, checked=frozen)


def _write_run(bench: Bench) -> None:
    stage = bench.stage
    milestones = [
        MilestoneIn(
            title=one["title"],
            day=stage.in_days(one["day"]),
            done=stage.in_days(-one["done"]) if "done" in one else None,
            round=one.get("round"),
        )
        for one in bench.lab["milestones"]
    ]
    entry = RunIn(deadline=stage.in_days(bench.lab["last_day_in"]), milestones=milestones)
    with stage.database.writing() as session:
        found = runs.run_of(session, session.get_one(Pilot, bench.key))
        runs.set_run(session, actor=bench.milo, pilot_id=bench.key, entry=entry, seen=found.version)


def _open_up(bench: Bench) -> dict[str, tuple[Actor, UUID]]:
    """Send every vendor its link; each confirms its promises, and the pilot is agreed and running."""
    stage, holders = bench.stage, {}
    with stage.database.writing() as session:
        for name, holder in bench.told["discovery"]["holders"].items():
            url, _ = runs.send_part(
                session,
                actor=stage.people["lena"],
                pilot_id=bench.key,
                candidate_id=bench.opened.candidates[name],
                entry=PartLinkIn(holder_name=f"{holder} (demo)"),
                base_url=stage.settings.public_url,
            )
            _, found = runs.open_part_link(session, url.rpartition("/")[2])
            holders[name] = found.actor, found.part.id
            digest = runs.promises_digest(session, found.pilot, found.part.candidate_id)
            runs.confirm_promises(session, actor=found.actor, part_id=found.part.id, digest=digest)
            runs.confirm_instructions(session, actor=found.actor, part_id=found.part.id, number=1)
    for step in (PilotStage.AGREED, PilotStage.RUNNING):
        with stage.database.writing() as session:
            runs.set_stage(session, actor=bench.milo, pilot_id=bench.key, entry=StageIn(stage=step))
    return holders


def _hand_out(bench: Bench) -> dict[str, Pack]:
    """Every vendor downloads its pack; what it then calls each ticket, in its order."""
    stage = bench.stage
    with stage.database.reading() as session:
        listing = pilots.listing_of(session, bench.key)
    meant = {code: item for item, code in listing.codes.items()} if listing else {}
    known = {one.item: one for one in bench.tickets}
    packs = {}
    for name, (actor, part_id) in bench.holders.items():
        pack = runs.pack_by_link(stage.database, stage.contents, actor=actor, part_id=part_id)
        with stage.database.writing() as session:
            runs.note_download(session, actor=actor, pack=pack)
        with zipfile.ZipFile(io.BytesIO(pack.content)) as opened:
            rows = list(csv.DictReader(io.StringIO(opened.read("items.csv").decode())))
        packs[name] = [(row["item"], known[meant[row["item"]]]) for row in rows]
    return packs


def _talk(bench: Bench, packs: Mapping[str, Pack]) -> None:
    """The question log, thread by thread."""
    for one in bench.lab["log"]:
        planted = sorted((ticket.item, code) for code, ticket in packs[one["who"]] if ticket.question)
        item = planted[one["item"]][1] if "item" in one else ""
        with bench.stage.database.writing() as session:
            _thread(session, bench, one, item)


def _thread(session: WriteSession, bench: Bench, one: Mapping[str, Any], item: str) -> None:
    (vendor, part_id), milo = bench.holders[one["who"]], bench.milo
    if one.get("by_us"):
        entry = OurQuestionIn(text=one["text"], candidate_id=bench.opened.candidates[one["who"]])
        row = runs.ask_vendor(session, actor=milo, pilot_id=bench.key, entry=entry)
        for text in one.get("replies", ()):
            runs.reply_by_link(
                session, actor=vendor, part_id=part_id, question_id=row.id, entry=ReplyIn(text=text)
            )
        return
    asked = QuestionIn(kind=one["kind"], item=item, text=one["text"])
    row = runs.ask_by_link(session, actor=vendor, part_id=part_id, entry=asked)
    for text in one.get("replies", ()):
        runs.reply(session, actor=milo, question_id=row.id, entry=ReplyIn(text=text))
    _settle(session, milo, row, one)


def _settle(session: WriteSession, milo: Actor, row: PilotQuestion, one: Mapping[str, Any]) -> None:
    session.flush()
    if "public" in one:
        told = PublishAnswerIn(**one["public"])
        runs.publish_answer(session, actor=milo, question_id=row.id, entry=told, seen=row.version)
    if "adopted" in one:
        runs.adopt(session, actor=milo, question_id=row.id, entry=AdoptIn(adopted=one["adopted"]))


def _second_version(bench: Bench) -> None:
    """What the questions taught goes into the instructions; who delivers confirms the new version."""
    plan, later = bench.lab["plan"], bench.lab["later"]
    better = LabelingPlanIn.model_validate(
        plan
        | {
            "steps": f"{plan['steps']}\n{later['steps_more']}",
            "mistakes": f"{plan['mistakes']}\n{later['mistake_more']}",
        }
    )
    with bench.stage.database.writing() as session:
        found = runs.run_of(session, session.get_one(Pilot, bench.key))
        runs.set_plan(session, actor=bench.milo, pilot_id=bench.key, entry=better, seen=found.version)
        entry = PublishIn(reason=later["reason"])
        runs.publish_instructions(session, actor=bench.milo, pilot_id=bench.key, entry=entry)
        for name in bench.lab["skills"]:
            actor, part_id = bench.holders[name]
            runs.confirm_instructions(session, actor=actor, part_id=part_id, number=2)


def _deliver(bench: Bench, packs: Mapping[str, Pack]) -> None:
    """Who is ready delivers by its link, and everything is compared."""
    stage, names = bench.stage, list(bench.lab["skills"])

    def checked(name: str) -> pilots.CheckedDelivery:
        (actor, part_id), place = bench.holders[name], names.index(name)
        content = tickets.delivery(
            packs[name],
            bench.told["labels"],
            Hands(**bench.lab["skills"][name]),
            bench.seed + place,
            team=chr(65 + place),
            last=stage.in_days(-2),
        )
        upload = stage.upload(content, f"{name}-demo.csv", Purpose.ANNOTATIONS)
        return runs.check_by_link(
            stage.database,
            stage.contents,
            actor=actor,
            part_id=part_id,
            round_seen=1,
            upload=upload,
            times=None,
        )

    with ThreadPoolExecutor() as pool:  # each check is a process of its own
        found = list(pool.map(checked, names))
    for name, one in zip(names, found, strict=True):
        actor, part_id = bench.holders[name]
        with stage.database.writing() as session:
            runs.deliver_by_link(session, actor=actor, part_id=part_id, round_seen=1, checked=one)
    pilots.compute_now(stage.database, stage.contents, [bench.key])
