"""Pages that show every layout and macro, for the browser to judge."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from app.kit.forms import FormState
from app.kit.templating import environment
from app.kit.ui import (
    Chip,
    Column,
    ConflictRow,
    Crumb,
    Event,
    Fact,
    FieldError,
    FileRow,
    NavItem,
    NoteRow,
    Option,
    Pager,
    Shell,
    Step,
    Tab,
    Toast,
)

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Row:
    rank: str
    name: str
    low: float
    mid: float
    high: float
    total: str
    covered: str
    gate: str
    gate_kind: str
    leads: bool


@dataclass(frozen=True)
class ListPage:
    title: str
    steps: tuple[Step, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    types: tuple[Option, ...]
    chips: tuple[Chip, ...]
    pager: Pager
    facts: tuple[Fact, ...]
    tabs: tuple[Tab, ...]
    crumbs: tuple[Crumb, ...]
    events: tuple[Event, ...]
    notes: tuple[NoteRow, ...]
    files: tuple[FileRow, ...]


@dataclass(frozen=True)
class FormPage:
    title: str
    form: FormState
    currencies: tuple[Option, ...]
    types: tuple[Option, ...]


@dataclass(frozen=True)
class ErrorPage:
    title: str = "This page does not exist"
    status: int = 404
    message: str = "There is no vendor with this address, or you may not see it."
    remedy: str = "Search for its name, or ask the person who sent the link."
    request_id: str = "0193f2ab-7c1e"


@dataclass(frozen=True)
class ConflictPage:
    title: str = "This was changed meanwhile"
    message: str = "Somebody else changed this while you were editing."
    rows: tuple[ConflictRow, ...] = (
        ConflictRow("Website", "https://northwind.example/labels", "https://northwind.example"),
        ConflictRow("Note", "", "Prefers calls on Tuesdays.\nAsk for Mara."),
    )
    back_url: str = "/vendors/1/edit"


def with_gallery() -> Environment:
    """The product's own environment, which also finds the gallery's templates."""
    return environment().overlay(
        loader=FileSystemLoader([ROOT / "templates", Path(__file__).parent / "templates"])
    )


def shell(*, signed_in: bool = True, toasts: bool = True) -> Shell:
    nav = (
        NavItem("Work queue", "/queue", count=4),
        NavItem("Vendors", "/vendors", count=214),
        NavItem("Evaluations", "/evaluations", current=True, count=3),
        NavItem("Onboarding", "/onboarding"),
        NavItem("Scorecards", "/scorecards", "Library"),
        NavItem("Questionnaires", "/questionnaires", "Library"),
        NavItem("Audit log", "/audit", "Record"),
        NavItem("Status", "/status", "Record"),
    )
    shown = (
        (Toast("Northwind Labels moved to the shortlist.", "ok", "/undo/1"), Toast("2 rows skipped.", "warn"))
        if toasts
        else ()
    )
    return Shell("Ada Keller" if signed_in else "", "procurement lead" if signed_in else "", nav, shown, "1")


def list_page() -> ListPage:
    done = ("Need", ""), ("Search", "23"), ("Discovery", "9"), ("Shortlist", "4"), ("Pilot", "4")
    steps = tuple(Step(label, f"#{label}", "done", note) for label, note in done)
    return ListPage(
        title="Shelf detection 2027",
        steps=(
            *steps,
            Step("Scores", "#s", "skipped"),
            Step("Result", "#r", "current"),
            Step("Decision", "", "todo"),
        ),
        columns=(
            Column("#"),
            Column("Candidate", "?sort=name", "ascending"),
            Column("Score"),
            Column("0–100", "?sort=-total", numeric=True),
            Column("Covered", numeric=True),
            Column("Must-haves"),
        ),
        rows=(
            Row("1", "Northwind Labels", 75.5, 79.4, 83.2, "79.4", "97 %", "1 open: DPA", "warn", True),
            Row("2", "Harbor Annotation", 67.6, 73.9, 80.2, "73.9", "91 %", "all met", "ok", False),
            Row("3", "In-house team", 56.7, 60.3, 63.9, "60.3", "100 %", "60 % of the volume", "bad", False),
        ),
        types=(Option("image", "Images"), Option("text", "Text")),
        chips=(Chip("Type: Images", "?"), Chip("Country: DE", "?type=image")),
        pager=Pager(1, 3, 214, "", "?cursor=2"),
        facts=(
            Fact("Website", "northwind.example", href="https://northwind.example"),
            Fact("Founded", "2016", "claimed"),
            Fact("Staff", ""),
        ),
        tabs=(Tab("Profile", "#p", True), Tab("Evidence", "#e", count=5), Tab("Notes", "#n")),
        crumbs=(Crumb("Vendors", "/vendors"), Crumb("Northwind Labels", "/vendors/1")),
        events=(
            Event("2 Nov 2026, 14:03", "2026-11-02T14:03:00Z", "Weights locked", "Ada Keller", "ok"),
            Event("9 Nov 2026, 09:12", "2026-11-09T09:12:00Z", "First delivery of Harbor", "vendor link"),
            Event("10 Nov 2026", "2026-11-10T08:00:00Z", "Two annotators fast and wrong", kind="warn"),
        ),
        notes=(
            NoteRow(
                "Ada Keller", "3 Nov", "2026-11-03T10:00:00Z", "Call with Mara.\nRamp in 3 weeks.", "call"
            ),
            NoteRow("Ben Ito", "4 Nov", "2026-11-04T10:00:00Z", "<b>Not markup</b>"),
        ),
        files=(
            FileRow(
                "soc2-type2-2026.pdf", "/files/1", "1.2 MB", "valid until 31 Mar 2027", "/files/1/remove"
            ),
            FileRow("price-list.xlsx", "/files/2", "48 kB"),
        ),
    )


def form_page(*, faulty: bool) -> FormPage:
    data = {
        "name": ("Northwind Labels",),
        "budget": ("twelve",),
        "currency": ("EUR",),
        "types": ("image",),
        "governance": ("team",),
        "about": ("\nTwo lines\nkept",),
    }
    errors = (
        FieldError("budget", "The budget is not a number: write 12000 or 12,000.50."),
        FieldError("types", "Choose at least one kind of data."),
        FieldError("start", "The start lies before today: choose 22 Nov 2026 or later."),
        FieldError("", "An evaluation with this name exists: choose another name."),
    )
    return FormPage(
        title="New evaluation",
        form=FormState(data, errors if faulty else (), nonce="n-1", version="3"),
        currencies=(Option("EUR", "EUR"), Option("USD", "USD")),
        types=(Option("image", "Images", "boxes, polygons, masks"), Option("text", "Text", "spans, classes")),
    )


def pages() -> dict[str, str]:
    """Address -> HTML of every page of the gallery."""
    env, signed_in = with_gallery(), shell()
    guest = shell(signed_in=False, toasts=False)
    quiet = shell(toasts=False)

    def show(name: str, page: object, around: Shell) -> str:
        return env.get_template(name).render(page=page, shell=around)

    return {
        "/list": show("gallery/list.html", list_page(), signed_in),
        "/form": show("gallery/form.html", form_page(faulty=False), quiet),
        "/form-errors": show("gallery/form.html", form_page(faulty=True), quiet),
        "/live": show("gallery/live.html", form_page(faulty=False), quiet),
        "/swap": show("gallery/_live_answer.html", form_page(faulty=True), signed_in),
        "/sign-in": show("gallery/sign_in.html", form_page(faulty=False), guest),
        "/error": show("errors/error.html", ErrorPage(), guest),
        "/conflict": show("errors/conflict.html", ConflictPage(), quiet),
    }
