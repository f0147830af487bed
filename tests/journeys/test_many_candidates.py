"""The result of a long list: forty candidates on one page, at a desk and on a telephone."""

import time

import pytest

from app.evaluations.models import Governance
from tests.assessment.world import World, make_world
from tests.journeys.conftest import WIDTHS, Site, axe

pytestmark = pytest.mark.browser
LEVELS = ("none", "written", "measured", "managed")
NAMES = tuple(
    f"{'Consolidated Annotation and Data Services International' if at % 7 == 3 else 'Labels'} {at:02}"
    for at in range(40)
)
BOUND = 20.0  # seconds for a cold page on a crowded machine; a second when it is idle


def forty(site: Site) -> World:
    world = make_world(site.app.state.database, governance=Governance.SOLO, lead=site.lead(), names=NAMES)
    for at, name in enumerate(NAMES):
        world.value(name, "f1", 0.9 + at * 0.002, low=0.89 + at * 0.002, high=0.91 + at * 0.002)
        world.value(name, "cost", 0.05 + at % 9 * 0.007)
        world.rate(world.lead, name, "process", LEVELS[at % 4])
        world.rate(world.lead, name, "vetting", "checked")
    return world


def test_forty_candidates_fit_the_page_open_or_folded(site: Site) -> None:
    world = forty(site)
    for width in WIDTHS:
        page = site.page(width=width)
        site.enter(page, world.lead)
        start = time.monotonic()
        page.goto(f"/evaluations/{world.evaluation}/result")
        assert time.monotonic() - start < BOUND
        assert page.locator("table[data-rows] tbody tr").count() == len(NAMES)
        for folded in (True, False):
            if not folded:
                page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
            sideways = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert page.evaluate(sideways), (width, folded)
        assert site.complaints == []
        assert axe(page) == []
        site.complaints.clear()  # axe itself tries an inline style, which the policy blocks
