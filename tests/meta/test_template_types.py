"""The walker itself, on small templates: what it must find, and what it must leave alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import ClassVar, Generic, TypeVar

import pytest
from jinja2 import DictLoader, Environment

from tests.meta.template_types import Walker

T = TypeVar("T")


class Kind(Enum):
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Tag:
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    tags: tuple[Tag, ...]
    due: date | None = None

    @property
    def label(self) -> str:
        return self.name.upper()

    def first_tag(self) -> Tag:
        return self.tags[0]


@dataclass(frozen=True)
class Listing(Generic[T]):
    rows: Sequence[T]
    total: int


@dataclass(frozen=True, slots=True)
class Base:
    title: str


@dataclass(frozen=True, slots=True)
class Page(Base):
    template: ClassVar[str] = "page"

    rows: tuple[Row, ...]
    listing: Listing[Row]
    counts: Mapping[str, int]
    best: Row | Tag
    kind: Kind


LAYOUT = (
    "{% import 'ui' as ui %}<h1>{{ page.title }}</h1>{% block body %}{{ page.default_body }}{% endblock %}"
)
UI = """
{% macro tag(it, big=false) %}{{ it.text }}{% if big %}!{% endif %}{% endmacro %}
{% macro row(it) %}{{ it.name }}{{ _secret(it) }}{% endmacro %}
{% macro _secret(it) %}{{ it.tags | length }}{% endmacro %}
{% macro frame() %}<b>{{ caller() }}</b>{% endmacro %}
"""


def walk(source: str, **more: str) -> Walker:
    """A walker after the page `source`, with the layout and macros above."""
    walker = Walker(Environment(loader=DictLoader({"page": source, "layout": LAYOUT, "ui": UI, **more})))
    walker.walk("page", {"page": Page})
    return walker


def wrong(source: str, **more: str) -> list[str]:
    return [str(one) for one in sorted(walk(source, **more).wrong)]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("{{ page.titel }}", "page:1 Page has no titel"),
        ("{{ pagee.title }}", "page:1 there is no name pagee"),
        ("{% if page.titel is defined %}x{% endif %}", "page:1 Page has no titel"),
        ("{{ page.titel | default('x') }}", "page:1 Page has no titel"),
        ("{% for row in page.rows %}{{ row.nmae }}{% endfor %}", "page:1 Row has no nmae"),
        ("{% for row in page.listing.rows %}{{ row.nmae }}{% endfor %}", "page:1 Row has no nmae"),
        ("{% for row in page.rows | sort(attribute='nmae') %}{% endfor %}", "page:1 Row has no nmae"),
        ("{% for row in page.rows | selectattr('nmae') %}{% endfor %}", "page:1 Row has no nmae"),
        ("{% for row in page.rows %}{% else %}{{ page.titel }}{% endfor %}", "page:1 Page has no titel"),
        (
            "{% for n in page.rows | map(attribute='name') %}{{ n.nope }}{% endfor %}",
            "page:1 str has no nope",
        ),
        ("{% for k, n in page.counts.items() %}{{ n.nope }}{% endfor %}", "page:1 int has no nope"),
        ("{% set first = page.rows[0] %}{{ first.nmae }}", "page:1 Row has no nmae"),
        ("{{ page.rows[0].first_tag().color }}", "page:1 Tag has no color"),
        ("{{ page.rows[0].due.yaer }}", "page:1 date has no yaer"),
        ("{{ page.kind.valeu }}", "page:1 Kind has no valeu"),
        ("{{ page.rows[0].first_tag }}", "page:1 prints something that wants to be called"),
        ("{{ page.rows[0] }}", "page:1 prints a whole Row"),
        ("{{ page.title | shout }}", "page:1 there is no filter shout"),
        ("{% if page.title is loud %}x{% endif %}", "page:1 there is no test loud"),
        ("{% include 'gone' %}", "page:1 there is no template gone"),
        ("{% from 'ui' import gone %}", "page:1 ui offers no gone"),
        ("{% import 'ui' as ui %}{{ ui.gone() }}", "page:1 this has no gone"),
        ("{% import 'ui' as ui %}{{ ui.row(page.rows[0].tags[0]) }}", "ui:3 Tag has no name"),
        ("{% import 'ui' as ui %}{{ ui.tag() }}", "page:1 the macro tag misses its argument it"),
        (
            "{% import 'ui' as ui %}{{ ui.tag(page.rows[0].tags[0], bg=1) }}",
            "page:1 the macro tag takes no argument bg",
        ),
        (
            "{% from 'ui' import frame %}{% call frame() %}{{ page.titel }}{% endcall %}",
            "page:1 Page has no titel",
        ),
        ("{% macro m() %}{{ page.titel }}{% endmacro %}{{ m() }}", "page:1 Page has no titel"),
        ("{% extends 'layout' %}{% block body %}{{ page.titel }}{% endblock %}", "page:1 Page has no titel"),
        ("{% extends 'layout' %}", "layout:1 Page has no default_body"),
        (
            "{% extends 'layout' %}{% block body %}{{ super() }}{% endblock %}",
            "layout:1 Page has no default_body",
        ),
        ("{{ 'a' if page.titel else 'b' }}", "page:1 Page has no titel"),
        ("{{ 'a' ~ page.titel }}", "page:1 Page has no titel"),
        ("{{ page.best.colour }}", "has no colour"),
    ],
)
def test_a_name_that_does_not_exist_is_found(source: str, says: str) -> None:
    assert any(says in one for one in wrong(source)), wrong(source)


def test_a_misspelt_field_inside_an_included_loop_is_found() -> None:
    found = wrong(
        "{% for row in page.rows %}{% include 'part' %}{% endfor %}", part="{{ row.name }}{{ row.nmae }}"
    )
    assert found == ["part:1 Row has no nmae"]


@pytest.mark.parametrize(
    "source",
    [
        "{% extends 'layout' %}{% block body %}{{ ui.tag(page.rows[0].tags[0]) }}{% endblock %}",
        "{% for row in page.rows %}{{ row.label }}{% if not loop.last %},{% endif %}{% endfor %}",
        "{% set s = namespace(n=0) %}{% for row in page.rows %}{% set s.n = s.n + 1 %}{% endfor %}{{ s.n }}",
        "{% for name, rows in page.rows | groupby('name') %}{{ name.upper() }}{{ rows[0].name }}{% endfor %}",
        "{% with it = page.rows[0] %}{{ it.due.isoformat() }}{{ it.due.year + 1 }}{% endwith %}",
        "{{ page.kind.value }}{{ page.counts['a'] }}{{ page.counts | length }}{{ page.listing.total / 2 }}",
        "{% for n in range(3) %}{{ n + 1 }}{% endfor %}{{ (page.rows | first).name | title }}",
        "{% macro m(a, b='x') %}{{ a }}{{ b.upper() }}{% endmacro %}{{ m(1) }}{{ m(1, b='y') }}",
        "{% include 'page' %}{{ page.title[:3] }}{{ '%s' % page.title }}",
    ],
)
def test_a_correct_template_gives_no_finding_and_nothing_untyped(source: str) -> None:
    walker = walk(source)
    assert sorted(walker.wrong | walker.untyped) == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("{% include page.title %}", "the name of a template is computed"),
        ("{% macro m() %}{{ kwargs }}{% endmacro %}{{ m(a=1) }}", "kwargs has no type"),
        (
            "{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}",
            "the argument x",
        ),
        ("{% for part in page.title.partition('x') %}{% endfor %}", "the result of a call has no type"),
    ],
)
def test_what_cannot_be_typed_is_reported(source: str, says: str) -> None:
    assert any(says in str(one) for one in walk(source).untyped)


def test_fields_that_no_template_reads_are_listed_at_every_level() -> None:
    walker = walk(
        "{{ page.title }}{% for row in page.rows %}{{ row.label }}{{ row.tags[0].text }}{% endfor %}"
    )
    unread = walker.unread([Page], lambda cls: cls.__module__ == __name__)
    names = [name.rsplit(".", 2)[-2:] for name in unread]
    assert names == [
        ["Listing", "rows"],
        ["Listing", "total"],
        ["Page", "best"],
        ["Page", "counts"],
        ["Page", "kind"],
        ["Page", "listing"],
        ["Row", "due"],
        ["Tag", "colour"],
    ]


def test_classes_that_are_not_made_for_templates_are_not_asked() -> None:
    assert walk("x").unread([Page], lambda cls: cls is Tag) == [
        f"{__name__}.Tag.colour",
        f"{__name__}.Tag.text",
    ]
