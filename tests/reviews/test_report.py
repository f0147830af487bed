"""What the pilot report says of the gold's versions and of tests that leave no doubt."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from app.reviews import service
from app.reviews.models import Ruling
from app.reviews.schemas import DecisionIn
from tests.pilots.samples import LEAD, delivery_csv, gold_csv
from tests.pilots.test_pages import laid_out
from tests.reviews.test_promised import rows_of

Browser = Callable[..., TestClient]


def test_the_report_names_every_gold_version_and_no_p_value_of_nothing(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(40))
    lab.deliver("Mosaic", delivery_csv(2))
    lab.gold(gold_csv(shift=1), note="Owls were cats.")
    lab.compared()
    decisions = [
        DecisionIn(item="i003", ruling=Ruling.EXCLUDE),
        DecisionIn(item="i005", ruling=Ruling.WRONG, label="cat"),
    ]
    for entry in decisions:
        with lab.db.writing() as session:
            service.decide(session, actor=LEAD, pilot_id=lab.pilot_id, entry=entry, seen=None)
    with lab.db.writing() as session:
        service.publish(session, actor=LEAD, pilot_id=lab.pilot_id)
    lab.compared()
    report = lead.get(f"/pilots/{lab.pilot_id}/report").text
    first, second, third = rows_of(report, "Versions of the gold")[1:]
    assert "Version 1" in first
    assert "120 / 120 the first" in first
    assert "12 items with other labels Owls were cats." in second
    assert "Version 3 (compared)" in third
    assert "1 item put right, 1 item left out 2 decided by adjudication of version 2" in third
    (pair,) = rows_of(report, "Who differs from whom")[1:]
    assert "< 0.001 yes" in pair.replace("&lt;", "<")
    assert "0.000 yes" not in pair
