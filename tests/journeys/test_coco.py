"""One evaluation on the real COCO files, in a real browser: need, pilot, scorecard, result, memo."""

import re
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pypdfium2
import pytest

from app.evaluations import service as evaluations
from app.evaluations.models import Stage
from app.evaluations.schemas import CandidateIn
from app.kit.actors import Actor
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn
from tests.journeys.conftest import CHROMIUM, Site, axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

COCO = Path(__file__).parents[3] / "shared" / "real" / "coco"
GOLD = COCO / "instances_val2014_100.json"
DELIVERY = COCO / "instances_val2014_fakebbox100_results.json"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not GOLD.exists(), reason="the real files are not beside the repository"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed"),
]


def submit(page: "Page") -> None:
    page.locator("main form.form button[type=submit], main form.form .form-actions button").first.click()
    page.wait_for_load_state()


def open_evaluation(page: "Page") -> str:
    page.goto("/evaluations/new")
    page.fill("#field-name", "Street scenes")
    page.check("input[name=governance][value=solo]")
    submit(page)
    base = re.match(r".*(/evaluations/[0-9a-f-]{36})", page.url)
    assert base
    page.goto(f"{base[1]}/need")
    page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.check("input[name=techniques][value=bounding_box]")
    page.fill("#field-volume", "1,200,000")
    page.fill("#field-budget", "180,000")
    submit(page)
    return base[1]


def add_candidates(site: Site, actor: Actor, base: str) -> None:
    with site.app.state.database.writing() as session:
        for name in ("Fake Boxes Ltd", "Second Vendor"):
            vendor = vendors.add_vendor(session, actor=actor, entry=VendorIn(name=name))
            entry = CandidateIn(vendor_id=vendor.id, stage=Stage.PILOT)
            evaluations.add_candidate(
                session, actor=actor, evaluation_id=UUID(base.rpartition("/")[2]), entry=entry
            )


def run_pilot(page: "Page", base: str) -> str:
    page.goto(f"{base}/pilot/new")
    page.check("input[name=task][value=boxes]")
    submit(page)
    pilot = re.sub(r"[?#].*", "", page.url)
    page.goto(f"{pilot}/gold")
    page.set_input_files("#field-file", GOLD)
    submit(page)
    assert "830" in page.locator("main").inner_text()  # 839 less the 9 crowd regions, which are ignored
    page.goto(f"{pilot}/deliver")
    page.select_option("#field-candidate_id", index=1)
    page.set_input_files("#field-file", GOLD.with_name("missing.json") if not DELIVERY.exists() else DELIVERY)
    submit(page)
    page.goto(f"{pilot}/results")
    page.get_by_text("0.831").first.wait_for(timeout=60_000)
    page.goto(pilot)
    page.locator("a[href*='/offers/']").first.click()
    page.fill("#field-name_1", "Boxes")
    page.fill("#field-amount_1", "0.11")
    page.select_option("#field-per_1", "label")
    submit(page)
    return pilot


def pin(page: "Page", base: str) -> None:
    page.goto(f"{base}/scorecard")
    page.locator("input[name=scorecard][value^='image-labeling']").first.check()
    page.uncheck("input[name=small_team]")  # all criteria, the tightness of boxes among them
    page.locator("form[action$='/scorecard/pin'] button").click()
    page.wait_for_load_state()
    page.fill("#field-target", "0.05")
    page.fill("#field-cap", "0.20")
    page.locator("form[action$='/scorecard/price'] button").click()
    page.wait_for_load_state()


def decide(page: "Page", base: str) -> bytes:
    page.goto(f"{base}/decision")
    page.get_by_role("button", name="Start the recommendation").click()
    page.wait_for_load_state()
    page.select_option("#field-selected_id", index=1)
    page.fill("#field-amount", "140,000")
    page.fill("#field-months", "12")
    page.locator("button[name=then][value='']").click()
    page.wait_for_load_state()
    answer = page.request.get(f"{base}/decision/memo.pdf", timeout=120_000)
    assert answer.status == 200
    return answer.body()


def test_real_boxes_travel_from_the_upload_to_the_memo(site: Site) -> None:
    actor = site.lead()
    page = site.page()
    site.enter(page, actor)
    base = open_evaluation(page)
    add_candidates(site, actor, base)
    run_pilot(page, base)
    pin(page, base)
    page.goto(f"{base}/result")
    result = page.locator("main").text_content() or ""  # the cells lie folded under their groups
    assert "0.831" in result
    assert "0.862" in result
    memo = pypdfium2.PdfDocument(decide(page, base))
    text = "".join(memo[at].get_textpage().get_text_range() for at in range(len(memo)))
    assert "Street scenes" in text
    assert "0.831" in text
    assert site.complaints == []
    narrow = site.page(width=390, scheme="dark")
    site.enter(narrow, actor)
    for path in ("", "/pilot", "/result", "/decision"):
        narrow.goto(base + path)
        assert narrow.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert axe(narrow) == []
