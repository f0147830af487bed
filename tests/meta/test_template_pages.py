"""Every page against its template, both ways: nothing read that is not there, nothing made that is not read.

A page is a dataclass of `app` with a class-level `template: ClassVar[str]`, wherever it stands.
"""

import importlib
import inspect
from dataclasses import is_dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes

from tests.meta.repo import ROOT, files, module_name
from tests.meta.template_types import Walker

TEMPLATING = ROOT / "app/kit/templating.py"
SHARED = ("layouts/", "ui/")  # reached from pages only
AWAITED: set[str] = set()  # made before the pages that show them
UNTYPED_AT_MOST = 0  # places the walker cannot type; each is listed when there are more
MADE_FOR_TEMPLATES = ("views", "pages", "ui", "templating", "errors_http", "parts")


@cache
def pages() -> tuple[type, ...]:
    """Every page dataclass, found by its `template`."""
    sources = {
        path: source for path, source in files("app/").items() if "template: ClassVar[str] =" in source
    }
    found = {
        cls
        for path in sources
        for _, cls in inspect.getmembers(importlib.import_module(module_name(path)), inspect.isclass)
        if is_dataclass(cls) and cls.__module__ == module_name(path) and isinstance(template_of(cls), str)
    }
    return tuple(sorted(found, key=lambda cls: f"{cls.__module__}.{cls.__qualname__}"))


def template_of(cls: type) -> str | None:
    """The template a page names, None for a class that names none."""
    value = inspect.getattr_static(cls, "template", None)
    return value if isinstance(value, str) else None


@cache
def environment() -> Environment:
    """The application's own Jinja environment, so that filters and globals are the real ones."""
    if not TEMPLATING.exists():
        return Environment(
            loader=FileSystemLoader(ROOT / "templates"), undefined=StrictUndefined, autoescape=True
        )
    found = importlib.import_module("app.kit.templating").environment()
    assert isinstance(found, Environment)
    return found


@cache
def walked() -> Walker:
    """A walker that has seen every page."""
    walker = Walker(environment())
    for page in pages():
        for name in {template_of(page), getattr(page, "partial", "")} - {None, ""}:
            walker.walk(name, roots(page))
    return walker


def roots(page: type) -> dict[str, type]:
    """What a template gets: the page, and for pages of the application the shell around them."""
    templating = importlib.import_module("app.kit.templating")
    if issubclass(page, templating.Page):
        return {"page": page, "shell": importlib.import_module("app.kit.ui").Shell}
    return {"page": page}


def made_for_templates(cls: type) -> bool:
    """Whether a dataclass exists only to be shown."""
    parts = cls.__module__.split(".")
    return parts[0] == "app" and any(part in MADE_FOR_TEMPLATES for part in parts[2:])


def reached_from_others() -> set[str]:
    """Templates that another one extends, includes or imports by a constant name."""
    env = environment()
    found: set[str] = set()
    for path, source in files("templates/", suffix=".html").items():
        tree = env.parse(source, path)
        for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
            for node in tree.find_all(kind):
                found |= {
                    one.value
                    for one in [node.template, *node.template.find_all(nodes.Const)]
                    if hasattr(one, "value")
                }
    return found


def test_there_are_pages_once_there_is_a_frame_for_them() -> None:
    assert not TEMPLATING.exists() or pages()


def test_templates_read_nothing_that_does_not_exist() -> None:
    assert [str(one) for one in sorted(walked().wrong)] == []


def test_pages_hold_nothing_that_no_template_reads() -> None:
    assert walked().unread(pages(), made_for_templates) == []


def test_the_walker_is_nowhere_blind() -> None:
    found = [str(one) for one in sorted(walked().untyped)]
    assert len(found) <= UNTYPED_AT_MOST, "\n".join(found)


def test_every_template_belongs_to_a_page() -> None:
    owned = {name for page in pages() for name in (template_of(page), getattr(page, "partial", ""))}
    names = {path.removeprefix("templates/") for path in files("templates/", suffix=".html")}
    lonely = {name for name in names - owned - reached_from_others() if not name.startswith(SHARED)}
    assert lonely == AWAITED
