"""What a vendor and a lead see on a narrow screen, in a real browser: nothing scrolls sideways, nothing is cut."""

import pytest

from tests.questionnaires.served import AXE, VIOLATIONS, Site, chromium, expect, site, sync_api

__all__ = ["chromium", "site"]
pytestmark = pytest.mark.browser

CUT = """() => [...document.querySelectorAll('main table.stacked :is(td, th, input, select)')]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.outerHTML.slice(0, 120))"""


def require_whole(page: "sync_api.Page", path: str) -> None:
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert page.evaluate(CUT) == [], path
    page.evaluate(AXE.read_text())
    assert page.evaluate(VIOLATIONS) == [], path


def test_wide_tables_stand_as_small_forms_for_vendor_and_lead(site: Site) -> None:
    secret, vendor = site.scene.send()
    site.scene.answer(
        "price_table", [{"component": "Box", "unit": "label", "price_full": "0.05 USD"}], actor=vendor
    )
    site.scene.answer("technique_detail", "left \u202e right", actor=vendor)
    page = site.page(signed_in=False)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"/vendor-link/{secret}")
    page.click("text=Open the questions")
    there = f"/respond/{site.scene.response_id}"
    for path in (there, f"{there}/sections/pricing", f"{there}/sections/flexibility", f"{there}/check"):
        require_whole(page, path)
    page.goto(f"{there}/sections/pricing")
    cell = page.locator("#q-price_table td").first
    label = cell.evaluate("each => getComputedStyle(each, '::before').content")
    assert label.startswith('"What (labels')
    field = cell.locator("input")
    assert field.bounding_box()["width"] > 200
    page.goto(f"{there}/check")
    page.click("text=Submit answers")
    expect(page.locator("h1")).to_have_text("Your answers were received")
    require_whole(page, there)

    lead = site.page()
    lead.set_viewport_size({"width": 320, "height": 800})
    here = f"/responses/{site.scene.response_id}"
    discovery = f"/evaluations/{site.scene.evaluation_id}/discovery"
    for path in (discovery, f"{discovery}/ask", here, f"{here}/vendor", f"{here}/points"):
        require_whole(lead, path)
