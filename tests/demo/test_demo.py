"""The demonstration on both databases: complete, the same again, and gone without a rest."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app import demo
from app.assessment import service as assessment
from app.audit import service as audit
from app.core.errors import Unavailable
from app.core.permissions import Role
from app.decisions.models import Decision, DecisionState, Memo
from app.decisions.schemas.record import RankLine, Record, digest_of
from app.demo import people
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, EvaluationState, Stage, StepName, StepState
from app.evaluations.schemas import CandidateIn, EvaluationIn
from app.files.models import File
from app.home import service as home
from app.kit.actors import SYSTEM
from app.kit.db import Database, ReadSession, open_database
from app.kit.storage import LocalStore
from app.onboarding import service as onboarding
from app.pilots import service as pilots
from app.reviews import service as reviews
from app.reviews.models import PilotReview
from app.runs import service as runs
from app.settings import Settings
from app.vendors.models import Vendor
from tests.conftest import make_user

# What is not the demonstration's: the record, its names, and bookkeeping of the machine.
KEPT = {"audit_event", "audit_actor", "job", "alembic_version"}


def counted(database: Database) -> dict[str, int]:
    """Rows by table, tables without rows left out."""
    tables = sa.inspect(database.engine).get_table_names()
    with database.read.connect() as connection:
        found = {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in tables
            if not name.startswith("vendor_fts")
        }
    return {name: count for name, count in found.items() if count}


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """Settings for files and keys of this test's own."""
    return Settings(data_dir=tmp_path / "data")


def load(database: Database, settings: Settings) -> list[demo.DemoLink]:
    return demo.load(database, settings, images=60, tickets=60)


def evaluation_of(session: ReadSession, name: str) -> Evaluation:
    return session.exec(select(Evaluation).where(col(Evaluation.name).startswith(name))).one()


def test_an_interrupted_build_is_repaired_twice_adds_only_links_and_removal_leaves_no_row(
    db: Database, small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("app.demo.discovery.answer", fail)
        with pytest.raises(Unavailable):
            load(db, small)
    with db.reading() as session:
        assert session.exec(select(Evaluation)).one().is_demo

    assert len(load(db, small)) == len(people.PEOPLE)
    with db.reading() as session:
        assert len(session.exec(select(Evaluation)).all()) == 2
    before = counted(db)
    assert (before["delivery"], before["memo"], before["evaluation"]) == (6, 1, 2)
    assert load(db, small)
    after = counted(db)
    assert {name for name in after if after[name] != before[name]} == {"one_time_link", "audit_event"}
    assert after["one_time_link"] - before["one_time_link"] == len(people.PEOPLE)

    make_user(db, Role.ADMIN)
    gone = demo.remove(db)
    assert (gone.evaluations, gone.stayed, gone.in_use) == (2, [], [])
    assert set(counted(db)) - KEPT == {"user"}
    with db.reading() as session:
        assert not audit.verify(session).fault
        assert session.exec(sa.text('SELECT count(*) FROM "user"')).scalar_one() == 1  # type: ignore[call-overload]


def fail(*_: object) -> None:
    raise Unavailable("test.interrupted", "Somebody pulled the plug.")


def test_removal_keeps_vendors_and_files_that_other_evaluations_use(
    sqlite_template: Path, small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.prepare()
    shutil.copyfile(sqlite_template, small.data_dir / "assay.db")
    database = open_database(small.url)
    monkeypatch.setattr("app.demo.discovery.answer", fail)
    with pytest.raises(Unavailable):
        load(database, small)
    own = make_user(database)
    with database.writing() as session:
        harbor = session.exec(select(Vendor).where(col(Vendor.name).startswith("Harbor"))).one()
        kept = evaluations.create_evaluation(session, actor=own, entry=EvaluationIn(name="Ours"))
        evaluations.add_candidate(
            session, actor=own, evaluation_id=kept.id, entry=CandidateIn(vendor_id=harbor.id)
        )
        name = harbor.name
    gone = demo.remove(database)
    assert (gone.evaluations, gone.in_use) == (1, [name])
    with database.reading() as session:
        assert [row.name for row in session.exec(select(Vendor))] == [name]
        assert [row.name for row in session.exec(select(Evaluation))] == ["Ours"]
    database.close()


@pytest.fixture(scope="module")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store with the demonstration, read only by its tests."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"))
    settings.prepare()
    shutil.copyfile(sqlite_template, settings.data_dir / "assay.db")
    database = open_database(settings.url)
    load(database, settings)
    yield database
    database.close()


def test_finished_evaluation_is_approved_with_a_memo_whose_figures_are_the_engines(loaded: Database) -> None:
    with loaded.reading() as session:
        row = evaluation_of(session, "Shelf")
        assert row.state is EvaluationState.DECIDED
        decided = session.exec(select(Decision)).one()
        memo = session.exec(select(Memo)).one()
        record = Record.model_validate(memo.record)
        assert decided.state is DecisionState.APPROVED
        assert memo.digest == digest_of(memo.record)
        assert len(memo.printed) == 2  # proposed, then approved

        again = engine_result(session, record)
        (pilot,) = pilots.pilots_of(session, actor=SYSTEM, evaluation_id=row.id)
        found = pilots.comparison_of(session, pilot.id)
    assert record.result
    assert [printed(line) for line in record.result.lines] == again
    assert record.pilot
    assert record.money
    assert found
    measured = {str(one.candidate_id): one for one in found.candidates}
    f1 = {line.candidate: line.value for line in record.pilot.lines}
    assert f1 == {key: one.metrics["f1"].value for key, one in measured.items()}
    totals = {line.candidate: line.totals for line in record.money.lines}
    assert totals == {key: tuple(cost.total for cost in one.costs) for key, one in measured.items()}
    assert record.asked.amount is not None
    assert (
        0 <= record.asked.amount - measured[record.asked.selected].costs[1].total < 100
    )  # up to whole dollars


def engine_result(session: ReadSession, record: Record) -> list[tuple[object, ...]]:
    """The ranking computed anew for the memo's day and candidates, in the memo's order."""
    ids = [UUID(one.id) for one in record.candidates]
    found = assessment.analysis_of(session, record.about.evaluation_id, day=record.day, candidate_ids=ids)
    lines = {str(line.id): line.line for line in found.candidates}
    assert record.result
    return [
        (one.candidate, line.total, line.low, line.high, line.rank, line.status)
        for one in record.result.lines
        for line in (lines[one.candidate],)
    ]


def printed(line: RankLine) -> tuple[object, ...]:
    """What the memo says of one candidate's place."""
    return line.candidate, line.total, line.low, line.high, line.rank, line.status


def test_finished_evaluation_tells_its_story(loaded: Database) -> None:
    with loaded.reading() as session:
        row = evaluation_of(session, "Shelf")
        result = assessment.analysis_of(session, row.id)
        states = {line.name.split()[0]: line for line in result.candidates}
        stages = {
            view.name.split()[0]: view.candidate.stage for view in evaluations.candidates_of(session, row.id)
        }
        steps = evaluations.steps_of(session, row.id)
        standing = onboarding.standings_of(
            session, actor=people.people(session)["lena"], evaluation_id=row.id
        )[0]
    assert result.candidates[0].name.startswith("Northwind")
    assert result.analysis.verdict == "conditional"
    assert [gate.id for gate in states["Northwind"].line.gates if gate.state == "unknown"] == ["dpa"]
    assert states["Polyline"].line.status == "excluded"
    assert (stages["Northwind"], stages["Harbor"]) == (Stage.SELECTED, Stage.RESERVE)
    assert stages["Sierra"] is Stage.DECLINED
    assert {name for name, step in steps.items() if step.state is not StepState.DONE} == {StepName.ONBOARDING}
    assert (standing.overdue, sum(standing.is_settled(task) for task in standing.tasks)) == (1, 3)


def test_the_running_pilot_shows_the_whole_lab(loaded: Database) -> None:
    with loaded.reading() as session:
        row, milo = evaluation_of(session, "Support"), people.people(session)["milo"]
        (pilot,) = pilots.pilots_of(session, actor=milo, evaluation_id=row.id)
        listing = pilots.listing_of(session, pilot.id)
        found = pilots.comparison_of(session, pilot.id)
        run = runs.run_of(session, pilot)
        stage = runs.stage_of(pilot, run)
        versions = runs.instructions_of(session, pilot.id)
        threads = runs.threads_of(session, actor=milo, pilot_id=pilot.id)
        lines = runs.milestone_lines(session, pilot, run)
        examples = runs.examples_of(session, pilot.id)
        golds = pilots.golds(session, pilot.id)
        told = reviews.newest_of(session, pilot.id, told=True)
        assert told
        summary = reviews.summary_of(session, actor=milo, review_id=told.id)
        drawn = session.exec(select(PilotReview).where(col(PilotReview.pilot_id) == pilot.id)).all()
        (waiting,) = [one for one in drawn if one.closed_at is None]
        for_milo = reviews.tasks_for(session, actor=milo, review_id=waiting.id)
    assert listing
    assert set(listing.row.roles) == {"scored", "practice", "repeat", "planted", "surge"}
    assert stage.value == "running"
    assert [one.number for one in versions] == [2, 1]
    assert any(plan["examples"] for plan in (versions[0].plan,))
    assert {one.waits_for_us for one in threads} == {True, False}
    assert any(one.noticed for one in threads)
    assert any(one.question.published_at for one in threads)
    assert {one.done is not None for one in lines} == {True, False}
    assert len(examples) == 1
    assert golds[-1].note.startswith("Of two label sets that agree on")
    assert len(golds) >= 2
    assert {one.first_pass is not None for one in summary.acceptances} == {True}
    assert summary.agreement.items
    assert {one.verdict for one in for_milo} == {None}
    assert found
    assert all(one.pace for one in found.candidates)


def test_every_role_that_works_finds_something_in_its_queue(loaded: Database) -> None:
    with loaded.reading() as session:
        waiting = {name: home.work_items(session, actor) for name, actor in people.people(session).items()}
    assert {name for name, items in waiting.items() if not items} == {"ravi"}  # who only reads


def test_record_is_whole_and_files_are_named(loaded: Database, tmp_path: Path) -> None:
    with loaded.reading() as session:
        assert not audit.verify(session).fault
        names = {row.name for row in session.exec(select(File))}
        digests = {row.digest for row in session.exec(select(File))}
        contents = LocalStore(Path(str(loaded.engine.url.database)).parent / "files")
    assert all(re.search("demo|memo|own-sets", name.lower()) for name in names)
    assert all(contents.path(digest).exists() for digest in digests)
