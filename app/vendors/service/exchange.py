"""The register as CSV: a template, the import, the export."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pydantic import ValidationError

from app.core.errors import Invalid, Problem
from app.core.permissions import Action
from app.kit import forms, library
from app.kit.actors import Actor
from app.kit.db import ReadSession, WriteSession
from app.kit.spreadsheet import read_table, write_csv
from app.vendors import queries
from app.vendors.models import Vendor
from app.vendors.schemas import FACETS, VendorIn
from app.vendors.service.register import add_vendor, fold

PLAIN = ("name", "website", "country", "summary", "contact_name", "contact_email")
COLUMNS = (*PLAIN, *FACETS.values())
MAX_ROWS = 5_000


def csv_template() -> str:
    """An empty table with the columns of the import and one example."""
    example = {
        "name": "Example Labels",
        "website": "https://example.com",
        "country": "DE",
        "summary": "Boxes and polygons for retail",
        "data_types": "image; video",
        "techniques": "bounding_box; polygon",
        "languages": "de; en",
    }
    return write_csv(COLUMNS, [[example.get(column, "") for column in COLUMNS]])


def export_csv(vendors: Sequence[Vendor], capabilities: Mapping[UUID, Mapping[str, Sequence[str]]]) -> str:
    """The vendors as CSV in the columns of the import, so that an export can be read in again."""
    return write_csv(COLUMNS, export_rows(vendors, capabilities))


def export_rows(
    vendors: Sequence[Vendor], capabilities: Mapping[UUID, Mapping[str, Sequence[str]]]
) -> list[list[str]]:
    """The cells of an export, in the order of `COLUMNS`."""
    return [
        [
            *(str(getattr(vendor, name)) for name in PLAIN),
            *("; ".join(capabilities[vendor.id].get(facet, ())) for facet in FACETS),
        ]
        for vendor in vendors
    ]


def read_vendors(text: str, taken: Mapping[str, str]) -> list[VendorIn]:
    """The entries of a CSV text, or every problem at once with its line.

    Capabilities are ids or names of the taxonomy, several separated by semicolons. `taken` maps folded names
    that exist to how they are written; neither those nor doubles inside the table are accepted.
    """
    header, rows = read_table(text, max_rows=MAX_ROWS)
    problems = _check_header(header)
    if problems:
        raise Invalid("import.columns", problems)
    entries, seen = [], dict.fromkeys(taken, 0)
    for line, cells in rows:
        values = dict(zip(header, cells, strict=False))
        name = values.get("name", "")
        if name and fold(name) in seen:
            first = seen[fold(name)]
            where = (
                f"stands in line {first} too" if first else f"{taken[fold(name)]} is in the register already"
            )
            problems.append(Problem(f"line {line}, name", f"{name}: {where}; remove this line."))
        seen.setdefault(fold(name), line)
        try:
            entries.append(VendorIn.model_validate(_values(values)))
        except ValidationError as failure:
            faults = forms.problems(failure)
            problems += [Problem(f"line {line}, {item.where or 'row'}", item.message) for item in faults]
    if not rows:
        problems.append(Problem("text", "There is no vendor under the heading; add one line per vendor."))
    if problems:
        raise Invalid("import.rows", _first(problems))
    return entries


def import_vendors(session: WriteSession, *, actor: Actor, text: str) -> list[Vendor]:
    """Add every vendor of a CSV text, or none. Raises `Invalid` with all problems and their lines."""
    actor.require(Action.VENDOR_EDIT)
    entries = read_vendors(text, queries.all_names(session))
    return [add_vendor(session, actor=actor, entry=entry) for entry in entries]


def names_taken(session: ReadSession) -> dict[str, str]:
    """Folded name -> name of every vendor."""
    return queries.all_names(session)


def _check_header(header: Sequence[str]) -> list[Problem]:
    unknown = [name for name in header if name not in COLUMNS]
    problems = [
        Problem("text", f"The column {name!r} is not known here. Known: {', '.join(COLUMNS)}.")
        for name in unknown
    ]
    if "name" not in header:
        problems.append(Problem("text", "The first line must name the columns, and one of them is 'name'."))
    if len(set(header)) < len(header):
        problems.append(Problem("text", "A column stands twice in the first line; remove one."))
    return problems


def _values(cells: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {name: cells[name] for name in PLAIN if cells.get(name)}
    for facet, listed in FACETS.items():
        parts = [part.strip() for part in cells.get(listed, "").replace("|", ";").split(";")]
        values[listed] = [_term(facet, part) for part in parts if part]
    return values


def _term(facet: str, text: str) -> str:
    """The id of a taxonomy entry written as id or as name; what is neither comes back for the check to name."""
    terms = library.taxonomy().terms(FACETS[facet])
    if text in terms:
        return text
    return next((key for key, term in terms.items() if term.name.casefold() == text.casefold()), text)


def _first(problems: Iterable[Problem], most: int = 50) -> list[Problem]:
    listed = list(problems)
    if len(listed) <= most:
        return listed
    return [*listed[:most], Problem("", f"and {len(listed) - most} more of the same kind")]
