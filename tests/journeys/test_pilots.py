"""Three pilots in a real browser, from the plan to signed-off figures: by the ML lead, a reviewer and two vendors."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from app.evaluations import service as evaluations
from app.evaluations.models import Governance, Stage
from app.evaluations.schemas import CandidateIn, EvaluationIn, NeedIn
from app.kit.actors import Actor
from app.vendors import service as vendors
from app.vendors.schemas import VendorIn
from tests.journeys.conftest import CHROMIUM, Site, axe
from tests.journeys.test_coco import DELIVERY, GOLD

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's Chromium is not installed"),
]
NAMES = ("Harbor", "Mosaic")
CLASSES = ("cat", "dog", "owl")
PLACES = ("Paris", "Oslo", "Quito")
REVIEWED = 4


@dataclass(frozen=True)
class Files:
    """What travels: gold and one delivery per vendor, under the names that tell their format."""

    gold: tuple[str, bytes]
    deliveries: Mapping[str, tuple[str, bytes]]
    metric: str
    items: int


def classes() -> Files:
    """60 items in three classes; Harbor errs on three of them, Mosaic on every fourth."""

    def table(head: str, wrong: int) -> bytes:
        rows = [
            f"i{at:03},{CLASSES[(at + (at % wrong == 1)) % 3]}"
            + (f",p{wrong}{at % 3},{4 + at % 5}" if "," in head[11:] else "")
            for at in range(60)
        ]
        return "\n".join([head, *rows]).encode()

    head = "item,label,annotator,seconds"
    return Files(
        ("gold.csv", table("item,label", 1000)),
        {"Harbor": ("labels.csv", table(head, 20)), "Mosaic": ("labels.csv", table(head, 4))},
        "accuracy",
        60,
    )


def spans() -> Files:
    """40 sentences with a name and a place; Harbor leaves out some places, Mosaic takes some for names."""

    def lines(changed: int, label: str | None) -> bytes:
        rows = []
        for at in range(40):
            place = PLACES[at % 3]
            text = f"Ada met Grace in {place}."
            found = [{"label": "PER", "start": 0, "end": 3}]
            if at % changed != 1:
                found.append({"label": "LOC", "start": 17, "end": 17 + len(place)})
            elif label:
                found.append({"label": label, "start": 17, "end": 17 + len(place)})
            rows.append({"item": f"s{at:02}", "text": text, "annotator": f"w{at % 2}", "spans": found})
        return "".join(json.dumps(row) + "\n" for row in rows).encode()

    gold = b"".join(
        json.dumps({key: value for key, value in json.loads(line).items() if key != "annotator"}).encode()
        + b"\n"
        for line in lines(1000, None).splitlines()
    )
    deliveries = {"Harbor": ("labels.jsonl", lines(10, None)), "Mosaic": ("labels.jsonl", lines(4, "PER"))}
    return Files(("gold.jsonl", gold), deliveries, "f1", 40)


def boxes() -> Files:
    """The real COCO files; Mosaic delivers what Harbor did, a fifth of it gone."""
    whole = json.loads(DELIVERY.read_bytes())
    kept = [row for row in whole if Random(f"{row['image_id']}:{row['bbox']}").random() > 0.2]
    deliveries = {
        "Harbor": ("labels.json", DELIVERY.read_bytes()),
        "Mosaic": ("labels.json", json.dumps(kept).encode()),
    }
    return Files(("gold.json", GOLD.read_bytes()), deliveries, "f1", 100)


def press(page: "Page", name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def upload(page: "Page", file: tuple[str, bytes], button: str) -> None:
    page.set_input_files("#field-file", {"name": file[0], "mimeType": "text/plain", "buffer": file[1]})
    press(page, button)


def evaluation(site: Site, actor: Actor) -> str:
    """A team's evaluation with two vendors in the pilot: its address."""
    with site.app.state.database.writing() as session:
        entry = EvaluationIn(name="Pilot journey", governance=Governance.TEAM)
        row = evaluations.create_evaluation(session, actor=actor, entry=entry)
        need = NeedIn(volume=100_000, techniques=["bounding_box"], pilot_data_class="public")
        evaluations.set_need(session, actor=actor, evaluation_id=row.id, need=need, seen=None)
        for name in NAMES:
            vendor = vendors.add_vendor(session, actor=actor, entry=VendorIn(name=name))
            wanted = CandidateIn(vendor_id=vendor.id, stage=Stage.PILOT)
            evaluations.add_candidate(session, actor=actor, evaluation_id=row.id, entry=wanted)
        return f"/evaluations/{row.id}"


def plan(page: "Page", base: str, task: str, files: Files) -> str:
    """The lead plans: task, gold, promises, prices, instructions. Returns the pilot's address."""
    page.goto(f"{base}/pilot/new")
    page.check(f"input[name=task][value={task}]")
    page.fill("#field-goal", "Find what the model must not miss.")
    page.locator("main form.form button[type=submit], main form.form .form-actions button").first.click()
    page.wait_for_load_state()
    pilot = re.sub(r"[?#].*", "", page.url)
    page.goto(f"{pilot}/gold")
    upload(page, files.gold, "Upload gold")
    page.goto(f"{pilot}/criteria")
    page.fill(f"#field-floor_{files.metric}", "0.8")
    press(page, "Save criteria")
    for at in range(len(NAMES)):
        page.goto(pilot)
        page.locator("a[href*='/offers/']").nth(at).click()
        page.fill("#field-name_1", "Labels")
        page.fill("#field-amount_1", f"0.1{at}")
        page.select_option("#field-per_1", "label")
        page.locator("main form.form .form-actions button").first.click()
        page.wait_for_load_state()
    page.goto(f"{pilot}/labeling-plan")
    page.fill("#field-steps", "Open the item.\nMark what the ontology names.\nSubmit.")
    page.fill("#field-class_name_1", "first class")
    page.fill("#field-class_definition_1", "What the gold calls so.")
    press(page, "Save labeling plan")
    page.goto(f"{pilot}/run")
    press(page, "Publish")
    return pilot


def invite(page: "Page", pilot: str) -> dict[str, str]:
    """A link for each vendor: name -> address."""
    links = {}
    for name in NAMES:
        page.goto(f"{pilot}/run")
        page.locator("main table").get_by_role("link", name=name, exact=True).click()
        page.fill("#field-holder_name", "Ines")
        press(page, "Make link")
        found = re.search(r"/pilot-link/[\w-]+", page.content())
        assert found
        links[name] = found[0]
    return links


def move(page: "Page", pilot: str, *stages: str) -> None:
    for stage in stages:
        page.goto(f"{pilot}/run")
        page.check(f"input[name=stage][value={stage}]")
        press(page, "Move on")


def agree(page: "Page", link: str) -> None:
    """A vendor opens its link, and confirms promises and instructions."""
    page.goto(link)
    press(page, "Open the pilot")
    press(page, "Confirm these promises")
    press(page, "Our team works after version 1")


def deliver(page: "Page", file: tuple[str, bytes]) -> list[str]:
    """A vendor takes its pack, asks, delivers and gets a receipt. Returns the files of the pack."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download pilot pack").click()
    pack = zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    page.fill("#questions #field-text", "Does a reflection count?")
    page.locator("#questions input[name=kind]").first.check()
    page.locator("#questions").get_by_role("button", name="Send", exact=True).click()
    page.wait_for_load_state()
    upload(page, file, "Deliver")
    assert "SHA-256" in page.locator("main").inner_text()
    return pack.namelist()


def judge(page: "Page", pilot: str, reviewer: str) -> None:
    """A blind review by keyboard: all accepted, one sent back."""
    page.goto(f"{pilot}/review")
    page.fill("#field-size", str(REVIEWED))
    page.fill("#field-overlap", "0")
    page.get_by_label(reviewer).first.check()
    press(page, "Start review")
    page.locator("a", has_text="Judge next item").first.click()
    for at in range(REVIEWED * len(NAMES)):
        page.wait_for_url(re.compile(r"/review/tasks/"))
        here = page.url
        assert not any(name in page.locator("main").inner_text() for name in NAMES)  # blind
        page.locator("main h2").first.click()
        if at == 0:
            page.keyboard.press("3")
        page.keyboard.press("r" if at == 0 else "a")
        page.wait_for_url(lambda url, here=here: url != here)


def looks_right(site: Site, actor: Actor, paths: list[str]) -> None:
    """Every page at three widths, in both themes: nothing runs out at the side, and axe has no complaint."""
    page = site.page()
    site.enter(page, actor)
    for path in paths:
        page.goto(path)
        for width, scheme in ((1400, "light"), (390, "dark"), (320, "light")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert over == 0, (path, width)
            assert width == 320 or axe(page) == [], (path, width)  # 390 px breaks the same rules as 320
    page.context.close()


@pytest.mark.parametrize("task", ["classification", "spans", "boxes"])
def test_a_pilot_goes_from_the_plan_to_signed_off_figures(site: Site, task: str) -> None:
    if task == "boxes" and not GOLD.exists():
        pytest.skip("the real files are not beside the repository")
    files = {"classification": classes, "spans": spans, "boxes": boxes}[task]()
    actor = site.lead()
    lead = site.page()
    site.enter(lead, actor)
    base = evaluation(site, actor)
    pilot = plan(lead, base, task, files)
    links = invite(lead, pilot)
    rooms = {name: site.page(width=width) for name, width in zip(NAMES, (1400, 390), strict=True)}
    for name, page in rooms.items():
        agree(page, links[name])
    move(lead, pilot, "agreed", "running")
    for name, page in rooms.items():
        page.reload()
        inside = deliver(page, files.deliveries[name])
        assert not any("gold" in one for one in inside)
    lead.goto(f"{pilot}/results")
    lead.get_by_text("Candidates").first.wait_for(timeout=60_000)
    lead.locator("a", has_text="look first").click()
    while (forward := lead.locator(".pager a[rel=next]")).count():
        forward.first.click()
        lead.wait_for_load_state()
    press(lead, "I have looked")
    judge(lead, pilot, actor.name)
    lead.goto(f"{pilot}/results")
    first = lead.locator("main table tbody tr").first.inner_text()
    assert "Harbor" in first
    lead.locator("main table tbody tr a").first.click()  # from the figure to the items behind it
    lead.wait_for_load_state()
    lead.locator("main table tbody a").first.click()
    lead.wait_for_load_state()
    assert "Harbor" in lead.locator("main").inner_text()
    move(lead, pilot, "delivered", "measuring")
    own = rooms["Mosaic"]
    own.reload()
    assert "Harbor" not in own.content()
    move(lead, pilot, "closed")
    report = lead.request.get(f"/pilots/{pilot.rpartition('/')[2]}/report.pdf", timeout=120_000)
    assert report.status == 200
    pages = pypdfium2.PdfDocument(report.body())
    printed = "".join(pages[at].get_textpage().get_text_range() for at in range(len(pages)))
    assert "Harbor" in printed
    assert site.complaints == []  # before axe, whose own styles the policy refuses
    shown = [f"{pilot}/results{path}" for path in ("", "/items", "/items/0", "/gallery")]
    if task == "classification":  # these do not differ from task to task
        shown += [pilot, f"{pilot}/run", f"{pilot}/questions", f"{pilot}/adjudication", f"{pilot}/review"]
    looks_right(site, actor, shown)
