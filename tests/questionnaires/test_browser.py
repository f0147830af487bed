"""The form in a real browser: autosave, conflict, rows, and the vendor's side without JavaScript."""

import re

import pytest

from tests.questionnaires.served import AXE, VIOLATIONS, Site, chromium, expect, site, sync_api, until

__all__ = ["chromium", "site"]
pytestmark = pytest.mark.browser


def type_in(page: "sync_api.Page", name: str, value: str) -> None:
    """Fill a field, leave it, and wait until its autosave says how it ended."""
    with page.expect_response(lambda answer: "/answers/" in answer.url):
        page.fill(f'[name="{name}"]', value)
        page.press(f'[name="{name}"]', "Tab")
    settle(page, name)


def settle(page: "sync_api.Page", name: str) -> None:
    """Wait until what the autosave of a question answered is on the page."""
    expect(page.locator(f"#q-{name} [data-autosave-status]")).to_have_text(re.compile("^(Saved |Not saved)"))


def test_answers_save_themselves_and_disagreements_are_decided_on_the_page(site: Site) -> None:
    page, complaints = site.page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(f"/responses/{site.scene.response_id}")
    type_in(page, "ramp", "6")
    assert site.scene.held().rows["ramp"].value == "6"
    expect(page.locator("#q-ramp [data-autosave-status]")).to_contain_text("Saved")
    expect(page.locator("#progress")).to_contain_text("1 of 38")
    state = page.locator("#state-ramp")
    type_in(page, "ramp", "many")
    expect(state).to_contain_text("Enter a number")
    type_in(page, "ramp", "7")
    expect(state).to_have_text("")
    site.scene.answer("ramp", "9")
    type_in(page, "ramp", "8")
    expect(state).to_contain_text("Which answer stands?")
    page.click("#state-ramp button")
    expect(page.locator("#revision-ramp")).to_have_value("4")
    assert site.scene.held().rows["ramp"].value == "8"
    expected = ("422 (Unprocessable", "409 (Conflict")
    assert [text for text in complaints if not any(part in text for part in expected)] == []


def test_what_is_typed_last_is_kept_when_the_page_is_left_at_once(site: Site) -> None:
    secret, _ = site.scene.send()
    page = site.page(signed_in=False)
    page.goto(f"/vendor-link/{secret}")
    page.click("text=Open the questions")
    page.click("text=Flexibility")
    page.fill('[name="ramp"]', "7")
    page.fill('[name="ramp-comment"]', "left in a hurry")
    page.click("text=All sections")
    page.wait_for_url(f"**/respond/{site.scene.response_id}")
    until(lambda: "ramp" in site.scene.held().rows and site.scene.held().rows["ramp"].comment != "")
    row = site.scene.held().rows["ramp"]
    assert (row.value, row.comment) == ("7", "left in a hurry")


def test_page_with_a_refused_answer_asks_before_it_is_left(site: Site) -> None:
    page, asked = site.page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(f"/responses/{site.scene.response_id}")
    type_in(page, "ramp", "many")
    page.click("text=All candidates side by side")
    until(lambda: asked == ["beforeunload"])
    expect(page.locator('[name="ramp"]')).to_have_value("many")
    type_in(page, "ramp", "5")
    page.click("text=All candidates side by side")
    page.wait_for_url("**/discovery")
    page.go_back()
    type_in(page, "ramp", "many")
    page.click("#s-flexibility >> text=Save this section")  # sends what is refused; nothing is lost by it
    expect(page.locator(".error-summary")).to_contain_text("Enter a number")
    assert asked == ["beforeunload"]


def test_last_of_many_quick_changes_stands(site: Site) -> None:
    page = site.page()
    page.goto(f"/responses/{site.scene.response_id}")
    for level in range(5):  # each change is sent 400 ms later, while the answer before it may be on its way
        with page.expect_request(lambda asked: "/answers/" in asked.url):
            page.click(f'#q-spikes input[value="{level}"]')
    until(lambda: site.scene.held().rows["spikes"].value == 4)
    settle(page, "spikes")
    expect(page.locator("#state-spikes")).to_have_text("")


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
    expect(page.locator("#state-hours").first).to_contain_text(
        "Row 1 is kept once it has Time zone, From and To"
    )
    expect(page.locator('[name="ramp"]')).to_have_value("4")
    page.fill('[name="hours.0.site"]', "")
    page.press('[name="ramp"]', "Enter")
    page.wait_for_url("**/sections/flexibility#s-flexibility")
    assert site.scene.held().rows["ramp"].value == "4"
    site.scene.answer("ramp", "9")
    page.fill('[name="ramp"]', "5")
    page.fill('[name="ramp-comment"]', "after training")
    page.click("text=Save this section")
    expect(page.locator("#state-ramp").first).to_contain_text("9")
    expect(page.locator('[name="ramp-comment"]')).to_have_value("after training")
    page.click("#state-ramp >> text=Save mine")
    assert site.scene.held().rows["ramp"].value == "5"
    page.click("text=All sections")
    page.click("text=Check and hand in")
    page.click("text=Submit answers")
    expect(page.locator("h1").first).to_contain_text("Your answers were received")


def test_lead_holds_a_call_by_keyboard_alone(site: Site) -> None:
    page, complaints = site.page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    site.scene.answer("workforce_model", ["managed_bpo"])
    page.goto(f"/responses/{site.scene.response_id}/call")
    expect(page.locator("#q-workforce_model")).to_have_count(0)
    page.focus("text=Start the call")
    page.keyboard.press("Enter")
    expect(page.locator("[data-timer]")).to_contain_text(":")
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
    settle(page, name)
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
    for width in (320, 1400):
        page.set_viewport_size({"width": width, "height": 860})
        for path in [*paths, "/questionnaires", f"/vendor-link/{secret}"]:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            page.evaluate(AXE.read_text())
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                assert page.evaluate(VIOLATIONS) == [], f"{path} at {width}, {theme}"
