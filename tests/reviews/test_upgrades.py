"""What older stores hold comes over: reviews under the pilot's codes, gold made of two sets."""

from app.evaluations.models import Candidate
from app.kit import migrate
from app.kit.db import Database
from app.pilots import queries as pilots
from app.reviews import queries, service
from app.reviews.models import PilotReview
from app.reviews.schemas import IssueIn
from tests.pilots.samples import Lab
from tests.pilots.test_items import A, B, begun
from tests.reviews.test_review import accept, compared, judged, reviewer, started, told


def test_reviews_get_codes_of_their_own_and_sets_become_rows_and_both_go_back(lab: Lab, db: Database) -> None:
    one = reviewer(compared(lab).db, "Ann")
    closed, still_open = started(lab, one, size=4), started(lab, one, size=4)
    judged(lab, one, closed, accept)
    told(lab, closed)
    with db.writing() as session:
        task = service.tasks_for(session, actor=one, review_id=still_open)[0]
        entry = IssueIn(task=task.id, title="Blurred?")
        service.raise_issue(session, actor=one, pilot_id=lab.pilot_id, entry=entry)
    draft = begun(lab, A, B)
    url = db.engine.url.render_as_string(hide_password=False)
    migrate.downgrade(url, "0024")
    migrate.upgrade(url)
    with db.reading() as session:
        for review in (closed, still_open):
            row = session.get_one(PilotReview, review)
            assert set(row.codes.values()) == {lab.code("Harbor"), lab.code("Mosaic")}
            assert not set(row.codes) & set(row.codes.values())
            tasks = queries.tasks(session, review)
            assert {each.code for each in tasks} == set(row.codes)
            for each in tasks:
                assert row.codes[each.code] == session.get_one(Candidate, each.candidate_id).code
            assert bool(row.told_at) == (review == closed)
        assert [each.name for each in pilots.sets(session, draft.id)] == ["a.csv", "b.csv"]
        now = pilots.drafts(session, lab.pilot_id)[0].agreement
    assert now == draft.agreement
    migrate.check(url)
