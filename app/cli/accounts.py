"""`assay user add`, `assay user link`, `assay token create`: accounts without a browser."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.core.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.kit.db import ReadSession, WriteSession

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
_users = typer.Typer(help="People with an account.", no_args_is_help=True)
_tokens = typer.Typer(help="Tokens for programs.", no_args_is_help=True)


def register(commands: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    commands.add_typer(_users, name="user")
    commands.add_typer(_tokens, name="token")


@_users.command("add")
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The name that colleagues see.")],
    role: Annotated[list[str], typer.Option(help="A role, such as procurement_lead; give it several times.")],
    as_json: Json = False,
) -> None:
    """Add a person and print a one-time sign-in link."""
    from pydantic import ValidationError

    from app.accounts import service
    from app.accounts.models import LinkPurpose
    from app.accounts.schemas import UserIn
    from app.core.errors import Invalid
    from app.kit.actors import SYSTEM
    from app.kit.forms import problems

    try:
        entry = UserIn.model_validate({"email": email, "name": name, "roles": role})
    except ValidationError as failure:
        raise Invalid("user.invalid", problems(failure)) from None
    with _store() as (session, base_url, hours):
        user = service.add_user(session, actor=SYSTEM, entry=entry)
        secret = service.issue_link(
            session, actor=SYSTEM, purpose=LinkPurpose.SIGN_IN, user_id=user.id, hours=hours
        )
        out = {
            "id": str(user.id),
            "email": user.email,
            "roles": user.roles,
            "link": f"{base_url}/enter/{secret}",
        }
    _show("assay.user/1", out, as_json, "link")


@_users.command("link")
def link(
    email: Email,
    hours: Annotated[int | None, typer.Option(min=1, max=2160, help="Hours until the link ends.")] = None,
    password: Annotated[bool, typer.Option(help="The link also sets a new password.")] = False,
    as_json: Json = False,
) -> None:
    """Print a one-time link for a person to sign in with."""
    from app.accounts import service
    from app.accounts.models import LinkPurpose
    from app.kit.actors import SYSTEM

    purpose = LinkPurpose.PASSWORD if password else LinkPurpose.SIGN_IN
    with _store() as (session, base_url, default_hours):
        user = _user(session, email)
        valid = hours or default_hours
        secret = service.issue_link(session, actor=SYSTEM, purpose=purpose, user_id=user.id, hours=valid)
        out = {"email": user.email, "hours": valid, "link": f"{base_url}/enter/{secret}"}
    _show("assay.link/1", out, as_json, "link")


@_tokens.command("create")
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[str, typer.Option(help="read or write.")] = "read",
    days: Annotated[int, typer.Option(help="Days until the token ends.")] = 90,
    as_json: Json = False,
) -> None:
    """Print a token with which a program acts as a person."""
    from pydantic import ValidationError

    from app.accounts import service
    from app.accounts.schemas import TokenIn
    from app.core.errors import Invalid
    from app.kit.actors import SYSTEM
    from app.kit.forms import problems

    try:
        entry = TokenIn.model_validate({"name": name, "scope": scope, "days": days})
    except ValidationError as failure:
        raise Invalid("token.invalid", problems(failure)) from None
    with _store() as (session, _, _):
        user = _user(session, email)
        token, secret = service.create_token(session, actor=SYSTEM, entry=entry, user_id=user.id)
        out = {
            "id": str(token.id),
            "scopes": token.scopes,
            "expires_at": token.expires_at.isoformat(),
            "token": secret,
        }
    _show("assay.token/1", out, as_json, "token")


@contextmanager
def _store() -> "Iterator[tuple[WriteSession, str, int]]":
    """One write on the store that the settings name, with the address and validity for links."""
    from app import wiring
    from app.kit import migrate
    from app.kit.db import open_database
    from app.settings import Settings

    wiring.models()
    settings = Settings()
    settings.prepare()
    if migrate.pending(settings.url):
        raise Unavailable(
            "store.old", "The database is missing or older than this version. Run `assay migrate` first."
        )
    database = open_database(settings.url)
    try:
        with database.writing() as session:
            yield session, settings.public_url, settings.link_hours
    finally:
        database.close()


def _user(session: "ReadSession", email: str) -> "User":
    from app.accounts.queries import user_by_email

    user = user_by_email(session, email)
    if user is None:
        raise NotFound("user.unknown", f"Nobody has the address {email}. Add them with `assay user add`.")
    return user


def _show(schema: str, out: dict[str, Any], as_json: bool, main: str) -> None:
    print(json.dumps({"schema": schema, **out}) if as_json else out[main])
