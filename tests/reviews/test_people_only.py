"""A pilot of what has no metric: a list of items, archives and links back, and what reviewers say."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.assessment.service.measures import metrics_for
from app.core.errors import Conflict, Invalid
from app.evaluations.models import Governance
from app.pilots import service as pilots
from app.pilots.models import Pilot, PilotTask
from app.pilots.schemas import PilotIn
from app.reviews import service
from app.reviews.models import Fault, ReviewTask, Verdict
from app.reviews.schemas import VerdictIn
from tests.pilots.samples import Lab
from tests.pilots.test_pages import base, laid_out
from tests.reviews.test_review import judged, reviewer, started, told

ITEMS = b"item,stratum\n" + b"".join(b"t%02d,day\n" % at for at in range(40))


def archive(rows: str, **files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("work/manifest.csv", f"item,file,text,annotator,seconds\n{rows}")
        for name, content in files.items():
            pack.writestr(f"work/{name}", content)
    return out.getvalue()


@pytest.fixture
def tracks(lab_of: Callable[..., Lab]) -> Lab:
    lab = lab_of(Governance.TEAM, PilotIn(task="review_only"))
    with pytest.raises(Conflict, match="Upload the list of items first"):
        lab.deliver("Harbor", b"item,link\nt00,https://viewer.example.org/0\n", "tracks.csv")
    lab.gold(ITEMS, "items.csv")
    links = "".join(f"t{at:02},https://viewer.example.org/{at},m{at % 3},{20 + at % 2}\n" for at in range(38))
    lab.deliver("Harbor", archive("".join(f"t{at:02},a{at}.json,,h1,30\n" for at in range(40)),
                                  **{f"a{at}.json": b"{}" for at in range(40)}), "tracks.zip")  # fmt: skip
    lab.deliver("Mosaic", f"item,link,annotator,seconds\n{links}".encode(), "tracks.csv")
    pilots.compute_now(lab.db, lab.contents, [lab.pilot_id])
    return lab


def test_people_judge_what_has_no_metric_with_shares_pairs_speed_and_cost(tracks: Lab) -> None:
    tracks.offer("Harbor", [{"name": "Track", "amount": "2", "per": "item"}])
    one, harbor = reviewer(tracks.db, "Ann"), tracks.code("Harbor")
    review = started(tracks, one, size=40)

    def say(task: ReviewTask) -> VerdictIn:
        accepted = task.at >= (8 if task.candidate_id == tracks.candidates["Harbor"] else 30)
        if accepted:
            return VerdictIn(verdict=Verdict.ACCEPT)
        return VerdictIn(verdict=Verdict.FIX if task.at % 2 else Verdict.REJECT, fault=Fault.LOOSE)

    judged(tracks, one, review, say)
    told(tracks, review)
    with tracks.db.reading() as session:
        assert pilots.comparison_of(session, tracks.pilot_id) is None
        found = service.summary_of(session, actor=one, review_id=review)
        works = service.work_of(session, session.get_one(Pilot, tracks.pilot_id), found)
        measured = metrics_for(session, tracks.candidates["Harbor"])
    shares = {each.code: each for each in found.acceptances}
    assert shares[harbor].first_pass == 32 / 40
    assert (shares[harbor].usable.value, shares[harbor].rejected.value) == (36 / 40, 4 / 40)
    # Wilson's interval of 4 of 40.
    assert (shares[harbor].rejected.low, shares[harbor].rejected.high) == pytest.approx(
        (0.03958, 0.23052), abs=1e-4
    )
    (pair,) = found.pairs
    assert abs(pair.value or 0) == pytest.approx(22 / 40)
    assert pair.distinguishable
    assert pair.p_value == pytest.approx(2 * 0.5**22 - 0.5**22)  # McNemar mid-p of 22 to 0
    work = works[harbor]
    assert (work.items, work.missing, work.annotators) == (40, 0, 1)
    assert works[tracks.code("Mosaic")].missing == 2
    assert work.pace is not None
    assert work.pace.seconds_per_label == 30
    assert work.priced.expected is not None
    assert work.priced.expected.per_accepted == pytest.approx(200 / 0.8)
    assert measured["review.first_pass"].note.startswith("judged by people only")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("t99,a.json,,,\n", "not in the list of items"),
        ("t01,b.json,,,\n", "holds no file"),
        ("t01,,,,\n", "nothing is delivered"),
        ("t01,a.json,,,\nt01,a.json,,,\n", "stands in line 2 already"),
        ("t01,a.json,,,-3\n", "seconds must be above 0"),
    ],
)
def test_work_that_does_not_fit_the_list_is_refused(lab_of: Callable[..., Lab], rows: str, told: str) -> None:
    lab = lab_of(Governance.TEAM, PilotIn(task="review_only"))
    lab.gold(ITEMS, "items.csv")
    with pytest.raises(Invalid) as failure:
        lab.deliver("Harbor", archive(rows, **{"a.json": b"{}"}), "tracks.zip")
    assert told in str(failure.value.problems[0])


def test_reviewers_open_files_and_read_shares_on_a_page_that_says_people_only(
    client_as: Callable[..., TestClient],
) -> None:
    lead = client_as()
    lab = laid_out(lead, PilotTask.REVIEW_ONLY)
    lab.gold(ITEMS, "items.csv")
    rows = "".join(f"t{at:02},a.png,,h1,30\n" for at in range(40))
    lab.deliver("Harbor", archive(rows, **{"a.png": b"\x89PNG"}), "tracks.zip")
    pilots.compute_now(lab.db, lab.contents, [lab.pilot_id])
    people = re.findall(r'name="reviewers"[^>]*value="([^"]+)"', lead.get(f"{base(lab)}/review").text)
    form = {"size": "3", "overlap": "0", "seed": "1", "reviewers": people[:1]}
    started = lead.post(f"{base(lab)}/review", data=form, follow_redirects=False)
    review = started.headers["location"].partition("?")[0]
    task = lead.get(f"{review}/next").headers["location"]
    page = lead.get(task).text
    assert f'<img src="{task}/file"' in page
    shown = lead.get(f"{task}/file")
    assert (shown.content, shown.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert "tracks" not in shown.headers["content-disposition"]
    for _ in range(3):
        url = lead.get(f"{review}/next").headers["location"]
        lead.post(url, data={"verdict": "accept", "version": "1"})
    lead.post(f"{review}/close")
    newest = lead.get(f"{base(lab)}/results").headers["location"]
    figures = lead.get(lead.get(newest).headers["location"])
    assert "Judged by people only" in figures.text
    assert "100.0%" in figures.text or "100 %" in figures.text
