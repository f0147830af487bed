"""The status of a pilot by mail: chosen, previewed, sent, seen to fail, weekly, and stopped by its link."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app import wiring
from app.accounts import service as accounts
from app.accounts.schemas import UserIn
from app.core.errors import Conflict, Invalid
from app.core.permissions import Role
from app.evaluations import service as evaluations
from app.evaluations.schemas import PanelIn
from app.jobs.models import MailState, OutgoingMail
from app.kit.actors import SYSTEM
from app.runs import service
from app.runs.models import StatusMail, StatusRecipient
from app.runs.schemas import MilestoneIn, RunIn, StatusMailIn
from tests.pilots.samples import LEAD, Lab, delivery_csv
from tests.runs.running import Browser, laid_out, move, pages, prepare


def mails(lab: Lab) -> list[OutgoingMail]:
    with lab.db.reading() as session:
        return list(session.exec(select(OutgoingMail).order_by(OutgoingMail.id)).all())  # type: ignore[arg-type]


def choose(lab: Lab, **entry: object) -> None:
    with lab.db.writing() as session:
        service.set_status_mail(
            session,
            actor=LEAD,
            pilot_id=lab.pilot_id,
            entry=StatusMailIn.model_validate(entry),
            seen=stored(lab).version if known(lab) else None,
        )


def known(lab: Lab) -> bool:
    with lab.db.reading() as session:
        return session.exec(select(StatusMail)).first() is not None


def stored(lab: Lab) -> StatusMail:
    with lab.db.reading() as session:
        return session.exec(select(StatusMail)).one()


def planned(lab: Lab, day: date) -> None:
    with lab.db.writing() as session:
        table = StatusMail.__table__  # type: ignore[attr-defined]
        session.connection().execute(table.update().values(next_on=day))


def weekly(lab: Lab) -> int:
    with lab.db.writing() as session:
        return service.send_weekly(session, base_url="https://assay.example.org")


def panelist(lab: Lab) -> UUID:
    with lab.db.writing() as session:
        user = accounts.add_user(
            session, actor=SYSTEM, entry=UserIn(name="Eva", email="eva@example.org", roles=[Role.READER])
        )
        entry = PanelIn(user_id=user.id, roles=[Role.READER])
        evaluations.set_member(session, actor=LEAD, evaluation_id=lab.evaluation_id, entry=entry)
        return user.id


def test_preview_tells_stage_deliveries_questions_and_milestones_without_names_scores_or_prices(
    lab: Lab,
) -> None:
    prepare(lab)
    lab.deliver("Harbor", delivery_csv(20))
    lab.offer("Harbor", [{"name": "Labels", "per": "label", "amount": "0.05"}])
    lab.compared()
    with lab.db.writing() as session:
        rows = [
            MilestoneIn(title="Harbor and others deliver", day=date(2026, 1, 5), round=1),
            MilestoneIn(title="Report", day=date(2099, 1, 5)),
        ]
        service.set_run(session, actor=LEAD, pilot_id=lab.pilot_id, entry=RunIn(milestones=rows), seen=None)
    choose(lab, addresses=["ada@example.org"], note="HARBOR's questions first.")
    with lab.db.reading() as session:
        text = service.status_of(session, actor=LEAD, pilot_id=lab.pilot_id).letter.plain()
    code = lab.code("Harbor")
    assert f"Candidate {code}: round 1 delivered on" in text
    assert f"Candidate {lab.code('Mosaic')}: nothing delivered yet" in text
    assert f"Candidate {code} and others deliver (late, 1 of 3 delivered)" in text
    assert f"Next step: Candidate {code}'s questions first." in text
    assert "waiting for us 0" in text
    for hidden in ("Harbor", "HARBOR", "Mosaic", "0.95", "0.05", "USD"):
        assert hidden not in text


def test_page_chooses_sends_and_shows_what_became_of_each_mail(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    page = f"{pages(lab)}/status-mail"
    user = panelist(lab)
    assert "eva@example.org" in lead.get(page).text
    assert lead.post(f"{page}/send").status_code == 409
    bad = lead.post(page, data={"addresses": "ada@example.org\nnobody"})
    assert (bad.status_code, "is no mail address" in bad.text) == (422, True)
    good = {"people": str(user), "addresses": "Ada@Example.org\nada@example.org", "note": "Wait."}
    assert lead.post(page, data=good).status_code == 303
    assert "Send now to 2 recipients" in lead.get(page).text.replace("\xa0", " ")
    assert lead.post(f"{page}/send").status_code == 303
    assert sorted(one.to for one in mails(lab)) == ["ada@example.org", "eva@example.org"]
    assert "on its way" in lead.get(page).text
    state = lead.app.state  # type: ignore[attr-defined]
    worker = wiring.worker(state.database, state.settings)
    while worker.run_once():
        pass
    assert {one.state for one in mails(lab)} == {MailState.KEPT}
    assert "not mailed" in lead.get(page).text
    told = lead.get(f"/api/v1/pilots/{lab.pilot_id}/status-mail").json()
    assert (sorted(told["recipients"]), len(told["sent"])) == (["ada@example.org", "eva@example.org"], 2)
    entry = {"addresses": ["b@example.org"], "weekly": True}
    api = f"/api/v1/pilots/{lab.pilot_id}/status-mail"
    assert lead.put(api, json=entry, headers={"If-Match": '"99"'}).status_code == 409
    kept = lead.put(api, json=entry, headers={"If-Match": f'"{told["version"]}"'}).json()
    assert kept["recipients"] == ["b@example.org"]
    assert kept["next_on"]
    assert len(lead.post(f"{api}/send").json()["sent"]) == 3


def test_weekly_mails_go_once_a_week_and_end_with_the_pilot(lab: Lab) -> None:
    prepare(lab)
    choose(lab, addresses=["ada@example.org"], weekly=True)
    first = stored(lab).next_on
    assert first is not None
    assert weekly(lab) == 0
    planned(lab, first - timedelta(days=8))
    assert weekly(lab) == 1
    assert weekly(lab) == 0
    again = stored(lab).next_on
    assert again is not None
    assert again > first - timedelta(days=8)
    assert "/status-stop/" in mails(lab)[0].text
    move(lab, "aborted", reason="no budget")
    planned(lab, first - timedelta(days=8))
    assert weekly(lab) == 0
    assert stored(lab).next_on is None


def test_the_stop_link_ends_the_mails_and_looking_does_not(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    choose(lab, addresses=["ada@example.org", "b@example.org"])
    assert lead.post(f"{pages(lab)}/status-mail/send").status_code == 303
    mail = next(one for one in mails(lab) if one.to == "ada@example.org")
    path = re.search(r"/status-stop/[\w-]+", mail.text)
    assert path is not None
    stranger = TestClient(lead.app, follow_redirects=False)
    stranger.portal = lead.portal
    assert "Stop the mails" in stranger.get(path[0]).text
    assert len(going(lab)) == 2
    assert stranger.post(path[0]).status_code == 200
    assert "no more status mails" in stranger.get(path[0]).text
    assert going(lab) == ["b@example.org"]
    choose(lab, addresses=["ada@example.org", "b@example.org"])  # chosen again: it stays stopped
    assert going(lab) == ["b@example.org"]
    assert "Stopped by ada@example.org" in lead.get(f"{pages(lab)}/status-mail").text
    assert stranger.get("/status-stop/unknown").status_code == 404
    assert stranger.post("/status-stop/unknown").status_code == 404


def going(lab: Lab) -> list[str]:
    with lab.db.reading() as session:
        rows = service.status_of(session, actor=LEAD, pilot_id=lab.pilot_id).recipients
        return sorted(one.address for one in rows if one.gets_it)


def test_who_left_the_panel_gets_no_mail_and_strangers_cannot_be_chosen(lab: Lab) -> None:
    user = panelist(lab)
    choose(lab, people=[str(user)])
    assert going(lab) == ["eva@example.org"]
    with lab.db.writing() as session:
        entry = PanelIn(user_id=user)
        evaluations.set_member(session, actor=LEAD, evaluation_id=lab.evaluation_id, entry=entry)
    assert going(lab) == []
    with pytest.raises(Invalid, match="panel"):
        choose(lab, people=[str(user)])
    with lab.db.writing() as session, pytest.raises(Conflict, match="Choose who gets"):
        service.send_status(session, actor=LEAD, pilot_id=lab.pilot_id, base_url="")
    choose(lab)
    with lab.db.reading() as session:
        assert session.exec(select(StatusRecipient)).all() == []
