"""A vendor says that a question does not apply; it counts once we agree, and is neither an answer nor a zero."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.core.errors import Invalid
from app.questionnaires.models import AnswerRevision
from tests.questionnaires.conftest import HTMX, Scene, base, entered
from tests.questionnaires.test_workbook import filled, row_of, sent, text_of

WHY = "We label text alone."


def test_vendors_word_needs_a_reason_and_leaves_the_points_open(scene: Scene) -> None:
    _, vendor = scene.send()
    before = scene.held()
    with pytest.raises(Invalid, match="say in the comment why"):
        scene.answer("spikes", None, actor=vendor, not_applicable=True)
    scene.answer("spikes", None, actor=vendor, not_applicable=True, comment=WHY)
    held, question = scene.held(), before.access.template.question("spikes")
    assert held.says_not_applicable("spikes")
    assert held.status(question) == "open"
    assert (held.score.low, held.score.high) == (before.score.low, before.score.high)
    assert held.progress.settled == before.progress.settled + 1
    scene.answer("spikes", "0", actor=vendor, comment=WHY)
    now = scene.held()
    assert not now.says_not_applicable("spikes")
    assert (now.rows["spikes"].value, now.status(question)) == (0, "answered")


def test_acceptance_takes_it_out_of_both_sums_and_keeps_who_said_it(scene: Scene) -> None:
    _, vendor = scene.send()
    scene.answer("spikes", None, actor=vendor, not_applicable=True, comment=WHY)
    scene.answer("spikes", None, note="asked again in the call")
    assert scene.held().says_not_applicable("spikes")
    scene.answer("spikes", None, not_applicable=True)
    held = scene.held()
    counted = {each.id for part in held.score.sections for each in part.questions}
    assert held.status(held.access.template.question("spikes")) == "not_applicable"
    assert "spikes" not in counted
    with scene.db.reading() as session:
        kept = session.exec(select(AnswerRevision).order_by(col(AnswerRevision.revision))).all()
    assert [(row.says_not_applicable, row.not_applicable) for row in kept] == [
        (True, False), (True, False), (True, True)
    ]  # fmt: skip


@pytest.mark.one_store
def test_vendor_says_it_on_the_page_and_we_see_it_wherever_answers_stand(
    client: TestClient, site: Scene
) -> None:
    secret, _ = site.send()
    browser, url = entered(client, secret)
    form = {"spikes-says-na": "yes", "spikes-revision": "0"}
    refused = browser.post(f"{url}/answers/spikes", data=form, headers=HTMX)
    assert refused.status_code == 422
    assert "Say in the comment why it does not apply" in refused.text
    saved = browser.post(f"{url}/answers/spikes", data=form | {"spikes-comment": WHY}, headers=HTMX)
    assert "1 of 38 answered" in saved.text
    page = browser.get(f"{url}/sections/flexibility").text
    assert 'name="spikes-says-na" value="yes" form="section-flexibility" checked' in page
    assert "said not to apply</span>" in browser.get(f"{url}/check").text
    assert "The vendor says this does not apply" in client.get(base(site)).text
    discovery = f"/evaluations/{site.evaluation_id}/discovery"
    assert "said not to apply</span>" in client.get(discovery).text
    assert "said not to apply" in client.get(f"{discovery}.csv").text
    answers = client.get(f"/api/v1/responses/{site.response_id}").json()["answers"]
    assert [(each["says_not_applicable"], each["not_applicable"]) for each in answers] == [(True, False)]
    browser.post(f"{url}/submit")
    assert "(said not to apply)" in browser.get(url).text


@pytest.mark.one_store
def test_workbook_cell_that_says_not_applicable_points_to_the_page(client: TestClient, site: Scene) -> None:
    secret, _ = site.send()
    browser, url = entered(client, secret)
    content = browser.get(f"{url}/workbook.xlsx").content
    row = row_of(content, text_of(site, "bad_week"))
    _, page = sent(browser, url, filled(content, {f"E{row}": "N/A"}))
    assert f"cell E{row}" in page
    assert "tick “Does not apply to us”" in page
