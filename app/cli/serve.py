"""`assay serve [--demo]`: the web application on one machine."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.core.errors import Unavailable

if TYPE_CHECKING:
    from app.settings import Settings


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.command()(serve)


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demonstration and print its sign-in links.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; the default is ASSAY_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on; the default is ASSAY_PORT.")] = 0,
) -> None:
    """Serve Assay. A fresh installation is migrated first and prints a one-time sign-in link."""
    import uvicorn

    from app.main import create_app
    from app.settings import Settings

    settings = Settings(demo=True) if demo else Settings()
    settings.host, settings.port = host or settings.host, port or settings.port
    _prepare(settings)
    for line in _ways_in(settings, demo):
        print(line)
    print(f"Assay is served on {settings.public_url}  (stop with Ctrl+C)", flush=True)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        proxy_headers=True,
        timeout_graceful_shutdown=20,
    )


def _prepare(settings: "Settings") -> None:
    """Bring an embedded store to this version; a shared one is migrated by its own step, never by a race."""
    from app.kit import migrate

    settings.prepare()
    if settings.url.startswith("sqlite"):
        if migrate.pending(settings.url):
            migrate.upgrade(settings.url)
    elif migrate.pending(settings.url):
        message = "The database is missing or older than this version. Run `assay migrate` first."
        raise Unavailable("store.old", message)


def _ways_in(settings: "Settings", demo: bool) -> list[str]:
    """What to print so that somebody can sign in."""
    from app.accounts import service as accounts
    from app.kit.db import open_database

    database = open_database(settings.url)
    try:
        if demo:
            from app import demo as demonstration

            links = demonstration.load(database, settings)
            width = max(len(link.role) for link in links)
            head = "Demonstration data. One-time sign-in links, one per role:"
            return [
                head,
                *(f"  {link.role:<{width}}  {settings.public_url}/enter/{link.secret}" for link in links),
            ]
        with database.writing() as session:
            secret = accounts.ensure_first_admin(session)
        if secret is None:
            return []
        return [
            "First start. Sign in once with this link and set a password:",
            f"  {settings.public_url}/enter/{secret}",
        ]
    finally:
        database.close()
