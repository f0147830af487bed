"""The memo: made from its record alone, with sums that can be recomputed, verified from the file."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from pikepdf import AttachedFileSpec

from app.cli import main
from app.core.errors import Invalid
from app.decisions import service
from app.decisions.models import Memo
from app.decisions.schemas.record import Record, digest_of
from app.decisions.service.standing import Standing
from app.decisions.views.document import MemoDocument
from app.decisions.views.memo import memo_document, memo_pdf
from app.evaluations.models import Governance
from app.kit import migrate
from app.kit.db import Database, open_database
from app.kit.pdf import read_attachment, read_text
from app.kit.storage import LocalStore
from app.settings import Settings
from tests.decisions.world import HARBOR, NORTHWIND, POLYLINE, Case, add_pilot, budget, make_case


@pytest.fixture
def store(settings: Settings) -> Iterator[Database]:
    """The store of this test's own data folder, as commands open it."""
    database = open_database(settings.url)
    yield database
    database.close()


@pytest.fixture
def case(store: Database, settings: Settings) -> Case:
    """An ordinary case: three candidates, a pilot with two of them, one open must-have."""
    case = make_case(store, Governance.TEAM, certified=False)
    budget(case.world, 10_000_000)
    add_pilot(case, settings.data_dir)
    return case


def written(case: Case) -> Memo:
    row = case.edit(
        case.draft(),
        reserve_until="2031-06-30",
        give_up=["Surge: Harbor doubled its volume in two days, Northwind in four."],
        risks=[{"title": "Single site", "answer": "A second site is qualified by March."}],
        dissent=["One evaluator ranked Harbor first."],
        next_steps=[{"on": "2030-12-10", "text": "certificate received"}],
    )
    return case.propose(row)


def document_of(case: Case, memo: Memo) -> tuple[Record, MemoDocument]:
    with case.db.reading() as session:
        frozen = service.frozen_memo(session, session.get_one(Memo, memo.id))
        return frozen.record, memo_document(frozen.record, frozen.standing)


def test_the_headline_and_what_the_difference_buys_are_computed(case: Case) -> None:
    record, document = document_of(case, written(case))
    assert document.ask.sentence == (
        "Approve USD\u00a089,601 for 12 months to Northwind Labels;"
        " Harbor Annotation in reserve until 30 Jun 2031."
    )
    assert document.difference is not None
    assert "USD\u00a018,947 a year (27%) more than Harbor Annotation" in document.difference.lead
    assert "on F1 the two cannot be told apart" in document.difference.text
    assert document.ask.verdict.word == "conditional"
    assert document.ask.verdict.detail == "one must-have is open"
    assert [one.text for one in document.conditions] == ["Independent assurance"]
    assert record.result is not None


def test_of_an_error_rate_the_lower_one_is_better(case: Case) -> None:
    record, _ = document_of(case, written(case))
    assert record.pilot is not None
    pair = record.pilot.pairs[0].model_copy(update={"value": 0.04, "distinguishable": True})
    names = record.name_of(pair.a), record.name_of(pair.b)
    for metric, lower_is_better, better in (("f1", False, names[0]), ("wer", True, names[1])):
        part = record.pilot.model_copy(
            update={"metric": metric, "pairs": (pair,), "lower_is_better": lower_is_better, "floor": 0.5}
        )
        document = memo_document(record.model_copy(update={"pilot": part}), Standing(state=None))
        assert document.difference is not None
        assert f"the pilot shows {better} better by 0.040" in document.difference.text
        assert document.pilot is not None
        assert ("limit 0.50" in document.pilot.chart) is lower_is_better
        assert ("lower is better" in document.pilot.chart_note) is lower_is_better


def test_a_memo_frozen_before_something_was_told_keeps_its_digest(case: Case) -> None:
    memo = written(case)
    stored = json.loads(json.dumps(memo.record))
    assert stored["pilot"]["lower_is_better"] is False
    assert stored["format"]
    assert digest_of(Record.model_validate(stored).document()) == digest_of(stored)
    del stored["pilot"]["lower_is_better"]  # as memos of earlier versions stand in the database
    for name in ("elsewhere", "worth"):
        stored["result"]["lead"].pop(name, None)
    assert digest_of(Record.model_validate(stored).document()) == digest_of(stored)


def test_printed_sums_recompute(case: Case) -> None:
    record, document = document_of(case, written(case))
    assert record.result is not None
    assert record.result.lead is not None
    assert document.ranking is not None
    assert document.money is not None
    weights = {group.id: group.weight for group in record.result.groups}
    assert sum(weights.values()) == pytest.approx(1)
    totals = {}
    for line, shown in zip(
        [one for one in record.result.lines if one.rank], document.ranking.rows, strict=True
    ):
        assert line.total == pytest.approx(sum(part.contribution for part in line.groups.values()), abs=1e-4)
        assert line.total == pytest.approx(
            sum(weights[key] * part.mid for key, part in line.groups.items()), abs=1e-3
        )
        assert shown.total == f"{line.total:.1f}"
        totals[line.candidate] = line.total
    lead = record.result.lead
    assert lead.gap == pytest.approx(sum(lead.groups.values()), abs=1e-4)
    assert lead.gap == pytest.approx(totals[record.asked.selected] - totals[lead.over], abs=1e-4)
    amounts = {
        row.name: [int(one.text.replace(",", "")) for one in row.amounts] for row in document.money.rows
    }
    against = {row.name: row.against for row in document.money.rows}
    assert amounts[NORTHWIND][1] - amounts[HARBOR][1] == pytest.approx(
        int(against[NORTHWIND].replace(",", "")), abs=1
    )
    assert amounts[POLYLINE] == [22_500, 45_000, 90_000]  # 0.045 at half, once and twice a million
    fixed = {row.name: row.fixed for row in document.money.rows}
    assert fixed == {NORTHWIND: "9,600", HARBOR: "9,600", POLYLINE: "–"}


def test_an_ordinary_case_prints_on_two_pages_with_its_record_inside(case: Case, settings: Settings) -> None:
    memo = written(case)
    case.print(settings.data_dir)
    memo = case.read(memo)
    assert len(memo.printed) == 1
    pdf = file_of(case, memo, settings)
    text = re.sub(r"\s+", " ", read_text(pdf))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 2
    assert "Version 1: not approved" in text
    assert "Single site. A second site is qualified by March." in text
    attached = read_attachment(pdf, "decision.json")
    assert attached is not None
    assert json.loads(attached) == memo.record


def file_of(case: Case, memo: Memo, settings: Settings) -> bytes:
    from app.files.models import File

    with case.db.reading() as session:
        row = session.get_one(File, memo.file_id)
        with LocalStore(settings.files_dir).open(row.digest) as stream:
            return stream.read()


def test_approval_prints_the_memo_again_with_name_and_without_mark(case: Case, settings: Settings) -> None:
    memo = written(case)
    case.print(settings.data_dir)
    row = case.row(memo.decision_id)
    case.by_link(case.link(row), memo)
    case.print(settings.data_dir)
    again = case.read(memo)
    assert len(again.printed) == 2
    text = read_text(file_of(case, again, settings))
    assert "Bea Budget" in text
    assert "not approved" not in text
    assert again.record == memo.record


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    return int(left.value.code or 0)


@pytest.fixture
def printed(case: Case, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A memo written by the command line."""
    monkeypatch.setenv("ASSAY_DATA_DIR", str(settings.data_dir))
    written(case)
    case.print(settings.data_dir)
    out = tmp_path / "memo.pdf"
    assert run("memo", "EV-0001", "-o", str(out)) == 0
    return out


def test_verify_accepts_the_memo_as_it_was_written(printed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("verify", str(printed), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["known"], told["evaluation"]) == (True, True, "EV-0001")
    assert told["digest"] == told["printed"]
    assert run("verify", str(printed), "--offline") == 0


def tampered(path: Path, change: dict[str, object]) -> Path:
    out = path.with_name("changed.pdf")
    with pikepdf.open(path) as document:
        record = json.loads(document.attachments["decision.json"].get_file().read_bytes())
        record["asked"] |= change
        spec = AttachedFileSpec(document, json.dumps(record).encode(), mime_type="application/json")
        document.attachments["decision.json"] = spec
        document.save(out)
    return out


def test_verify_refuses_a_changed_record(printed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = tampered(printed, {"amount": 1})
    assert run("verify", str(changed), "--offline") == 1
    assert "changed after printing" in capsys.readouterr().out


def test_verify_refuses_changed_pages_around_the_true_record(
    printed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tampered(printed, {})
    assert run("verify", str(changed), "--offline") == 0
    capsys.readouterr()
    assert run("verify", str(changed)) == 1
    assert "its pages were changed" in capsys.readouterr().out


def test_verify_does_not_know_a_memo_of_another_store(
    printed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Settings(data_dir=tmp_path / "other")
    other.prepare()
    migrate.upgrade(other.url)
    monkeypatch.setenv("ASSAY_DATA_DIR", str(other.data_dir))
    assert run("verify", str(printed)) == 1
    assert "no memo with this digest" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"no pdf", b""])
def test_verify_says_what_it_cannot_read(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "memo.pdf"
    path.write_bytes(content)
    assert run("verify", str(path), "--offline") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "not a readable PDF" in told.err


def test_a_pdf_without_a_record_is_told_so() -> None:
    import io

    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    with pytest.raises(Invalid, match="carries no decision"):
        service.check_memo(out.getvalue(), None)


def test_a_draft_prints_marked_and_without_a_pilot_says_so(db: Database) -> None:
    case = make_case(db)
    row = case.draft()
    with db.reading() as session:
        opened = service.open_decision(session, case.lead, row.id)
        record = service.preview_record(session, case.lead, opened)
    text = re.sub(r"\s+", " ", read_text(memo_pdf(record, service.Standing(None), record.made_at)))
    assert "Draft: not proposed" in text
    assert "No pilot was run" in text
    assert service.check_memo(memo_pdf(record, service.Standing(None), record.made_at), None).faults == ()


def test_an_evaluation_without_a_scorecard_still_has_a_draft_that_says_what_is_missing(db: Database) -> None:
    from app.evaluations import service as evaluations
    from app.evaluations.schemas import EvaluationIn
    from tests.conftest import make_user

    lead = make_user(db)
    with db.writing() as session:
        entry = EvaluationIn(name="Empty")
        evaluation_id = evaluations.create_evaluation(session, actor=lead, entry=entry).id
        row = service.draft_decision(session, actor=lead, evaluation_id=evaluation_id)
        opened = service.open_decision(session, lead, row.id)
        record = service.preview_record(session, lead, opened)
        assert (record.result, record.money, record.pilot, record.gates) == (None, None, None, ())
        assert "scorecard" in record.missing
        assert memo_document(record, service.Standing(None)).ask.sentence == "Nobody is recommended yet."
