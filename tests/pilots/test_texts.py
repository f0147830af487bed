"""Pilots of texts on the page and in the report: error rates, points of 100, no classes."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.pilots.test_pages import base, laid_out

Browser = Callable[..., TestClient]
TEXTS = [f"the {word} jumps over number {at}" for at, word in enumerate(("fox", "dog", "cat", "owl") * 10)]


def texts_of(wrong: int, *, worse: str = "lies") -> bytes:
    """A file of texts in which every `wrong`-th has another word."""
    rows = [
        f"c{at:02},{text.replace('jumps', worse) if at % wrong == 0 else text}"
        for at, text in enumerate(TEXTS)
    ]
    return "\n".join(["item,text", *rows]).encode()


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[-1]).split())


@pytest.mark.parametrize(
    ("task", "told", "page_says"),
    [
        ("transcription", "has the lowest Word error rate, 0.00", r"a difference in word error rate shows"),
        ("translation", r"has the highest chrF, 9\d\.\d\.", r"a difference in chrF shows .* from \d+\.\d;"),
    ],
)
def test_texts_are_told_as_rates_or_points_and_without_classes(
    client_as: Browser, task: str, told: str, page_says: str
) -> None:
    lead = client_as()
    lab = laid_out(lead, task)
    lab.gold(texts_of(999, worse="jumps"))
    lab.deliver("Harbor", texts_of(20))
    lab.deliver("Mosaic", texts_of(2))
    found = lab.compared()
    page = plain(lead.get(f"{base(lab)}/results").text)
    report = plain(lead.get(f"/pilots/{lab.pilot_id}/report").text)
    assert re.search(told, report)
    assert re.search(page_says, page)
    assert "By class" not in page + report
    best = found.candidates[0].metrics[found.metric].value
    assert best is not None
    assert f" {best:.1f} " in page if task == "translation" else f" {best:.3f} " in page
