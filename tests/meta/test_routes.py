"""Every route knows who asks, or stands on the short list of those that may not."""

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app import wiring
from app.kit import actors

PUBLIC = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/progress/{key}",
    "/sign-in",
    "/sign-out",
    "/enter/{secret}",
    "/vendor-link/{secret}",
    "/respond/{response_id}",
    "/approve/{secret}",
    "/pilot-link/{secret}",
    "/pilot-work/{part_id}",
    "/status-stop/{token}",
    "/api/v1/pilot-links/exchange",
    "/api/v1/pilot-work/{part_id}",
    "/api/v1/questionnaire-links/exchange",
    "/api/v1/questionnaire-work/{response_id}",
}


def routes() -> list[APIRoute]:
    return [route for router in wiring.routers() for route in router.routes if isinstance(route, APIRoute)]


def calls(dependant: Dependant) -> set[object]:
    found = {dependant.call}
    for inner in dependant.dependencies:
        found |= calls(inner)
    return found


def is_public(path: str) -> bool:
    return any(path == known or path.startswith(f"{known}/") for known in PUBLIC)


def test_every_route_asks_who_is_there_or_is_public_by_name() -> None:
    open_routes = {
        route.path
        for route in routes()
        if actors._current_actor not in calls(route.dependant) and not is_public(route.path)
    }
    assert open_routes == set()
    assert len(routes()) > 40


def test_no_route_answers_under_two_names() -> None:
    seen = [(route.path, method) for route in routes() for method in route.methods]
    assert sorted({pair for pair in seen if seen.count(pair) > 1}) == []


def test_pages_stay_out_of_the_api_description_and_the_api_in_it() -> None:
    for route in routes():
        assert route.include_in_schema == route.path.startswith("/api/"), route.path


def test_every_api_verb_is_described() -> None:
    undescribed = [
        route.path for route in routes() if route.path.startswith("/api/") and not route.description
    ]
    assert undescribed == []
