"""The web application: `create_app(settings)`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import wiring
from app.kit import errors_http, logging
from app.kit.middleware import Frame, HeadAsGet, SameOrigin, Watched
from app.settings import ROOT, Settings


class _Assets(StaticFiles):
    """Our own and the installed assets; the version in their address changes with each release."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.setdefault("Cache-Control", "public, max-age=3600")
        return response


def create_app(settings: Settings | None = None) -> FastAPI:
    """An application over the store that `settings` name; nothing is opened before it starts."""
    chosen = settings or Settings()
    logging.configure(chosen.log_format)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with wiring.running(app, chosen):
            yield

    app = FastAPI(
        title="Assay",
        version=wiring.VERSION,
        description="From 'we need labels' to a signed, explainable vendor decision.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(Watched)
    app.add_middleware(SameOrigin)
    app.add_middleware(Frame, max_bytes=chosen.max_upload_mb * 1_000_000)
    errors_http.install(app)
    app.mount("/static", _Assets(directory=ROOT / "app" / "static"), name="static")
    for router in wiring.routers():
        # Not include_router: it reads every signature once more, most of a second at the first request.
        app.router.routes.extend(router.routes)
    return app
