"""A vendor's upload over a real socket: a connection lost in the middle, and a file past the limit."""

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from sqlmodel import select

from app.evaluations.models import Governance
from app.pilots.models import Delivery
from app.pilots.schemas import PilotIn
from app.runs import service
from app.runs.schemas import PartLinkIn
from tests.frame.conftest import served
from tests.pilots.samples import LEAD, Lab, delivery_csv, start
from tests.runs.running import move, prepare

__all__ = ["served"]
_BODY = (
    b'--b\r\nContent-Disposition: form-data; name="round"\r\n\r\n1\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="labels.csv"\r\n\r\n'
    + delivery_csv(20)
    + b"\r\n--b--\r\n"
)


def call(
    where: tuple[str, int], method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(*where, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if content else None


def opened(app: FastAPI, where: tuple[str, int]) -> tuple[Lab, str, Mapping[str, str]]:
    """A pilot that takes deliveries, the address of Harbor's part, and the headers of its program."""
    lab = start(app.state.database, app.state.contents, Governance.SOLO, PilotIn(task="classification"))
    prepare(lab)
    move(lab, "agreed", "running")
    with lab.db.writing() as session:
        url, _ = service.send_part(
            session, actor=LEAD, pilot_id=lab.pilot_id, candidate_id=lab.candidates["Harbor"],
            entry=PartLinkIn(holder_name="Ines"), base_url="",
        )  # fmt: skip
    secret = json.dumps({"secret": url.rpartition("/")[2]}).encode()
    _, told = call(where, "POST", "/api/v1/pilot-links/exchange", secret, content_type="application/json")
    headers = {"authorization": f"Bearer {told['token']}"}
    home = f"/api/v1/pilot-work/{told['part_id']}"
    _, work = call(where, "GET", home, **headers)
    number = json.dumps({"number": work["instructions"]}).encode()
    call(where, "PUT", f"{home}/instructions", number, content_type="application/json", **headers)
    return lab, home, headers


def deliveries(lab: Lab) -> int:
    with lab.db.reading() as session:
        return len(session.exec(select(Delivery)).all())


def test_an_upload_that_breaks_off_leaves_nothing_and_costs_no_attempt(
    app: FastAPI, served: tuple[str, int]
) -> None:
    lab, home, headers = opened(app, served)
    kept = {one for one in lab.contents.root.rglob("*") if one.is_file()}
    line = socket.create_connection(served)
    head = (
        f"POST {home}/deliveries HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['authorization']}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(_BODY)}\r\n\r\n"
    )
    line.sendall(head.encode() + _BODY[: len(_BODY) // 2])
    line.close()
    status, work = call(served, "GET", home, **headers)
    assert (status, work["attempts_left"], deliveries(lab)) == (200, 3, 0)
    assert {one for one in lab.contents.root.rglob("*") if one.is_file()} == kept
    kind = "multipart/form-data; boundary=b"
    status, receipt = call(served, "POST", f"{home}/deliveries", _BODY, content_type=kind, **headers)
    assert (status, receipt["items"], deliveries(lab)) == (201, 120, 1)
    status, _ = call(served, "POST", f"{home}/deliveries", _BODY, content_type=kind, **headers)
    assert (status, deliveries(lab)) == (409, 1)


def test_200_mb_are_refused_before_they_are_read(app: FastAPI, served: tuple[str, int]) -> None:
    lab, home, headers = opened(app, served)
    connection = http.client.HTTPConnection(*served, timeout=60)
    connection.putrequest("POST", f"{home}/deliveries")
    for name, value in {
        "Authorization": headers["authorization"],
        "Connection": "close",
        "Content-Length": "200000000",
        "Content-Type": "multipart/form-data; boundary=b",
    }.items():
        connection.putheader(name, value)
    connection.endheaders(b"--b")
    answer = connection.getresponse()
    told = answer.read().decode()
    connection.close()
    assert (answer.status, "ASSAY_MAX_UPLOAD_MB" in told) == (413, True)
    assert deliveries(lab) == 0
