"""Answers of the API's writing verbs: ready responses, so that no second thread is needed in the transaction."""

from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from app.core.errors import Invalid, Problem
from app.kit.forms import version_number


def created(request: Request, out: BaseModel, location: str) -> Response:
    """201 with the new thing and where it lives; remembered for a repeated Idempotency-Key."""
    return _answer(request, out, 201, location)


def done(request: Request, out: BaseModel) -> Response:
    """200 with the changed thing; remembered for a repeated Idempotency-Key."""
    return _answer(request, out, 200, "")


def _answer(request: Request, out: BaseModel, status: int, location: str) -> Response:
    body = out.model_dump_json()
    request.state.answer_status, request.state.answer_location, request.state.answer_body = (
        status,
        location,
        body,
    )
    headers = {"Location": location} if location else {}
    version = getattr(out, "version", None)
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return Response(body, status, headers=headers, media_type="application/json")


def _if_match(request: Request) -> int | None:
    value = request.headers.get("if-match")
    if value is None:
        return None
    version = version_number(value.strip().removeprefix("W/").strip('"'))
    if version is None:
        message = 'must be the ETag of the last answer, such as "3"'
        raise Invalid("request.if_match", [Problem("If-Match", message)])
    return version


IfMatch = Annotated[int | None, Depends(_if_match)]
