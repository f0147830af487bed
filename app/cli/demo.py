"""`assay demo` and `assay demo remove`."""

import typer

from app.core.errors import Unavailable

_demo = typer.Typer(help="The demonstration: load it, or remove it.", invoke_without_command=True)


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.add_typer(_demo, name="demo")


@_demo.callback()
def load(context: typer.Context) -> None:
    """Load the demonstration and print a one-time sign-in link for each role."""
    if context.invoked_subcommand is not None:
        return
    from app import demo
    from app.kit import migrate
    from app.kit.db import open_database
    from app.settings import Settings

    settings = Settings()
    settings.prepare()
    if migrate.pending(settings.url):
        raise Unavailable(
            "store.old", "The database is missing or older than this version. Run `assay migrate` first."
        )
    database = open_database(settings.url)
    try:
        for link in demo.load(database, settings):
            print(f"{link.role:<18} {settings.public_url}/enter/{link.secret}")
    finally:
        database.close()


@_demo.command()
def remove() -> None:
    """Delete the demonstration's evaluations, vendors and people."""
    from app import demo, wiring
    from app.kit.db import open_database
    from app.settings import Settings

    wiring.models()
    database = open_database(Settings().url)
    try:
        gone = demo.remove(database)
    finally:
        database.close()
    print(f"Removed {gone.evaluations} evaluations and {gone.vendors} vendors of the demonstration.")
    print("Contents of files stay on the disk, named by their digest; the audit record keeps what was done.")
    for name in gone.in_use:
        print(f"{name} stays: it takes part in an evaluation of yours.")
    for name in gone.stayed:
        print(
            f"{name} stays: nobody else could manage accounts. Give somebody the admin role, then run this again."
        )
