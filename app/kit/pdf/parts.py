"""The parts all printed documents share, as plain data: ready words, no arithmetic left to a template."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["ok", "warn", "bad", "plain"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in one or two words; the tone only colours what the word says. `detail` stands after it."""

    word: str
    tone: Tone = "plain"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled short fact of the heading."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A key number, large, with what it is and its range below."""

    value: str
    caption: str
    range: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Links above the page on screen; never printed."""

    back_url: str
    back_label: str
    pdf_url: str


@dataclass(frozen=True, slots=True)
class Head:
    """Heading and running footer of a document.

    `kind` names the document, `version` its draft or version. `mark` ("Draft 3, not approved") and `demo`
    ("Demonstration data") are printed in the top margin of every page; both are empty for a final document on
    real data. `footer` holds the short snapshot digest and audit head, `classification` who may read it.
    """

    kind: str
    version: str
    title: str
    language: str
    mark: str
    demo: str
    facts: tuple[Fact, ...]
    footer: str
    classification: str
    preview: Preview | None = None
