"""Results of unusual data: they are shown everywhere, and nothing is said that the data do not carry."""

import csv
import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from app.evaluations.models import Candidate
from app.pilots import service
from app.pilots.schemas import CriteriaIn, CriterionIn
from app.vendors.models import Vendor
from tests.pilots.samples import CLASSES, LEAD, Lab, gold_csv
from tests.pilots.test_pages import base, laid_out

Browser = Callable[..., TestClient]
NAMES = {
    "Harbor": 'O\'Brien "Labels" <b>&',
    "Mosaic": "شركة التصنيف العربية",
    "Northwind": "Ü" * 80,
    "Our team": "=HYPERLINK(1)",
}


def table(rows: dict[str, str], head: str = "item,label") -> bytes:
    return "\n".join([head, *(f"{item},{said}" for item, said in rows.items())]).encode()


def texts(said: str) -> bytes:
    return table({f"a{at}.wav": said for at in range(5)}, "item,text")


def everywhere(lead: TestClient, lab: Lab) -> tuple[str, str]:
    """The plain text of results and report, after every other form of them was fetched and read."""
    lab.compared()
    for more in ("/items", "/items.csv", "/items/0", "/gallery", "/look"):
        assert lead.get(f"{base(lab)}/results{more}").status_code == 200
    CalamineWorkbook.from_filelike(io.BytesIO(lead.get(f"{base(lab)}/results.xlsx").content))
    assert lead.get(f"{base(lab)}/results.json").json()["promises"] is not None
    told = []
    for path in (f"{base(lab)}/results", f"/pilots/{lab.pilot_id}/report"):
        page = re.sub(r"<svg.*?</svg>|<script.*?</script>", "", lead.get(path).text, flags=re.DOTALL)
        told.append(" ".join(re.sub(r"<[^>]+>", " ", page).split()))
        assert not re.search(r"\b(nan|None|inf)\b", told[-1])
    return told[0], told[1]


def test_texts_of_no_length_give_no_error_rate_and_no_verdict(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead, "transcription")
    criteria = CriteriaIn(criteria=[CriterionIn(metric="wer", floor=0.2)])
    with lab.db.writing() as session:
        service.set_criteria(session, actor=LEAD, pilot_id=lab.pilot_id, entry=criteria, seen=None)
    lab.gold(texts(""))
    lab.deliver("Harbor", texts("ab"))
    results, report = everywhere(lead, lab)
    for page in (results, report):
        assert "Harbor: these items give no word error rate." in page
    assert "at most 0.2 · comparison with the gold not measured" in results
    lab.deliver("Mosaic", texts(""))
    results, report = everywhere(lead, lab)
    assert "no difference in word error rate can be shown reliably" in results
    assert "cannot be told apart on quality." in report


def test_a_class_that_nobody_delivered_and_a_delivery_of_nothing_count_as_wrong(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    lab.gold(gold_csv())
    lab.deliver("Harbor", table({f"i{at:03}": "" for at in range(120)}))
    lab.deliver("Mosaic", table({f"i{at:03}": CLASSES[at % 3] for at in range(120) if at % 3 != 2}))
    results, report = everywhere(lead, lab)
    assert "Mosaic is better than the others on quality." in results
    assert "120 items missing 0.000 0.000–0.031" in results
    assert "Mosaic is better than the others on quality." in report
    rows = list(csv.DictReader(io.StringIO(lead.get(f"{base(lab)}/results.csv").text.lstrip("\ufeff"))))
    assert [(row["missing"], row["f1 owl"]) for row in rows] == [("40", "0.0"), ("120", "0.0")]


def test_one_item_and_equal_candidates_of_any_name_are_not_told_apart(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    with lab.db.write.begin() as connection:
        for who, name in NAMES.items():
            own = sa.select(Candidate.__table__.c.vendor_id).where(  # type: ignore[attr-defined]
                Candidate.__table__.c.id == lab.candidates[who]  # type: ignore[attr-defined]
            )
            vendors = Vendor.__table__  # type: ignore[attr-defined]
            connection.execute(vendors.update().where(vendors.c.id.in_(own)).values(name=name))
    lab.gold(b"item,label\ni000,cat")
    for at, who in enumerate(NAMES):
        lab.deliver(who, b"item,label\ni000,cat" + b"\n" * at)
    results, report = everywhere(lead, lab)
    for page in (results, report):
        assert "O&#39;Brien &#34;Labels&#34; &lt;b&gt;&amp;" in page
        assert "cannot be told apart on quality." in page
        assert NAMES["Mosaic"] in page
    assert "With 1 item, no difference in accuracy can be shown reliably." in results


@pytest.mark.one_store
def test_forty_classes_are_shown_as_far_as_they_fit_and_all_in_the_workbook(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    classes = [f"a rather long class „{at}“ <i>" for at in range(40)]
    lab.gold(table({f"i{at}": classes[at % 40] for at in range(400)}))
    lab.deliver("Harbor", table({f"i{at}": classes[(at + (at % 3 == 0)) % 40] for at in range(400)}))
    results, _ = everywhere(lead, lab)
    assert "12 of 40 classes, the most frequent; all stand in the Excel file" in results
    book = CalamineWorkbook.from_filelike(io.BytesIO(lead.get(f"{base(lab)}/results.xlsx").content))
    assert len(book.get_sheet_by_name("Classes").to_python()) == 41


def test_an_error_rate_is_praised_for_being_low(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead, "transcription")
    lab.gold(table({f"a{at}.wav": f"the cat sat on mat {at}" for at in range(60)}, "item,text"))
    lab.deliver("Harbor", table({f"a{at}.wav": f"the cat sat on mat {at}" for at in range(60)}, "item,text"))
    lab.deliver("Mosaic", table({f"a{at}.wav": "no" for at in range(60)}, "item,text"))
    _, report = everywhere(lead, lab)
    assert "Harbor is better than the others on quality." in report
