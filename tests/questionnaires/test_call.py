"""The call: plan, invitation, timer, follow-ups, summary; and mails that do not arrive."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi.testclient import TestClient
from icalendar import Calendar

from app.core.errors import Conflict, Invalid
from app.core.permissions import Role
from app.jobs import tasks
from app.jobs.worker import Worker
from app.questionnaires import service
from app.questionnaires.models import Confidence
from app.questionnaires.schemas import CallIn, FlagIn, SummaryIn
from app.settings import Settings
from tests.conftest import sign_in
from tests.questionnaires.conftest import Scene, base

PLAN = CallIn.model_validate(
    {
        "planned_at": "2026-12-01T10:30",  # no offset: in the evaluation's time zone
        "place": "https://meet.example/abc",
        "attendees": "Maria Chen <maria@harbor.example>\nLena, our side",
    }
)


def test_invitation_names_time_place_and_agenda(scene: Scene) -> None:
    with scene.db.writing() as session:
        with pytest.raises(Conflict, match="day and time"):
            service.invitation(session, actor=scene.lead, response_id=scene.response_id)
        service.plan_call(session, actor=scene.lead, response_id=scene.response_id, entry=PLAN)
        text = service.invitation(session, actor=scene.lead, response_id=scene.response_id)
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
    agenda = scene.held().access.template.agenda
    length = event.decoded("dtend") - event.decoded("dtstart")
    assert length == timedelta(minutes=sum(item.minutes for item in agenda))
    assert str(event["location"]) == "https://meet.example/abc"
    assert agenda[0].item in str(event["description"])
    assert "Harbor" in str(event["summary"])


def test_summary_tells_answers_and_open_ends_and_keeps_ours(scene: Scene) -> None:
    scene.answer("attrition", "35")
    with scene.db.writing() as session:
        given = {"session": session, "actor": scene.lead, "response_id": scene.response_id}
        service.plan_call(**given, entry=PLAN)
        service.start_call(**given)
    scene.answer("ramp", "5", note="sounds optimistic", confidence=Confidence.SHOWN)
    scene.answer("price_table", [{"component": "Labels", "unit": "label", "price_full": "0.0473 USD"}])
    with scene.db.writing() as session:
        given = {"session": session, "actor": scene.lead, "response_id": scene.response_id}
        service.set_follow_up(
            **given, question_id="spikes", entry=FlagIn(flag=True, text="numbers by Friday")
        )
        service.end_call(**given)
        with pytest.raises(Conflict):
            service.end_call(**given)
        text = service.summary_of(**given)
    template = scene.held().access.template
    assert f"- {template.question('ramp').text}\n  5\u00a0weeks" in text
    assert "numbers by Friday" in text
    assert "Took part: Maria Chen, Lena, our side" in text
    assert "maria@" not in text
    for ours in ("optimistic", "0.0473", "35", "shown"):
        assert ours not in text.replace("35 ", "")
    with scene.db.writing() as session:
        given = {"session": session, "actor": scene.lead, "response_id": scene.response_id}
        assert service.set_follow_up(**given, question_id="spikes", entry=FlagIn()) is None
        assert service.call_of(**given).follow_ups == {}


def test_vendor_knows_nothing_of_the_call(scene: Scene) -> None:
    _, vendor = scene.send()
    with scene.db.writing() as session:
        given = {"session": session, "actor": vendor, "response_id": scene.response_id}
        for verb in (service.call_of, service.start_call, service.summary_of, service.invitation):
            with pytest.raises(Conflict):
                verb(**given)


def test_invitation_needs_an_address(scene: Scene) -> None:
    with scene.db.writing() as session:
        given = {"session": session, "actor": scene.lead, "response_id": scene.response_id}
        entry = CallIn(planned_at=PLAN.planned_at, attendees="Maria Chen")
        service.plan_call(**given, entry=entry)
        with pytest.raises(Invalid, match="addresses"):
            service.send_invitation(**given)
        service.plan_call(**given, entry=PLAN, seen=1)
        assert service.send_invitation(**given) == 1


class Server:
    """A mail server that refuses one address for good and one for now."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such user here"
        if address.startswith("busy"):
            return "451 4.3.0 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[tuple[Server, Settings]]:
    handler = Server()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings = Settings(data_dir=tmp_path, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="assay@example.org")
    yield handler, settings
    controller.stop()


def work(scene: Scene, settings: Settings) -> None:
    worker = Worker(scene.db, {"mail.send": tasks.mailing(settings)})
    while worker.run_once():
        pass


def state(scene: Scene) -> service.SentState:
    with scene.db.reading() as session:
        return service.sent_states(session, [scene.response_id])[scene.response_id]


def test_mail_arrives_in_both_forms_with_the_invitation(scene: Scene, post: tuple[Server, Settings]) -> None:
    server, settings = post
    scene.send(holder_email="maria@harbor.example")
    assert state(scene).state == "queued"
    work(scene, settings)
    assert state(scene).state == "delivered"
    with scene.db.writing() as session:
        given = {"session": session, "actor": scene.lead, "response_id": scene.response_id}
        service.plan_call(**given, entry=PLAN)
        service.send_invitation(**given)
        service.send_summary(**given, entry=SummaryIn(to="maria@harbor.example", text="Thanks <b>all</b>"))
    work(scene, settings)
    link, invitation, summary = (
        message_from_bytes(each.content, policy=policy.default) for each in server.taken
    )
    assert isinstance(link, EmailMessage)
    plain, html = link.get_body(("plain",)), link.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "/vendor-link/" in plain.get_content()
    assert 'href="https://assay.example.org/vendor-link/' in html.get_content()
    assert [part.get_content_type() for part in invitation.iter_attachments()] == ["text/calendar"]
    html = summary.get_body(("html",))
    assert "&lt;b&gt;" in html.get_content()


def test_mail_that_is_refused_for_good_is_not_tried_again_and_shown_where_it_was_sent(
    scene: Scene, post: tuple[Server, Settings]
) -> None:
    server, settings = post
    scene.send(holder_email="nobody@harbor.example")
    work(scene, settings)
    found = state(scene)
    assert found.state == "failed"
    assert "550" in found.error
    assert "no such user" in found.error
    scene.send(holder_email="busy@harbor.example")
    work(scene, settings)
    found = state(scene)
    assert (found.state, "451" in found.error) == ("queued", True)
    assert server.taken == []


def test_without_a_server_the_page_says_that_nothing_was_mailed(client: TestClient, site: Scene) -> None:
    site.send(holder_email="maria@harbor.example")
    work(site, client.app.state.settings)  # type: ignore[attr-defined]
    assert state(site).state == "kept"
    for path in (base(site), f"{base(site)}/vendor", f"/evaluations/{site.evaluation_id}/discovery"):
        assert "No mail server is set" in client.get(path).text


def test_bounce_is_shown_where_the_mail_was_sent_from(
    client: TestClient, site: Scene, post: tuple[Server, Settings]
) -> None:
    server, settings = post
    site.send(holder_email="maria@harbor.example")
    work(site, settings)
    original = message_from_bytes(server.taken[0].content, policy=policy.default)
    report = (
        "From: mailer-daemon@harbor.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822; maria@harbor.example\r\nAction: failed\r\n"
        "Diagnostic-Code: smtp; 550 mailbox full\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {original['Message-ID']}\r\n\r\n--b--\r\n"
    )
    url = "/api/v1/mails/bounces"
    assert client.post(url, json={"message": report}).status_code == 403
    sign_in(client, Role.ADMIN)
    assert client.post(url, json={"message": "hello"}).status_code == 404
    assert client.post(url, json={"message": report}).status_code == 200
    assert (state(site).state, state(site).error) == ("bounced", "550 mailbox full")
    delayed = report.replace("Action: failed", "Action: delayed").replace("mailbox full", "later")
    assert client.post(url, json={"message": delayed}).status_code == 404
