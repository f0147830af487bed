"""Decisions and reports in the browser and for programs."""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.models import Governance
from app.evaluations.schemas import PanelIn
from app.kit.pdf import read_text
from tests.decisions.world import HARBOR, NORTHWIND, Case, add_pilot, make_case

As = Callable[..., TestClient]


@pytest.fixture
def case(client: TestClient) -> Case:
    return make_case(client.app.state.database, Governance.TEAM, certified=False)  # type: ignore[attr-defined]


def base(case: Case) -> str:
    return f"/evaluations/{case.evaluation}/decision"


def form_of(case: Case, **values: str) -> dict[str, str]:
    return {
        "selected_id": str(case.world.candidates[NORTHWIND]),
        "reserve_id": str(case.world.candidates[HARBOR]),
        "amount": "80,000",
        "currency": "USD",
        "months": "12",
        "conditions-0-text": "Independent assurance",
        "conditions-0-state": "open",
        "conditions-4-text": "Contract signed",
        "conditions-4-by": "2030-12-20",
        "conditions-4-state": "open",
        "risks-1-title": "Single site",
        "give_up": "Surge.\nPrice.",
        **values,
    }


def test_a_lead_writes_proposes_and_somebody_without_account_approves(case: Case, client_as: As) -> None:
    lead, nobody = client_as("procurement_lead"), client_as("reader")
    nobody.cookies.clear()
    assert "No recommendation yet" in lead.get(base(case)).text
    assert lead.post(f"{base(case)}/draft").status_code == 303
    assert lead.post(base(case), data=form_of(case)).status_code == 303
    shown = lead.get(base(case)).text
    assert 'value="Contract signed"' in shown
    assert "Draft: not proposed" in lead.get(f"{base(case)}/memo").text
    assert lead.post(base(case), data=form_of(case, then="propose")).status_code == 303
    made = lead.post(f"{base(case)}/links", data={"name": "Bea Budget"})
    assert made.status_code == 200
    secret = made.text.partition("/approve/")[2].partition('"')[0].partition("<")[0]
    assert secret not in lead.get(base(case)).text
    asked = nobody.get(f"/approve/{secret}").text
    assert "Bea Budget" in asked
    assert "Approve USD\u00a080,000 for 12 months to Northwind Labels" in asked
    assert nobody.get(f"/approve/{secret}/memo").status_code == 200
    digest = asked.partition('name="memo_digest" value="')[2][:64]
    refused = nobody.post(f"/approve/{secret}", data={"verdict": "reject", "memo_digest": digest})
    assert refused.status_code == 422
    assert "Say in the comment" in refused.text
    receipt = nobody.post(f"/approve/{secret}", data={"verdict": "approve", "memo_digest": digest})
    assert receipt.status_code == 200
    assert digest in receipt.text
    again = nobody.post(f"/approve/{secret}", data={"verdict": "approve", "memo_digest": digest})
    assert (again.status_code, "works once" in again.text) == (409, True)
    assert 'onboarding">Onboarding</a></div>' in lead.get(base(case)).text
    assert case.stage(NORTHWIND) == "selected"


def test_a_faulty_form_comes_back_whole_with_messages_at_their_fields(case: Case, client_as: As) -> None:
    lead = client_as("procurement_lead")
    lead.post(f"{base(case)}/draft")
    sent = form_of(case, amount="1.200", **{"risks-1-title": "", "risks-1-answer": "We wait."})
    sent |= {"reserve_until": "soon"}
    answer = lead.post(base(case), data=sent)
    assert answer.status_code == 422
    for wanted in (
        'href="#field-risks-1-title"',
        'href="#field-reserve_until"',
        "could mean two things",
        "We wait.",
        "Contract signed",
    ):
        assert wanted in answer.text


def test_unknown_links_say_what_to_do_and_tell_nothing(case: Case, client: TestClient) -> None:
    for path in ("", "/memo", "/memo.pdf"):
        answer = client.get(f"/approve/made-up{path}")
        assert answer.status_code == 404
        assert "ask its sender" in answer.text


def test_a_link_for_signing_in_approves_nothing(case: Case, client: TestClient) -> None:
    from app.accounts import service as accounts
    from app.accounts.models import LinkPurpose
    from app.kit.actors import SYSTEM

    with case.db.writing() as session:
        secret = accounts.issue_link(session, actor=SYSTEM, purpose=LinkPurpose.SIGN_IN, user_id=case.lead.id)
    assert client.get(f"/approve/{secret}").status_code == 404


def test_readers_see_the_state_and_no_amount(case: Case, client_as: As) -> None:
    _, memo = case.proposed()
    reader = client_as("reader")
    shown = reader.get(base(case)).text
    assert "Waits for approval" in shown
    assert "80,000" not in shown
    assert reader.get(f"/memos/{memo.id}").status_code == 403
    assert reader.get(f"/memos/{memo.id}.pdf").status_code == 403


def test_every_verb_is_there_for_programs(case: Case, client_as: As) -> None:
    lead, approver = client_as("procurement_lead"), client_as("approver")
    row = lead.post(f"/api/v1/evaluations/{case.evaluation}/decisions").json()
    where = f"/api/v1/decisions/{row['id']}"
    assert lead.get(where).headers["etag"] == f'"{row["version"]}"'
    keep = {key: row[key] for key in ("selected_id", "reserve_id", "amount", "currency", "conditions")}
    changed = lead.put(where, json={**keep, "months": 6}, headers={"If-Match": f'"{row["version"]}"'})
    assert changed.json()["months"] == 6
    assert lead.put(where, json=keep, headers={"If-Match": '"1"'}).status_code == 409
    memo = lead.post(f"{where}/memos").json()
    record = lead.get(f"/api/v1/memos/{memo['id']}/record").json()
    assert record["asked"]["months"] == 6
    link = lead.post(f"{where}/links", json={"name": "Bea Budget"}).json()
    assert "/approve/" in link["url"]
    answer = {"verdict": "approve", "memo_digest": memo["digest"]}
    assert lead.post(f"{where}/approvals", json=answer).status_code == 403
    assert approver.post(f"{where}/approvals", json=answer).status_code == 201
    assert [one["verdict"] for one in lead.get(f"{where}/approvals").json()["items"]] == ["approve"]
    assert (
        lead.post(f"{where}/withdraw", json={"reason": "The vendor was sold."}).json()["state"] == "withdrawn"
    )
    assert lead.get(f"/api/v1/evaluations/{case.evaluation}/decisions").json()["items"][0]["number"] == 1


def test_a_link_can_be_mailed(case: Case, client_as: As) -> None:
    from sqlmodel import select

    from app.jobs.models import OutgoingMail

    lead = client_as("procurement_lead")
    case.proposed()
    data = {"name": "Bea Budget", "email": "bea@example.org", "send": "yes"}
    assert lead.post(f"{base(case)}/links", data=data).status_code == 303
    with case.db.reading() as session:
        mail = session.exec(select(OutgoingMail)).one()
    assert mail.to == "bea@example.org"
    assert "/approve/" in mail.text


def test_the_comparison_report_leaves_prices_out_for_those_who_may_not_read_them(
    case: Case, client_as: As
) -> None:
    where = f"/evaluations/{case.evaluation}/reports/comparison"
    shown = client_as("procurement_lead").get(where).text
    assert "45,000" in shown
    assert "0.96, must be at least 0.9" in shown
    told = client_as("reader").get(where).text
    assert "45,000" not in told
    assert "Prices are left out" in told


def test_the_comparison_is_a_workbook_too_with_the_same_totals(case: Case, client_as: As) -> None:
    lead = client_as("procurement_lead")
    answer = lead.get(f"/evaluations/{case.evaluation}/reports/comparison.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][3:5] == [NORTHWIND, f"{NORTHWIND}: range or state"]
    assert rows[1][3] == 75.5
    scores = [row for row in rows[2:] if isinstance(row[2], float)]
    assert sum(row[2] * row[3] for row in scores) == pytest.approx(75.5)
    pdf = lead.get(f"/api/v1/evaluations/{case.evaluation}/reports/comparison").content
    assert "Comparison report" in read_text(pdf).replace("COMPARISON REPORT", "Comparison report")


def test_the_pilot_report_prints_figures_and_hides_names_from_those_who_still_rate(
    case: Case, client: TestClient, client_as: As
) -> None:
    pilot_id: UUID = add_pilot(case, client.app.state.settings.data_dir)  # type: ignore[attr-defined]
    lead = client_as("procurement_lead")
    shown = lead.get(f"/pilots/{pilot_id}/report").text
    assert NORTHWIND in shown
    assert ">0.090<" in shown
    assert lead.get(f"/pilots/{pilot_id}/report.pdf").content.startswith(b"%PDF")
    rater = client_as("reader")
    with case.db.writing() as session:
        entry = PanelIn(user_id=rater.actor.id, roles=[Role.ML_LEAD])  # type: ignore[attr-defined]
        evaluations.set_member(session, actor=case.world.lead, evaluation_id=case.evaluation, entry=entry)
    told = rater.get(f"/pilots/{pilot_id}/report").text
    assert NORTHWIND not in told
    assert "0.0896" not in told
