from fastapi.testclient import TestClient

from tests.questionnaires.conftest import REALISTIC, Scene


def test_every_verb_is_there_for_programs(client: TestClient, site: Scene) -> None:
    api = f"/api/v1/responses/{site.response_id}"
    started = client.post(f"/api/v1/candidates/{site.candidates[1]}/responses", json={"variant": "core"})
    assert started.status_code == 201
    assert client.get("/api/v1/questionnaires").json()["items"][0]["core_questions"] == 18
    body = client.get("/api/v1/questionnaires/discovery-call").json()["body"]
    assert body["sections"][0]["id"] == "workforce"
    for question, value in REALISTIC.items():
        answer = client.put(f"{api}/answers/{question}", json={"value": value})
        assert answer.status_code == 200, answer.text
    stored = client.get(f"{api}/answers/ramp")
    assert (stored.headers["etag"], stored.json()["value"]) == ('"1"', "5")
    stale = client.put(f"{api}/answers/ramp", json={"value": 9}, headers={"If-Match": '"0"'})
    assert stale.status_code == 409
    wrong = client.put(f"{api}/answers/attrition", json={"value": 900})
    assert wrong.json()["errors"][0]["field"] == "attrition"
    marked = client.put(f"{api}/answers/comparable_work/mark", json={"mark": 4, "revision": 1})
    assert next(a for a in marked.json()["answers"] if a["question_id"] == "comparable_work")["mark"] == 4
    sent = client.post(f"{api}/send", json={"holder_name": "Maria"}, headers={"Idempotency-Key": "k"})
    assert "/vendor-link/" in sent.json()["link"]
    again = client.post(f"{api}/send", json={"holder_name": "Maria"}, headers={"Idempotency-Key": "k"})
    assert "/vendor-link/" not in again.text
    assert client.post(f"{api}/recall").status_code == 200
    assert client.post(f"{api}/submit").json()["state"] == "submitted"
    assert client.post(f"{api}/reopen", json={"reason": "a figure"}).json()["state"] == "in_progress"
    assert client.post(f"{api}/close").json()["state"] == "closed"
    compared = client.get(f"/api/v1/evaluations/{site.evaluation_id}/answers").json()["items"]
    ramp = next(item for item in compared if item["question_id"] == "ramp")
    assert [answer["status"] for answer in ramp["answers"]] == ["answered", "open"]
