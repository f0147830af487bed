"""The form in a real browser: autosave, conflict, rows, and the vendor's side without JavaScript."""

import pytest

from tests.questionnaires.served import AXE, VIOLATIONS, Site, chromium, site, sync_api

__all__ = ["chromium", "site"]
pytestmark = pytest.mark.browser


def type_in(page: "sync_api.Page", name: str, value: str) -> None:
    """Fill a field, leave it, and wait for the answer of its autosave."""
    with page.expect_response(lambda answer: "/answers/" in answer.url):
        page.fill(f'[name="{name}"]', value)
        page.press(f'[name="{name}"]', "Tab")
    page.wait_for_timeout(150)


def test_answers_save_themselves_and_disagreements_are_decided_on_the_page(site: Site) -> None:
    page, complaints = site.page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(f"/responses/{site.scene.response_id}")
    type_in(page, "ramp", "6")
    assert site.scene.held().rows["ramp"].value == "6"
    assert "Saved" in page.text_content("#q-ramp [data-autosave-status]")
    assert "1 of 38" in page.text_content("#progress")
    type_in(page, "ramp", "many")
    assert "Enter a number" in page.text_content("#state-ramp")
    type_in(page, "ramp", "7")
    assert page.text_content("#state-ramp").strip() == ""
    site.scene.answer("ramp", "9")
    type_in(page, "ramp", "8")
    assert "Which answer stands?" in page.text_content("#state-ramp")
    with page.expect_response(lambda answer: "/answers/" in answer.url):
        page.click("#state-ramp button")
    page.wait_for_timeout(150)
    assert (site.scene.held().rows["ramp"].value, page.input_value("#revision-ramp")) == ("8", "4")
    expected = ("422 (Unprocessable", "409 (Conflict")
    assert [text for text in complaints if not any(part in text for part in expected)] == []


def test_last_of_many_quick_changes_stands(site: Site) -> None:
    page = site.page()
    page.goto(f"/responses/{site.scene.response_id}")
    for level in range(5):
        page.click(f'#q-spikes input[value="{level}"]')
        page.wait_for_timeout(420)
    page.wait_for_timeout(1500)
    assert site.scene.held().rows["spikes"].value == 4
    assert page.text_content("#state-spikes").strip() == ""


def test_vendor_fills_and_submits_without_javascript_on_a_narrow_screen(site: Site) -> None:
    secret, _ = site.scene.send()
    page = site.page(signed_in=False, scripts=False)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"/vendor-link/{secret}")
    page.click("text=Open the questions")
    page.wait_for_url(f"**/respond/{site.scene.response_id}")
    assert secret not in page.content()
    page.click("text=Flexibility")
    page.fill('[name="ramp"]', "4")
    page.fill('[name="hours.0.site"]', "Cebu")
    page.click("text=Save and continue")
    assert "Row 1, Time zone" in page.text_content("#state-hours")
    assert page.input_value('[name="ramp"]') == "4"
    page.fill('[name="hours.0.site"]', "")
    page.press('[name="ramp"]', "Enter")
    page.wait_for_url("**/sections/flexibility#s-flexibility")
    assert site.scene.held().rows["ramp"].value == "4"
    site.scene.answer("ramp", "9")
    page.fill('[name="ramp"]', "5")
    page.fill('[name="ramp-comment"]', "after training")
    page.click("text=Save this section")
    assert "9" in page.text_content("#state-ramp")
    assert page.input_value('[name="ramp-comment"]') == "after training"
    page.click("#state-ramp >> text=Save mine")
    assert site.scene.held().rows["ramp"].value == "5"
    page.click("text=All sections")
    page.click("text=Check and hand in")
    page.click("text=Submit answers")
    assert "Your answers were received" in page.text_content("h1")


def test_lead_holds_a_call_by_keyboard_alone(site: Site) -> None:
    page, complaints = site.page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    site.scene.answer("workforce_model", ["managed_bpo"])
    page.goto(f"/responses/{site.scene.response_id}/call")
    assert page.query_selector("#q-workforce_model") is None
    page.focus("text=Start the call")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('[data-timer]').textContent.includes(':')")
    page.keyboard.press("n")
    first = page.evaluate("document.activeElement.id")
    assert first.startswith("q-")
    name = first.removeprefix("q-")
    with page.expect_response(lambda answer: "/answers/" in answer.url):
        page.keyboard.press("1")
    with page.expect_response(lambda answer: "/answers/" in answer.url):
        page.keyboard.press("c")
    with page.expect_response(lambda answer: "/answers/" in answer.url):
        page.keyboard.press("f")
    page.keyboard.press("m")
    page.keyboard.type("sounds plausible")
    with page.expect_response(lambda answer: "/answers/" in answer.url):
        page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    row = site.scene.held().rows[name]
    assert (row.confidence, row.note) == ("shown", "sounds plausible")
    assert row.value
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") not in ("", first)
    page.focus("text=End the call")
    page.keyboard.press("Enter")
    page.wait_for_url("**/call/summary")
    told = page.input_value('[name="text"]')
    assert site.scene.held().access.template.question(name).text in told
    assert "sounds plausible" not in told
    assert "We come back to" in told
    assert complaints == []


def test_pages_have_no_axe_violations_and_do_not_scroll_sideways(site: Site) -> None:
    secret, _ = site.scene.send()
    discovery = f"/evaluations/{site.scene.evaluation_id}/discovery"
    here, there = f"/responses/{site.scene.response_id}", f"/respond/{site.scene.response_id}"
    paths = [f"{discovery}/ask", here, f"{here}/call", f"{here}/vendor", f"{here}/call/summary", discovery]
    paths += [there, f"{there}/sections/pricing", f"{there}/check"]
    page = site.page()
    page.goto(f"/vendor-link/{secret}")
    page.click("text=Open the questions")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (320, 1400):
            page.set_viewport_size({"width": width, "height": 860})
            for path in [*paths, "/questionnaires", f"/vendor-link/{secret}"]:
                page.goto(path)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                page.evaluate(AXE.read_text())
                assert page.evaluate(VIOLATIONS) == [], f"{path} at {width}, {theme}"
