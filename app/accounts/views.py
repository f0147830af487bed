"""What the pages of accounts show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar
from zoneinfo import available_timezones

from app.accounts import service
from app.accounts.models import ApiToken, LinkPurpose, OneTimeLink, SignIn, User
from app.accounts.queries import SORTS
from app.accounts.schemas import PEOPLE_ROLES, ROLE_TEXTS, role_names
from app.kit import ids
from app.kit.forms import FormState
from app.kit.paging import ROWS, link, pager
from app.kit.templating import Page
from app.kit.ui import Chip, Column, Crumb, Fact, Option, Pager, Tab
from app.kit.wording import day, moment

ROLE_OPTIONS = tuple(Option(role.value, *ROLE_TEXTS[role]) for role in PEOPLE_ROLES)
STATE_OPTIONS = (Option("active", "Active"), Option("inactive", "Deactivated"))
SCOPE_OPTIONS = (
    Option("read", "Read", "may look at everything you may look at"),
    Option("write", "Read and write", "may do everything you may do, except manage your sign-in"),
)
# The first mark that is found counts.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
PURPOSE_TEXTS = {LinkPurpose.SIGN_IN: "Signs in", LinkPurpose.PASSWORD: "Sets a password"}


@dataclass(frozen=True, slots=True)
class SignInPage(Page):
    """The way in with a password."""

    template: ClassVar[str] = "accounts/sign_in.html"

    form: FormState
    next_url: str


@dataclass(frozen=True, slots=True)
class EnterPage(Page):
    """A link was opened: one button to use it, with a new password when the link is for that."""

    template: ClassVar[str] = "accounts/enter.html"

    form: FormState
    name: str
    action: str
    sets_password: bool


@dataclass(frozen=True, slots=True)
class LinkRefusedPage(Page):
    """A link that does not work, and what to do."""

    template: ClassVar[str] = "accounts/link_refused.html"

    message: str


@dataclass(frozen=True, slots=True)
class ProfilePage(Page):
    """One's own name and time zone."""

    template: ClassVar[str] = "accounts/profile.html"

    form: FormState
    tabs: tuple[Tab, ...]
    facts: tuple[Fact, ...]
    zones: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is signed in; `current` is the one that looks."""

    browser: str
    since: str
    seen: str
    expires: str
    end_url: str
    current: bool


@dataclass(frozen=True, slots=True)
class SecurityPage(Page):
    """One's own password and the browsers that are signed in."""

    template: ClassVar[str] = "accounts/security.html"

    form: FormState
    tabs: tuple[Tab, ...]
    email: str
    has_password: bool
    sessions: tuple[SessionRow, ...]
    has_others: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One of one's own API tokens."""

    name: str
    scope: str
    made: str
    expires: str
    expired: bool
    used: str
    revoke_url: str


@dataclass(frozen=True, slots=True)
class TokensPage(Page):
    """One's own API tokens; `secret` is the one just made, shown this once."""

    template: ClassVar[str] = "accounts/tokens.html"

    form: FormState
    tabs: tuple[Tab, ...]
    scopes: tuple[Option, ...]
    tokens: tuple[TokenRow, ...]
    secret: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people."""

    name: str
    email: str
    href: str
    roles: str
    active: bool
    added: str


@dataclass(frozen=True, slots=True)
class PeoplePage(Page):
    """Everybody with an account."""

    template: ClassVar[str] = "accounts/people.html"

    text: str
    role: str
    state: str
    sort: str
    roles: tuple[Option, ...]
    states: tuple[Option, ...]
    chips: tuple[Chip, ...]
    columns: tuple[Column, ...]
    rows: tuple[PersonRow, ...]
    pager: Pager
    csv_url: str
    excel_url: str


@dataclass(frozen=True, slots=True)
class NewPersonPage(Page):
    """The form for one more person."""

    template: ClassVar[str] = "accounts/new_person.html"

    form: FormState
    crumbs: tuple[Crumb, ...]
    roles: tuple[Option, ...]
    zones: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link of a person that still works."""

    what: str
    issued: str
    expires: str
    revoke_url: str


@dataclass(frozen=True, slots=True)
class PersonPage(Page):
    """One person: edit, hand out a link, deactivate, erase; `link_url` is a link just made, shown this once."""

    template: ClassVar[str] = "accounts/person.html"

    form: FormState
    erase_form: FormState
    crumbs: tuple[Crumb, ...]
    url: str
    name: str
    email: str
    active: bool
    facts: tuple[Fact, ...]
    roles: tuple[Option, ...]
    links: tuple[LinkRow, ...]
    link_url: str
    link_note: str


@cache
def zone_options() -> tuple[Option, ...]:
    """Time zones by place, UTC first."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return tuple(Option(name, name.replace("_", " ")) for name in ("UTC", *places))


def browser_name(user_agent: str) -> str:
    """What people call the browser that sent this header; every browser also claims to be an older one.

    >>> browser_name("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0")
    'Edge on Windows'
    >>> browser_name("curl/8.9"), browser_name("")
    ('curl/8.9', 'Unknown browser')
    """
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or user_agent[:60] or "Unknown browser"


def account_tabs(current: str) -> tuple[Tab, ...]:
    """The parts of one's own account."""
    parts = (("Profile", ""), ("Password and sessions", "/security"), ("API tokens", "/tokens"))
    return tuple(Tab(label, f"/account{end}", current=end == current) for label, end in parts)


def profile_page(user: User, form: FormState) -> ProfilePage:
    """The page with one's own name and time zone."""
    facts = (
        Fact("E-mail", user.email),
        Fact("Roles", role_names(user.role_set()), "an admin can change them"),
    )
    return ProfilePage("Your account", form, account_tabs(""), facts, zone_options())


def security_page(user: User, sessions: Sequence[SignIn], cookie: str, form: FormState) -> SecurityPage:
    """The page with one's own password and sessions; `cookie` tells which one is looking."""
    mine = ids.token_digest(cookie)
    rows = tuple(
        SessionRow(
            browser=browser_name(row.user_agent),
            since=moment(row.created_at, user.time_zone),
            seen=moment(row.last_seen, user.time_zone),
            expires=day(row.expires_at),
            end_url=f"/account/sessions/{row.id}/end",
            current=row.digest == mine,
        )
        for row in sessions
    )
    return SecurityPage(
        "Password and sessions",
        form,
        account_tabs("/security"),
        email=user.email,
        has_password=service.has_password(user),
        sessions=rows,
        has_others=any(not row.current for row in rows),
    )


def tokens_page(
    user: User, tokens: Sequence[ApiToken], now: datetime, form: FormState, secret: str = ""
) -> TokensPage:
    """The page with one's own API tokens."""
    rows = tuple(
        TokenRow(
            name=row.name,
            scope="read and write" if "write" in row.scopes else "read",
            made=day(row.created_at),
            expires=day(row.expires_at),
            expired=row.expires_at <= now,
            used=moment(row.last_used, user.time_zone) if row.last_used else "never",
            revoke_url=f"/account/tokens/{row.id}/revoke",
        )
        for row in tokens
    )
    return TokensPage("API tokens", form, account_tabs("/tokens"), SCOPE_OPTIONS, rows, secret)


def people_page(found: Sequence[User], query: Mapping[str, str], page: int) -> PeoplePage:
    """One page of the list; `query` holds q, role, state and sort as in the address."""
    shown = found[(page - 1) * ROWS : page * ROWS]
    rows = tuple(
        PersonRow(
            name=user.name,
            email=user.email,
            href=f"/people/{user.id}",
            roles=role_names(user.role_set()),
            active=user.active,
            added=day(user.created_at),
        )
        for user in shown
    )
    return PeoplePage(
        "People",
        text=query["q"],
        role=query["role"],
        state=query["state"],
        sort=query["sort"],
        roles=ROLE_OPTIONS,
        states=STATE_OPTIONS,
        chips=_chips(query),
        columns=_columns(query),
        rows=rows,
        pager=pager("/people", query, page=page, total=len(found)),
        csv_url=link("/people", query, format="csv"),
        excel_url=link("/people", query, format="xlsx"),
    )


def _chips(query: Mapping[str, str]) -> tuple[Chip, ...]:
    names = {option.value: option.label for option in (*ROLE_OPTIONS, *STATE_OPTIONS)}
    texts = {
        "q": f"“{query['q']}”",
        "role": names.get(query["role"], ""),
        "state": names.get(query["state"], ""),
    }
    return tuple(
        Chip(text, link("/people", query, **{name: ""})) for name, text in texts.items() if query[name]
    )


def _columns(query: Mapping[str, str]) -> tuple[Column, ...]:
    labels = {"name": "Name", "email": "E-mail", "added": "Added"}
    current = query["sort"] or "name"
    heads = {}
    for key in SORTS:
        sort = {key: "ascending", f"-{key}": "descending"}.get(current, "")
        target = f"-{key}" if sort == "ascending" else key
        heads[key] = Column(labels[key], link("/people", query, sort=target), sort)
    return heads["name"], heads["email"], Column("Roles"), Column("State"), heads["added"]


def new_person_page(form: FormState) -> NewPersonPage:
    """The form for one more person."""
    return NewPersonPage("Add a person", form, (Crumb("People", "/people"),), ROLE_OPTIONS, zone_options())


def person_page(
    user: User,
    links: Sequence[OneTimeLink],
    zone: str,
    form: FormState,
    *,
    erase_form: FormState,
    link_url: str = "",
    link_note: str = "",
) -> PersonPage:
    """One person, as an admin in the time zone `zone` sees them."""
    rows = tuple(
        LinkRow(
            what=PURPOSE_TEXTS.get(row.purpose, row.purpose.value.capitalize()),
            issued=moment(row.created_at, zone),
            expires=moment(row.expires_at, zone),
            revoke_url=f"/people/{user.id}/links/{row.id}/revoke",
        )
        for row in links
    )
    return PersonPage(
        user.name,
        form,
        erase_form,
        crumbs=(Crumb("People", "/people"),),
        url=f"/people/{user.id}",
        name=user.name,
        email=user.email,
        active=user.active,
        facts=(
            Fact("E-mail", user.email),
            Fact("Added", day(user.created_at)),
            Fact("Password", "set" if service.has_password(user) else "none, signs in by link"),
            Fact("Time zone", user.time_zone),
        ),
        roles=ROLE_OPTIONS,
        links=rows,
        link_url=link_url,
        link_note=link_note,
    )
