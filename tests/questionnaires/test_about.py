"""What vendors read about the one who asks: in the mail, behind the link, in the workbook, on the receipt."""

import io
from datetime import date, timedelta

import pypdfium2
import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlmodel import select

from app.jobs.models import MailState, OutgoingMail
from app.kit import clock, mail
from app.questionnaires import queries, service
from app.questionnaires.models import ResponseState
from app.questionnaires.schemas import DelegateIn
from app.settings import Settings
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn
from tests.questionnaires.conftest import Scene, base, entered

pytestmark = pytest.mark.one_store

HOUSE = "Acme Robotics & Söhne"


def mails(scene: Scene) -> list[OutgoingMail]:
    with scene.db.reading() as session:
        return list(session.exec(select(OutgoingMail)).all())


def test_organisation_stands_in_mails_pages_workbook_and_receipt(client: TestClient, site: Scene) -> None:
    client.app.state.settings.organisation = HOUSE  # type: ignore[attr-defined]
    due = (clock.now() + timedelta(days=9)).date()
    form = {"holder_name": "Maria Chen", "holder_email": "maria@harbor.example", "due": due.isoformat()}
    assert client.post(f"{base(site)}/send", data=form).status_code == 200
    invitation = mails(site)[0]
    assert f"of {HOUSE} would like to know more" in invitation.text
    assert f"For: {HOUSE}" in invitation.text
    secret = invitation.text.partition("/vendor-link/")[2].split()[0]
    assert "Acme Robotics &amp; Söhne" in client.get(f"/vendor-link/{secret}").text
    browser, url = entered(client, secret)
    assert "Acme Robotics &amp; Söhne" in browser.get(url).text
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(f"{url}/workbook.xlsx").content))
    about = dict(row[:2] for row in book.get_sheet_by_name("About").to_python())
    assert about["For"] == HOUSE
    assert about["Please answer by"].endswith("end of day (UTC)")
    assert "case study" in about["Good to have at hand"]
    site.answer("ramp", "5")
    browser.post(f"{url}/submit")
    pages = pypdfium2.PdfDocument(browser.get(f"{url}/receipt.pdf").content)
    assert HOUSE in "".join(page.get_textpage().get_text_range() for page in pages)


def test_without_organisation_nothing_is_made_up(client: TestClient, site: Scene) -> None:
    secret, _ = site.send(holder_email="maria@harbor.example")
    text = mails(site)[0].text
    assert "For:" not in text
    assert " of  would" not in text
    browser, url = entered(client, secret)
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(f"{url}/workbook.xlsx").content))
    assert "For" not in [row[0] for row in book.get_sheet_by_name("About").to_python()]


def test_sender_of_every_mail_carries_the_organisation() -> None:
    settings = Settings(organisation=HOUSE, mail_from="buyer@acme.example")
    message = mail.compose(settings, mail.Mail("a@b.example", "Hello", "text"))
    assert message["From"].addresses[0].display_name == HOUSE
    with pytest.raises(ValueError, match="organisation"):
        Settings(organisation="Acme\r\nBcc: x@y.example")


def test_mail_and_page_name_the_same_time_and_number_of_questions(client: TestClient, site: Scene) -> None:
    secret, _ = site.send(holder_email="maria@harbor.example")
    browser, url = entered(client, secret)
    page, text = browser.get(url).text, mails(site)[0].text
    asked = site.held().progress.asked
    assert f"0 of {asked} answered" in page
    assert f"Questions: {asked}\n" in text
    assert "About 34 minutes" in page
    assert "about 34 minutes" in text


def test_colleague_reads_the_time_and_progress_of_the_section_alone(client: TestClient, site: Scene) -> None:
    _, vendor = site.send(due=date.fromordinal(clock.now().toordinal() + 5))
    with site.db.writing() as session:
        link = service.delegate_section(
            session,
            actor=vendor,
            response_id=site.response_id,
            section_id="pricing",
            entry=DelegateIn(holder_name="Carl", holder_email="carl@harbor.example"),
            base_url="https://assay.example.org",
            organisation=HOUSE,
        )
    text = mails(site)[-1].text
    assert f"For: {HOUSE}" in text
    assert "Questions: 5" in text
    browser, url = entered(client, link.rpartition("/")[2])
    assert "0 of 5 answered" in browser.get(f"{url}/sections/pricing").text


def test_reminders_name_the_organisation_too(scene: Scene) -> None:
    scene.send(holder_email="maria@harbor.example")
    with scene.db.writing() as session:
        service.send_reminder(
            session,
            actor=scene.lead,
            response_id=scene.response_id,
            base_url="https://assay.example.org",
            organisation=HOUSE,
        )
    assert f"For: {HOUSE}" in mails(scene)[-1].text


def test_scanner_that_asks_for_the_head_of_a_link_sees_it_live_and_uses_nothing_up(
    client: TestClient, site: Scene
) -> None:
    secret, _ = site.send()
    answer = client.head(f"/vendor-link/{secret}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 500
    assert client.head(f"/vendor-link/{'A' * 43}").status_code == 404
    assert client.head(f"{base(site)}/close").status_code == 405
    with site.db.reading() as session:
        opened = [link.used_at for _, link in queries.links_of(session, [site.response_id])]
    assert opened == [None]
    assert entered(client, secret)[1] == f"/respond/{site.response_id}"
    assert site.held().access.response.state is ResponseState.SENT


def test_receipt_tells_open_from_zero_and_from_what_does_not_apply(client: TestClient, site: Scene) -> None:
    secret, vendor = site.send()
    site.answer("ramp", "0", actor=vendor)
    site.answer("attrition", None, not_applicable=True)
    browser, url = entered(client, secret)
    browser.post(f"{url}/submit")
    page = browser.get(url).text
    template = site.held().access.template

    def after(question: str) -> str:
        return page.partition(f"<dt>{template.question(question).text}</dt>")[2].partition("</dd>")[0]

    assert "0\u00a0weeks" in after("ramp")
    assert "(does not apply)" in after("attrition")
    assert "(open)" in after("spikes")


def test_invitation_to_the_call_names_both_sides(client: TestClient, site: Scene) -> None:
    client.app.state.settings.organisation = HOUSE  # type: ignore[attr-defined]
    plan = {"planned_at": "2027-03-01T10:00", "attendees": "Maria Chen <maria@harbor.example>"}
    client.post(f"{base(site)}/call", data=plan)
    assert (
        f"SUMMARY:Discovery call: Harbor and {HOUSE}" in client.get(f"{base(site)}/call/invitation.ics").text
    )
    client.post(f"{base(site)}/call/invite")
    assert f"With: {HOUSE}" in mails(site)[-1].text


def test_summary_repeats_no_answer_that_is_not_asked_any_more(client: TestClient, site: Scene) -> None:
    site.answer("domain_experts", "0")
    site.answer("ramp", "5")
    page = client.get(f"{base(site)}/call/summary").text
    template = site.held().access.template
    assert site.held().applies["domain_experts"] is False
    assert template.question("ramp").text in page
    assert template.question("domain_experts").text not in page


def test_open_question_can_be_sent_back_from_where_it_stands(client: TestClient, site: Scene) -> None:
    _, vendor = site.send()
    site.answer("ramp", "5", actor=vendor)
    with site.db.writing() as session:
        service.submit_response(session, actor=vendor, response_id=site.response_id)
    page = client.get(base(site)).text
    for name in ("ramp", "spikes"):
        assert f'href="{base(site)}/vendor?answer={name}#send-back"' in page
    assert "?answer=domain_experts#" not in page


def test_failed_mail_leads_to_the_filled_in_form_that_sends_it_again(client: TestClient, site: Scene) -> None:
    site.send(holder_email="maria@harbor.example")
    with site.db.writing() as session:
        row = session.exec(select(OutgoingMail)).one()
        row.state, row.error = MailState.FAILED, "550 no such user"
        session.add(row)
    assert f'href="{base(site)}#send"' in client.get(f"{base(site)}/vendor").text
    form = client.get(base(site)).text.partition('id="send" open')[2].partition("</form>")[0]
    assert 'value="Maria Chen"' in form
    assert 'value="maria@harbor.example"' in form


def test_first_sending_begins_with_the_contact_of_the_register(client: TestClient, site: Scene) -> None:
    with site.db.writing() as session:
        vendor = vendors.vendor_of(session, site.held().access.candidate.vendor_id)
        entry = VendorIn(name=vendor.name, contact_name="Rui Silva", contact_email="rui@harbor.example")
        vendors.edit_vendor(session, actor=site.lead, vendor_id=vendor.id, entry=entry, seen=vendor.version)
    form = client.get(base(site)).text.partition('id="send"')[2].partition("</form>")[0]
    assert 'value="Rui Silva"' in form
    assert 'value="rui@harbor.example"' in form
