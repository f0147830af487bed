"""Volume per day and the completion forecast: nothing where the data do not carry it, and the page says why."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.evaluations import service as evaluations
from app.evaluations.models import Governance
from app.evaluations.schemas import NeedIn
from app.kit import clock, migrate
from app.pilots import service as pilots
from app.pilots.models import Delivery, Pilot
from app.pilots.schemas import PilotIn
from app.runs import service
from app.runs.models import PackDownload
from app.runs.progress_schemas import ForecastIn
from app.runs.schemas import RunIn
from tests.pilots.samples import LEAD, Lab, delivery_csv, gold_csv
from tests.pilots.test_items import listed
from tests.runs.running import Browser, as_vendor, confirm, laid_out, move, pages, prepare, send

DAY = 7 * 3600 / 5  # labels in seven hours at the five seconds of the sample


def compared(lab: Lab) -> Lab:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", b"\n".join(line.rpartition(b",")[0] for line in delivery_csv(4).splitlines()))
    lab.compared()
    return lab


def test_right_labels_are_counted_without_practice_and_repeats(lab: Lab) -> None:
    lab.gold(gold_csv(5))
    listed(lab)
    said = {
        "i000": "cat",
        "i001": "dog",
        "i002": "owl",
        "i003": "cat",
        "i004": "cat",
        "p1": "owl",
        "again": "dog",
    }
    rows = "".join(f"{item},{label}\n" for item, label in said.items())
    lab.deliver("Harbor", f"item,label\n{rows}".encode())
    lab.compared()
    (arrival,) = progress(lab).arrivals
    assert (arrival.delivery.labels, arrival.accepted) == (7, 4)  # of the gold's five, item 4 is wrong


def progress(lab: Lab, **entry: object) -> service.Progress:
    with lab.db.reading() as session:
        found = pilots.open_pilot(session, LEAD, lab.pilot_id)
        return service.progress_of(session, found, ForecastIn.model_validate(entry))


def need(lab: Lab, **values: object) -> None:
    with lab.db.writing() as session:
        row = evaluations.open_evaluation(session, LEAD, lab.evaluation_id).evaluation
        entry = NeedIn.model_validate({"volume": 100_000, **values})
        evaluations.set_need(
            session, actor=LEAD, evaluation_id=lab.evaluation_id, need=entry, seen=row.version
        )


def test_person_days_and_weeks_are_those_of_the_measured_rate_with_its_interval(lab: Lab) -> None:
    compared(lab)
    found = {one.code: one for one in progress(lab).outlooks}
    harbor = found[lab.code("Harbor")]
    assert harbor.rate is not None
    assert harbor.rate.value == pytest.approx(DAY * 0.95)
    assert harbor.rate.low < harbor.rate.value < harbor.rate.high
    assert harbor.person_days is not None
    assert harbor.person_days[0] == pytest.approx(100_000 / (DAY * 0.95))
    assert harbor.person_days[1] < harbor.person_days[0] < (harbor.person_days[2] or 0)
    assert harbor.team == 3
    assert harbor.weeks == pytest.approx(100_000 / (DAY * 0.95 * 15))
    mosaic = found[lab.code("Mosaic")]
    assert (mosaic.rate, mosaic.why) == (None, "The pilot measured no times.")


def test_a_small_team_is_late_and_the_plan_says_how_many_are_in_time(lab: Lab) -> None:
    compared(lab)
    due = clock.now().date() + timedelta(days=27)
    need(lab, volume=1_000_000, deadline=due)
    alone = progress(lab, ready=1).outlooks[0]
    assert alone.measured is not None
    assert alone.measured.expected is not None
    assert alone.measured.expected > due
    assert alone.measured.early is not None
    assert alone.measured.early <= alone.measured.expected
    assert alone.plan is not None
    assert alone.plan.labelers is not None
    assert alone.plan.labelers_low is not None
    assert alone.plan.labelers_high is not None
    assert alone.plan.labelers_low <= alone.plan.labelers <= alone.plan.labelers_high
    late = progress(lab, lead_weeks=20).outlooks[0]
    assert late.plan is not None
    assert late.plan.labelers is None  # who starts in twenty weeks is not in time


def test_a_need_without_volume_or_with_a_past_deadline_gives_no_forecast_and_says_so(lab: Lab) -> None:
    assert "Nothing is compared yet" in progress(lab).why
    compared(lab)
    need(lab, volume=0)
    assert "no volume" in progress(lab).why
    need(lab, deadline=date(2020, 1, 1))
    assert "deadline is over" in progress(lab).why
    need(lab, deadline=date(2090, 1, 1))
    assert "more than nine years" in progress(lab).why


def test_a_deadline_beyond_a_year_takes_the_volume_of_that_time(lab: Lab) -> None:
    compared(lab)
    need(lab, deadline=clock.now().date() + timedelta(days=729))
    assert progress(lab).volume == 200_000


def test_items_per_working_day_count_from_the_vendors_own_download(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    vendor, home = as_vendor(lead, lab, "Harbor")
    move(lab, "agreed", "running")
    confirm(vendor, home)
    assert vendor.post(f"{home}/pack").status_code == 200
    assert send(vendor, home, delivery_csv(20)).status_code == 303
    assert progress(lab).arrivals[0].per_day is None  # minutes after the download say nothing of a day
    monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
    at(lab, PackDownload, "created_at", monday)
    at(lab, Delivery, "received_at", monday + timedelta(days=2, hours=8))
    found = progress(lab).arrivals[0]
    assert found.working_days == pytest.approx(3.0, abs=0.3)  # where the evaluation is
    assert found.per_day == pytest.approx(120 / (found.working_days or 1))


def test_a_later_round_counts_from_the_moment_it_was_opened_else_from_the_delivery_before(
    lab_of: Callable[..., Lab],
) -> None:
    lab = lab_of(Governance.SOLO, PilotIn(task="classification"))
    prepare(lab)
    move(lab, "agreed", "running")
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    move(lab, "delivered", "measuring", "running")
    with lab.db.reading() as session:
        opened = service.rounds_opened(session, service.run_of(session, session.get_one(Pilot, lab.pilot_id)))
    assert list(opened) == [2]
    lab.deliver("Harbor", delivery_csv(30))
    lab.deliver("Harbor", delivery_csv(40))  # a third round that nobody opened
    for number, days in ((1, -1), (2, 14), (3, 28)):
        with lab.db.writing() as session:
            table = Delivery.__table__  # type: ignore[attr-defined]
            moment = {"received_at": opened[2] + timedelta(days=days)}
            session.connection().execute(table.update().where(table.c.round == number).values(moment))
    found = {one.delivery.round: one for one in progress(lab).arrivals if one.code == lab.code("Harbor")}
    assert found[1].per_day is None  # its pack was never taken by link
    assert (found[2].since, found[3].since) == ("round 2 was opened", "round 2 came in")
    assert found[2].working_days == pytest.approx(10)  # two weeks from Monday to Friday
    assert found[3].per_day == pytest.approx(120 / 10)


def test_our_own_upload_after_the_last_day_is_marked_late_on_pages_and_exports(client_as: Browser) -> None:
    lead = client_as()
    lab = laid_out(lead)
    prepare(lab)
    lab.deliver("Harbor", delivery_csv(20))
    yesterday = clock.now().date() - timedelta(days=2)
    with lab.db.writing() as session:
        service.set_run(
            session, actor=LEAD, pilot_id=lab.pilot_id, entry=RunIn(deadline=yesterday), seen=None
        )
    lab.deliver("Mosaic", delivery_csv(4))
    lab.compared()
    assert lead.get(pages(lab)).text.count("Came after the last day of the round") == 1
    assert lead.get(f"{pages(lab)}/results").text.count("delivered late") == 1
    rows = [line.split(",") for line in lead.get(f"{pages(lab)}/results.csv").text.splitlines()]
    late = rows[0].index("late")
    assert sorted(row[late] for row in rows[1:]) == ["", "yes"]
    assert ">late<" in lead.get(f"{pages(lab)}/progress").text
    told = lead.get(f"/api/v1/pilots/{lab.pilot_id}/progress").json()["arrivals"]
    assert {one["candidate"]: one["is_late"] for one in told} == {
        lab.code("Harbor"): False,
        lab.code("Mosaic"): True,
    }
    assert "after the last day of its round" in lead.get(f"/pilots/{lab.pilot_id}/report").text


def at(lab: Lab, model: type, column: str, moment: datetime) -> None:
    with lab.db.writing() as session:
        table = model.__table__  # type: ignore[attr-defined]
        session.connection().execute(table.update().values({column: moment}))


def test_page_csv_and_api_tell_the_same(client_as: Browser) -> None:
    lead = client_as()
    lab = compared(laid_out(lead))
    page = f"{pages(lab)}/progress"
    text = lead.get(page).text
    for told in (
        "4,788",
        "an extrapolation from the pilot",
        "The pilot measured no times.",
        "3 for 1.4 weeks",
    ):
        assert told in text
    assert "Week by week" in lead.get(page, params={"candidate": lab.code("Harbor")}).text
    wrong = lead.get(page, params={"ready": "none", "peak_from": "2027-01-01"})
    assert wrong.status_code == 200
    assert 'aria-invalid="true"' in wrong.text
    assert lead.get(f"{page}.csv").text.count("\n") == 3
    told = lead.get(f"/api/v1/pilots/{lab.pilot_id}/progress", params={"ready": 5}).json()
    assert told["outlooks"][0]["labelers"] == 5
    assert told["outlooks"][0]["accepted_per_labeler_day"][0] == pytest.approx(DAY * 0.95)
    assert lead.get(f"/api/v1/pilots/{lab.pilot_id}/progress", params={"ready": 0}).status_code == 422


def test_a_peak_moves_the_need_into_its_weeks(client_as: Browser) -> None:
    lead = client_as()
    lab = compared(laid_out(lead))
    today = clock.now().date()
    peak = {"peak_from": str(today), "peak_to": str(today + timedelta(days=6)), "peak_factor": "9"}

    def first_week(more: dict[str, str]) -> int:
        plan = progress(lab, **more).outlooks[0].plan
        assert plan is not None
        return plan.weeks[0].need

    assert first_week(peak) > 5 * first_week({})


def test_who_must_look_first_sees_no_forecast(client_as: Browser) -> None:
    lead: TestClient = client_as()
    lab = compared(laid_out(lead, governance=Governance.FORMAL))
    assert lead.get(f"{pages(lab)}/progress").status_code == 409


def test_what_came_late_before_it_was_marked_is_late_after_the_upgrade(lab: Lab, store_url: str) -> None:
    lab.gold(gold_csv())
    lab.deliver("Harbor", delivery_csv(20))
    lab.deliver("Mosaic", delivery_csv(4))
    code = lab.candidates["Harbor"]
    with lab.db.write.begin() as connection:
        late = sa.update(Delivery).where(col(Delivery.candidate_id) == code)
        connection.execute(late.values(warnings=["Came after the last day of the round, 20 Nov 2026."]))
    migrate.downgrade(store_url, "0027")
    migrate.upgrade(store_url)
    with lab.db.reading() as session:
        rows = session.exec(select(Delivery)).all()
        assert {row.candidate_id: row.is_late for row in rows} == {
            code: True,
            lab.candidates["Mosaic"]: False,
        }
