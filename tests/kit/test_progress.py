"""How far an upload has come, for the page that waits for it."""

import asyncio

from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.kit.middleware import Watched
from app.kit.progress import Board, Told, tell

KEY = "0123456789abcdef" * 2


def serve(board: Board, query: str) -> list[Told | None]:
    """What the board says of `KEY` while a body of four parts comes, while it is worked on, and afterwards."""
    seen: list[Told | None] = []

    async def work(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            seen.append(board.get(KEY))
        await asyncio.to_thread(tell, 70, "Reading the delivery")  # as routes do, in a thread
        seen.append(board.get(KEY))
        await send({"type": "http.response.start", "status": 303, "headers": []})

    async def ask() -> None:
        parts = [{"type": "http.request", "body": b"x" * 25, "more_body": at < 3} for at in range(4)]

        async def receive() -> Message:
            return parts.pop(0)

        async def send(_message: Message) -> None:
            return None

        scope = {
            "type": "http",
            "method": "POST",
            "query_string": query.encode(),
            "headers": [(b"content-length", b"100")],
        }
        await Watched(work, board)(scope, receive, send)

    asyncio.run(ask())
    return [*seen, board.get(KEY)]


def test_the_board_tells_what_came_what_is_done_and_forgets_at_the_end() -> None:
    sent = [Told(percent, "Sending") for percent in (25, 50, 75)]
    assert serve(Board(), f"progress={KEY}") == [*sent, Told(70, "Reading the delivery"), None]


def test_a_request_without_a_key_of_the_right_form_is_not_watched() -> None:
    for query in ("", "progress=", f"progress={KEY}0", "progress=../../etc", f"other={KEY}"):
        board = Board()
        assert set(serve(board, query)) == {None}
        assert board.told == {}


def test_the_board_keeps_the_newest_thousand() -> None:
    board = Board()
    for at in range(1_005):
        board.put(f"{at:032x}", at, "Sending")
    assert len(board.told) == 1_000
    assert board.get(f"{4:032x}") is None
    assert board.get(f"{1_004:032x}") == Told(100, "Sending")


def test_the_page_is_told_nothing_of_a_request_that_is_over(client: TestClient) -> None:
    answer = client.get(f"/progress/{KEY}")
    assert (answer.status_code, answer.json()) == (200, {"percent": None, "note": ""})
    assert answer.headers["cache-control"] == "no-store"
