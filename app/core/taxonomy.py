"""The shared words of the trade: data types, techniques, certificates, pricing models and the rest.

Vendors, needs, questionnaires and checklists all speak in these ids. An id never changes once shipped; a
retired one stays readable and points to its successor.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from app.core.plain import Node

PILOT_TASKS = (
    "classification", "multilabel", "boxes", "polygons", "masks", "spans", "transcription", "translation",
    "review_only",
)  # fmt: skip
CERTIFICATION_KINDS = ("attestation", "certificate", "agreement", "status", "self")
MOMENTS = ("pilot_data", "shortlist", "award", "kickoff")

_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?((?:-[A-Za-z0-9]{5,8})*)")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a list; `use` names the successor of a retired one."""

    id: str
    name: str
    hint: str = ""
    retired: bool = False
    use: str = ""


@dataclass(frozen=True, slots=True)
class Technique(Term):
    """A kind of labeling: the unit that is paid, how a pilot of it is measured, exposure to bad content."""

    data_types: tuple[str, ...] = ()
    unit: str = ""
    pilot: str = "review_only"
    welfare: bool = False


@dataclass(frozen=True, slots=True)
class Specialist(Term):
    """A qualification, and the proof that turns the claim into evidence."""

    proof: str = ""


@dataclass(frozen=True, slots=True)
class Language(Term):
    """A language; `id` is its BCP 47 tag."""

    rtl: bool = False


@dataclass(frozen=True, slots=True)
class Certification(Term):
    """A standard, law or agreement.

    `kind` decides validity: an attestation has no end date and counts `freshness_months` from the end of
    its period, plus `bridge_months` with a bridge letter; a certificate has an end date; an agreement is
    signed between us; a status stands on its listed evidence; self is the vendor's own statement.
    """

    kind: str = "self"
    evidence: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    note: str = ""
    freshness_months: int | None = None
    bridge_months: int = 0


@dataclass(frozen=True, slots=True)
class PricingModel(Term):
    """A way to charge; `needs` are the figures that turn it into cost per accepted label."""

    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataClass(Term):
    """A kind of data; `requires` are certification ids that must stand before the moment `before`."""

    requires: tuple[str, ...] = ()
    before: str = ""
    transfer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Every list by id, in the order of the file."""

    version: int
    data_types: Mapping[str, Term]
    techniques: Mapping[str, Technique]
    industries: Mapping[str, Term]
    specialists: Mapping[str, Specialist]
    languages: Mapping[str, Language]
    proficiencies: Mapping[str, Term]
    language_skills: Mapping[str, Term]
    certifications: Mapping[str, Certification]
    workforce_models: Mapping[str, Term]
    work_locations: Mapping[str, Term]
    service_scopes: Mapping[str, Term]
    pricing_models: Mapping[str, PricingModel]
    price_components: Mapping[str, Term]
    data_classes: Mapping[str, DataClass]
    search_channels: Mapping[str, Term]
    communication_channels: Mapping[str, Term]
    tool_roles: Mapping[str, Term]
    exchange_formats: Mapping[str, Term]

    def terms(self, name: str) -> Mapping[str, Term]:
        """One list by its name, for `options_from: taxonomy.<name>`; KeyError when there is no such list."""
        if name not in LISTS:
            raise KeyError(name)
        found: Mapping[str, Term] = getattr(self, name)
        return found


LISTS = tuple(name for name in Taxonomy.__slots__ if name != "version")


def language_tag(text: str) -> str | None:
    """The BCP 47 tag in its usual case, or None when it is not one (language, script, region, variants).

    >>> language_tag("PT-br"), language_tag("zh-hant"), language_tag("es-419"), language_tag("English")
    ('pt-BR', 'zh-Hant', 'es-419', None)
    """
    match = _TAG.fullmatch(text.strip())
    if not match:
        return None
    language, script, region, variants = match.groups()
    parts = [language.lower(), script.title() if script else "", region.upper() if region else ""]
    return "-".join(part for part in parts if part) + variants.lower()


T = TypeVar("T", bound=Term)
_BASE = "hint retired use"


def _term(f: Mapping[str, Node]) -> tuple[str, str, str, bool, str]:
    return f["id"].ident(), f["name"].text(), f["hint"].text(), f["retired"].flag(), f["use"].ident()


def _plain(node: Node) -> Term:
    return Term(*_term(node.fields("id name", _BASE)))


def _technique(node: Node) -> Technique:
    f = node.fields("id name data_types unit pilot", f"{_BASE} welfare")
    return Technique(
        *_term(f), f["data_types"].idents(at_least=1), f["unit"].ident(), f["pilot"].choice(PILOT_TASKS),
        f["welfare"].flag(),
    )  # fmt: skip


def _specialist(node: Node) -> Specialist:
    f = node.fields("id name proof", _BASE)
    return Specialist(*_term(f), f["proof"].text())


def _certification(node: Node) -> Certification:
    f = node.fields("id name kind evidence", f"{_BASE} ask note freshness_months bridge_months")
    fresh = f["freshness_months"].integer(1, 120) if f["freshness_months"].given else None
    kind = f["kind"].choice(CERTIFICATION_KINDS)
    if kind == "attestation" and fresh is None:
        node.fail("an attestation has no end date: add freshness_months, or it would count for ever")
    return Certification(
        *_term(f), kind, f["evidence"].idents(at_least=1), f["ask"].idents(), f["note"].text(), fresh,
        f["bridge_months"].integer(0, 24),
    )  # fmt: skip


def _pricing_model(node: Node) -> PricingModel:
    f = node.fields("id name needs", _BASE)
    return PricingModel(*_term(f), f["needs"].idents(at_least=1))


def _data_class(node: Node) -> DataClass:
    f = node.fields("id name requires", f"{_BASE} before transfer note")
    requires = f["requires"].idents()
    if requires and not f["before"].given:
        node.fail(f"say before which moment the agreements must stand: {', '.join(MOMENTS)}")
    return DataClass(*_term(f), requires, f["before"].choice(MOMENTS), f["transfer"].text(), f["note"].text())


def _language(node: Node) -> Language:
    f = node.fields("code name", f"{_BASE} rtl")
    code = f["code"].text()
    if code and language_tag(code) != code:
        f["code"].fail(f"{code!r} is not a language tag such as pt-BR or zh-Hans")
    return Language(
        code, f["name"].text(), f["hint"].text(), f["retired"].flag(), f["use"].text(), f["rtl"].flag()
    )


def _list(node: Node, read: Callable[[Node], T]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    entries = [(entry, read(entry)) for entry in node.items(at_least=1)]
    for entry, term in entries:
        if term.id in found:
            entry.fail(f"the id {term.id!r} stands twice; rename or remove one")
        elif term.id:
            found[term.id] = term
    for entry, term in entries:
        if term.use and (term.use not in found or not term.retired):
            entry.fail(
                f"'use' names the successor of a retired id; {term.use!r} or 'retired: true' is missing"
            )
    return MappingProxyType(found)


def _names(node: Node) -> Mapping[str, Term]:
    """Words whose name is the id read aloud."""
    return MappingProxyType({name: Term(name, name.replace("_", " ")) for name in node.idents(at_least=1)})


_READERS: dict[str, Callable[[Node], Term]] = {
    "techniques": _technique,
    "specialists": _specialist,
    "certifications": _certification,
    "pricing_models": _pricing_model,
    "data_classes": _data_class,
}
_INSIDE_LANGUAGES = ("languages", "proficiencies", "language_skills")


def parse_taxonomy(value: object) -> Taxonomy:
    """The taxonomy of plain values (`format: assay/taxonomy@1`).

    Raises `Invalid("taxonomy.invalid")` with every problem and its path: unknown keys, ids used twice,
    references to data types or certifications that are not in the file.
    """
    root = Node(value)
    root.expect_format("assay/taxonomy@1", "taxonomy.invalid")
    plain = [name for name in LISTS if name not in _INSIDE_LANGUAGES]
    f = root.fields("format version languages " + " ".join(plain))
    f["format"].choice(("assay/taxonomy@1",))
    version = f["version"].integer(1, 1_000_000)
    lists: dict[str, Mapping[str, Term]] = {
        name: _list(f[name], _READERS.get(name, _plain)) for name in plain
    }
    spoken = f["languages"].fields("proficiency skills common") if f["languages"].given else {}
    if spoken:
        lists["languages"] = _list(spoken["common"], _language)
        lists["proficiencies"] = _names(spoken["proficiency"])
        lists["language_skills"] = _names(spoken["skills"])
    _check_references(f["techniques"], "data_types", lists["data_types"])
    _check_references(f["data_classes"], "requires", lists["certifications"])
    root.finish("taxonomy.invalid")
    return Taxonomy(version=version, **lists)  # type: ignore[arg-type]  # each list was read by its reader


def _check_references(entries: Node, key: str, known: Mapping[str, Term]) -> None:
    if not isinstance(entries.value, list):
        return
    for entry in entries.items():
        names = entry.value.get(key) if isinstance(entry.value, dict) else None
        for i, name in enumerate(names if isinstance(names, list) else []):
            if isinstance(name, str) and name not in known:
                place = Node(name, f"{entry.path}.{key}[{i}]", True, entry.problems)
                place.among(name, known, "id of this file")
