"""Health, and the way in."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select as sa_select

from app.kit.logging import logger
from app.kit.progress import BOARD
from app.kit.requests import database

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/progress/{key}")
def progress(key: str) -> Response:
    """How far an upload has come, for the page that sends it; its key is known to that page alone."""
    told = BOARD.get(key)
    body = {"percent": told.percent, "note": told.note} if told else {"percent": None, "note": ""}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """The process can serve: its database answers."""
    try:
        with database(request).reading() as session:
            session.execute(sa_select(1))
    except Exception as failure:
        logger().warning("not ready", exc_info=failure)
        return JSONResponse({"status": "unavailable"}, 503)
    return JSONResponse({"status": "ready"})
