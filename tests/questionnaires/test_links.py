from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from app.accounts import service as accounts
from app.accounts.models import LinkPurpose
from app.audit.models import AuditEvent
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.jobs.models import OutgoingMail
from app.kit import clock
from app.kit.actors import Actor
from app.questionnaires import service
from app.questionnaires.models import Confidence, ResponseState
from app.questionnaires.schemas import MarkIn
from tests.questionnaires.conftest import Scene

Filled = Callable[[], Scene]


def submit(scene: Scene, actor: Actor | None = None) -> None:
    with scene.db.writing() as session:
        service.submit_response(session, actor=actor or scene.lead, response_id=scene.response_id)


def chain(scene: Scene) -> str:
    with scene.db.reading() as session:
        return "\n".join(row.body for row in session.exec(select(AuditEvent)).all())


def test_vendor_reaches_its_own_response_alone(scene: Scene) -> None:
    other = scene.start(1)
    _, harbor = scene.send()
    _, northlight = scene.send(other)
    scene.answer("price_table", [{"component": "Labels", "unit": "label", "price_full": "0.05 USD"}])
    assert scene.held(harbor).rows["price_table"].value
    for actor, response_id in ((harbor, other), (northlight, scene.response_id)):
        with pytest.raises(NotFound):
            scene.held(actor, response_id)
        with pytest.raises(NotFound):
            scene.answer("ramp", "5", actor=actor, response_id=response_id)
    stranger = Actor(uuid4(), "x", harbor.roles, kind="link")
    with pytest.raises(NotFound):
        scene.held(stranger)


def test_vendors_answer_counts_as_told_and_cannot_accept_itself_as_not_applicable(scene: Scene) -> None:
    _, vendor = scene.send()
    row = scene.answer("ramp", "5", actor=vendor, confidence=Confidence.EVIDENCED, not_applicable=True)
    assert row is not None
    assert (row.confidence, row.not_applicable) == (Confidence.TOLD, False)
    scene.answer("ramp", "5", confidence=Confidence.SHOWN)
    same = scene.answer("ramp", "5", actor=vendor)
    assert same is not None
    assert (same.revision, same.confidence) == (2, Confidence.SHOWN)


def test_vendor_may_submit_but_not_mark_reopen_close_send_or_recall(scene: Scene) -> None:
    _, vendor = scene.send()
    scene.answer("bad_week", "A long story", actor=vendor)
    with scene.db.writing() as session:
        given = {"session": session, "actor": vendor, "response_id": scene.response_id}
        with pytest.raises(Forbidden):
            service.mark_answer(**given, question_id="bad_week", entry=MarkIn(mark=5))
        for refused in (
            lambda: service.close_response(**given),
            lambda: service.reopen_response(**given, reason="because"),
            lambda: service.recall_response(**given),
        ):
            with pytest.raises((NotFound, Forbidden)):
                refused()
    submit(scene, vendor)
    assert scene.held().access.response.submitted_by == vendor.id
    with pytest.raises(Conflict, match="contact person"):
        scene.answer("ramp", "5", actor=vendor)


def test_sent_link_is_mailed_on_request_and_replaces_the_earlier_one(scene: Scene) -> None:
    first, _ = scene.send()
    second, _ = scene.send(holder_email="maria@harbor.example")
    with scene.db.reading() as session:
        with pytest.raises(Conflict, match="withdrawn"):
            accounts.open_link(session, first, LinkPurpose.VENDOR)
        mail = session.exec(select(OutgoingMail)).one()
        assert second in mail.text
        assert second in mail.html
        assert mail.to == "maria@harbor.example"
    assert scene.held().access.response.state is ResponseState.SENT
    assert first not in chain(scene)
    assert second not in chain(scene)


def test_recalled_link_stops_working(scene: Scene) -> None:
    secret, vendor = scene.send()
    with scene.db.writing() as session:
        service.recall_response(session, actor=scene.lead, response_id=scene.response_id)
    with scene.db.reading() as session, pytest.raises(Conflict):
        accounts.open_link(session, secret, LinkPurpose.VENDOR)
    with pytest.raises(NotFound):
        scene.held(vendor)
    assert scene.held().access.response.state is ResponseState.DRAFT


def test_due_day_in_the_past_is_refused(scene: Scene) -> None:
    with pytest.raises(Invalid, match="passed"):
        scene.send(due=clock.now().date() - timedelta(days=2))
