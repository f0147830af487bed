"""Many writers at once, a hanging upload, a killed process: nobody starves, nothing acknowledged is lost."""

import http.client
import json
import os
import random
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from fastapi import FastAPI

from app.accounts import service as accounts
from app.accounts.models import User
from app.accounts.schemas import TokenIn
from app.audit import service as audit
from app.core.permissions import Role
from app.kit.actors import Actor
from app.kit.db import open_database
from app.settings import Settings
from app.vendors import service as vendors
from app.vendors.queries import Filters
from app.vendors.schemas import VendorIn
from tests.conftest import make_user

LEAD = Actor(uuid4(), "Lena", frozenset({Role.PROCUREMENT_LEAD}))


def test_100_clients_write_at_once_while_an_upload_hangs(app: FastAPI, served: tuple[str, int]) -> None:
    database = app.state.database
    actor = make_user(database, Role.PROCUREMENT_LEAD)
    with database.writing() as session:
        _, secret = accounts.create_token(session, actor=actor, entry=TokenIn(name="load", scope="write"))
        cookie = accounts.start_session(session, session.get_one(User, actor.id))
    hanging = _hang(served, cookie)

    def write(number: int) -> int:
        connection = http.client.HTTPConnection(*served, timeout=60)
        if number % 2:
            body, kind = json.dumps({"name": f"Vendor {number}"}), "application/json"
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": kind}
            connection.request("POST", "/api/v1/vendors", body, headers)
        else:
            body = urlencode({"name": f"Vendor {number}"})
            headers = {
                "Cookie": f"assay_session={cookie}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection.request("POST", "/vendors/new", body, headers | {"Sec-Fetch-Site": "same-origin"})
        status = connection.getresponse().status
        connection.close()
        return status

    with ThreadPoolExecutor(100) as pool:
        statuses = list(pool.map(write, range(200)))
    hanging.close()
    assert sorted(set(statuses)) == [201, 303]
    with database.reading() as session:
        assert vendors.count_vendors(session) == 200
        assert audit.verify(session).fault == ""


def _hang(served: tuple[str, int], cookie: str) -> socket.socket:
    """Start a form upload and never end it."""
    opened = socket.create_connection(served)
    head = (
        "POST /vendors/import HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
        f"Cookie: assay_session={cookie}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 100000\r\n\r\n--b\r\n"
    )
    opened.sendall(head.encode())
    return opened


def test_process_killed_in_mid_write_20_times_loses_nothing_acknowledged(settings: Settings) -> None:
    told: list[str] = []
    for round_number in range(20):
        told += _write_until_killed(settings.url, round_number)
    database = open_database(settings.url)
    with database.reading() as session:
        rows, _ = vendors.list_after(session, actor=LEAD, filters=Filters(), after=None, limit=99_999)
        names = {row.name for row in rows}
        check = audit.verify(session)
    database.close()
    assert len(told) >= 20
    assert set(told) <= names
    assert check.fault == ""
    assert check.events == len(
        names
    )  # a write without its event, or an event without its write, would differ


def _write_until_killed(url: str, round_number: int) -> list[str]:
    """Fork a writer that reports each commit, kill it at a random moment, and return what it reported."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        database = open_database(url)
        for number in range(100_000):
            name = f"Round {round_number} vendor {number}"
            with database.writing() as session:
                vendors.add_vendor(session, actor=LEAD, entry=VendorIn(name=name))
            os.write(writer, f"{name}\n".encode())
    os.close(writer)
    first = os.read(reader, 4096)  # it is at work; from here on any moment is as good as another
    time.sleep(random.random() * 0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as pipe:
        return [
            line.decode().rstrip("\n")
            for line in (first + pipe.read()).splitlines(keepends=True)
            if line.endswith(b"\n")
        ]


@pytest.mark.parametrize("size", [101_000_000])
def test_upload_past_the_limit_is_refused_before_it_is_read(
    app: FastAPI, served: tuple[str, int], size: int
) -> None:
    connection = http.client.HTTPConnection(*served, timeout=60)
    connection.putrequest("POST", "/vendors/import")
    connection.putheader("Connection", "close")
    connection.putheader("Content-Length", str(size))
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.endheaders(b"--b")
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    assert answer.status == 413
    assert "ASSAY_MAX_UPLOAD_MB" in said
