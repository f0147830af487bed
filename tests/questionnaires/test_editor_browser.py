"""Writing and importing questionnaires in a real browser, as somebody does who never saw Assay."""

import io

import pytest
import xlsxwriter

from app.questionnaires import service
from app.questionnaires.schemas import StartIn
from tests.questionnaires.served import Site, chromium, expect, require_fit, site, sync_api

__all__ = ["chromium", "site"]
pytestmark = pytest.mark.browser

OPTIONS = ("Full-time, on our payroll", "Freelancers")


def add(page: "sync_api.Page", text: str, kind: str, **fields: str) -> None:
    """Add a question to the only section; an id is made from its text."""
    page.click("text=Add a question")
    page.fill('[name="text"]', text)
    page.select_option('[name="type"]', kind)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    for name, value in fields.items():
        field = page.locator(f'[name="{name.replace("__", ".")}"]')
        if field.get_attribute("type") == "checkbox":
            field.check()
        elif field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.click("text=Save question")
    page.wait_for_url("**/edit#q-*")


def test_lead_writes_publishes_and_changes_a_questionnaire_of_every_kind_of_question(site: Site) -> None:
    page, complaints = site.page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.goto("/questionnaires")
    page.click("text=New questionnaire")
    page.fill('[name="title"]', "Night shift")
    page.click("text=Begin draft")
    page.wait_for_url("**/questionnaires/night-shift/edit")
    page.click("main >> text=Add a section")
    page.fill('[name="title"]', "People at night")
    page.click("text=Save section")
    page.wait_for_url("**/edit#s-people_at_night")
    add(
        page, "Who works at night?", "single", weight="10",
        option__0__text=OPTIONS[0], option__0__points="100",
        option__1__text=OPTIONS[1], option__1__points="20", option__1__ask_why="yes",
    )  # fmt: skip
    add(page, "How are freelancers chosen?", "long_text", when__0__subject="answer:who_works_at_night",
        when__0__test="equals", when__0__value="Freelancers")  # fmt: skip
    add(page, "Which sites stay open?", "multiple", option__0__text="Cebu", option__1__text="Lagos")
    add(page, "Is a lead there all night?", "yes_no")
    add(page, "How many people?", "number", unit="people", min="0", whole="yes")
    add(page, "What share of the team?", "percent")
    add(page, "What is the night bonus?", "money")
    add(page, "From which day?", "date")
    add(page, "From which hour?", "time")
    add(page, "Name of the lead?", "text")
    add(page, "How rested are people?", "scale", **{f"level__{n}": f"Level {n} of rest" for n in range(6)})
    add(page, "Which shifts?", "table", column__0__text="Shift", column__1__text="People",
        column__1__type="number", column__2__text="Paid", column__2__type="yes_no")  # fmt: skip
    add(page, "The duty plan?", "file", evidence="duty_plan")
    require_fit(site, "/questionnaires/night-shift/edit")
    require_fit(site, "/questionnaires/night-shift/edit/questions/who_works_at_night")
    page.goto("/questionnaires/night-shift/edit")

    page.click("text=Preview as vendor")
    expect(page.locator("text=How are freelancers chosen?").first).to_be_hidden()
    page.check(f'label:has-text("{OPTIONS[1]}") input')
    page.click("text=Show with these answers >> nth=1")
    page.wait_for_selector("text=How are freelancers chosen?")
    require_fit(site, page.url.removeprefix(site.address))

    page.goto("/questionnaires/night-shift/edit")
    page.click("main button:has-text('Publish')")
    page.wait_for_url("**/questionnaires/night-shift")
    with site.scene.db.writing() as session:
        first = service.start_response(
            session,
            actor=site.scene.lead,
            candidate_id=site.scene.candidates[0],
            entry=StartIn(key="night-shift"),
        ).id
    page.click("text=New version")
    page.wait_for_url("**/night-shift/edit")
    page.click("text=Is a lead there all night?")
    page.fill('[name="text"]', "Is a team lead there all night?")
    page.click("text=Save question")
    page.click("main button:has-text('Publish')")
    page.wait_for_url("**/questionnaires/night-shift")
    page.click("text=What changed")
    expect(page.locator("text=Is a team lead there all night?").first).to_be_visible()
    require_fit(site, page.url.removeprefix(site.address))
    asked = site.scene.held(response_id=first).access.template
    assert (asked.version, asked.question("is_a_lead_there_all_night").text) == (
        1,
        "Is a lead there all night?",
    )
    assert complaints == []


def caiq(first: str, second: str) -> bytes:
    """A sheet as the usual cloud questionnaires look: a title, merged headings, formulas beside the questions."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Introduction").write(0, 0, "How to fill in this file")
        page = book.add_worksheet("Cloud questions")
        page.merge_range("A1:F1", "CLOUD ASSESSMENT QUESTIONNAIRE v9")
        page.write_row(2, 0, ["Control domain", "Question ID", "Question", "CSP answer", "Comments", "Score"])
        page.merge_range("A4:A5", "Access control")
        page.write_row(3, 1, ["AC-01.1", first, "Yes", "Quarterly"])
        page.write_row(4, 1, ["AC-01.2", second, "NA", ""])
        page.merge_range("A6:F6", "Business continuity")
        page.write_row(6, 1, ["BC-01.1", "Is there a tested plan?", "No", "In work"])
        for row in (3, 4, 6):
            page.write_formula(row, 5, f'=IF(D{row + 1}="Yes",1,0)', None, 1)
    return out.getvalue()


def test_lead_imports_a_cloud_questionnaire_and_its_columns_are_known_the_next_time(site: Site) -> None:
    page, complaints = site.page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)

    def send(name: str, content: bytes) -> None:
        page.goto("/questionnaires/sheets")
        page.set_input_files(
            '[name="file"]', {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        page.click("main form button:not(.bare)")
        page.wait_for_url("**/sheets/*-*")

    send("caiq.xlsx", caiq("Is access reviewed?", "Are accounts shared?"))
    columns = page.url.removeprefix(site.address)
    expect(page.locator('form.form [name="question"]')).to_have_value("2")
    require_fit(site, columns)
    page.goto(columns)
    page.select_option('form.form [name="section"]', label="A: Control domain")
    page.click("text=Look at the result")
    page.wait_for_url("**/preview")
    expect(page.locator("text=3 questions in 2 sections").first).to_be_visible()
    require_fit(site, page.url.removeprefix(site.address))
    page.fill('[name="title"]', "Cloud questions")
    page.click("text=Make it a draft")
    page.wait_for_url("**/questionnaires/cloud-questions/edit")
    expect(page.locator("text=Is there a tested plan?").first).to_be_visible()
    page.click("main button:has-text('Publish')")
    page.wait_for_url("**/questionnaires/cloud-questions")

    with site.scene.db.writing() as session:
        response = service.start_response(
            session,
            actor=site.scene.lead,
            candidate_id=site.scene.candidates[0],
            entry=StartIn(key="cloud-questions"),
        ).id
    page.goto(f"/responses/{response}/sheets")
    filled = {"name": "harbor.xlsx", "mimeType": "application/octet-stream"}
    page.set_input_files(
        '[name="file"]', {**filled, "buffer": caiq("Is access reviewed?", "Are accounts shared?")}
    )
    page.click("main form button:not(.bare)")
    page.wait_for_url("**/sheets/*-*")
    expect(page.locator("text=named for the last file").first).to_be_visible()
    page.select_option('form.form [name="answer"]', label="D: CSP answer")
    page.select_option('form.form [name="comment"]', label="E: Comments")
    page.click("text=Look at the result")
    page.wait_for_url("**/preview")
    require_fit(site, page.url.removeprefix(site.address))
    page.click("main form button:not(.bare):not(.quiet)")
    page.wait_for_url(f"**/responses/{response}")
    rows = site.scene.held(response_id=response).rows
    assert {name: (row.value, row.not_applicable, row.note) for name, row in rows.items()} == {
        "ac_01_1": (True, False, "Quarterly"),
        "ac_01_2": (None, True, ""),
        "bc_01_1": (False, False, "In work"),
    }

    send("caiq-2.xlsx", caiq("Is access reviewed each year?", "Are accounts ever shared?"))
    expect(page.locator("text=named for the last file").first).to_be_visible()
    page.click("text=Look at the result")
    expect(page.locator("text=Are accounts ever shared?").first).to_be_visible()
    assert complaints == []
