"""What a template may not contain: what the content security policy refuses, and text that is not escaped."""

import re

import pytest

from tests.meta.repo import files

FORBIDDEN = {
    "hx-on needs eval, which the policy refuses; write it in app/static/assay.js": r"\shx-on[:\w-]*\s*=",
    "a js: value needs eval": r"""hx-(?:vals|headers)\s*=\s*["']?\s*js:""",
    "a trigger filter needs eval": r"""hx-trigger\s*=\s*(["'])[^"']*\[""",
    "an inline event handler is refused by the policy": r"\son[a-z]+=",
    "an inline style is refused by the policy; use a class": r"\sstyle\s*=",
    "a style element is refused by the policy; use a style sheet": r"<style\b",
    "a script body is refused by the policy; use app/static/assay.js": (
        r"<script\b(?![^>]*type=.application/json)[^>]*>(?!\s*</script>)"
    ),
    "htmx 4 has no such attribute": r"\shx-(?:ext|params|vars|disinherit|inherit)\b",
}
MAIL = {
    "an inline style is refused by the policy; use a class",
    "a style element is refused by the policy; use a style sheet",
}
SAFE: dict[str, int] = {}  # template -> how many times it may say `|safe`, each with a reason beside it


def blank(pattern: str, text: str) -> str:
    """The text with every match made of spaces, so that lines stay where they are."""
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text, flags=re.DOTALL)


def faults(name: str, source: str) -> list[str]:
    """Every forbidden construct of a template, with its line; Jinja comments are left out."""
    spoken = blank(r"{#.*?#}", source)
    html = blank(r"{%.*?%}|{{.*?}}", spoken)
    allowed = MAIL if "/emails/" in name else set()  # mail programs read inline styles only
    found = [
        f"{name}:{html.count(chr(10), 0, match.start()) + 1} {reason}"
        for reason, pattern in FORBIDDEN.items()
        if reason not in allowed
        for match in re.finditer(pattern, html, re.IGNORECASE)
    ]
    safe = len(re.findall(r"\|\s*safe\b|autoescape\s+false", spoken))
    if safe != SAFE.get(name, 0):
        found.append(f"{name} leaves text unescaped {safe} times, allowed are {SAFE.get(name, 0)}")
    return found


def test_no_template_contains_what_the_policy_refuses() -> None:
    assert [
        one for name, source in files("templates/", suffix="").items() for one in faults(name, source)
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        '<div hx-on:click="go()">',
        '<div\n  hx-on::after:swap="go()">',
        '<form hx-vals="js:{a: 1}">',
        '<div hx-trigger="click[ctrlKey]">',
        '<button onclick="go()">',
        '<p style="color:red">',
        '<p {% if page.odd > 1 %}style="{{ page.colour }}"{% endif %}>',
        "<style>p{}</style>",
        "<script>go()</script>",
        "<script defer>go()</script>",
        "{% autoescape false %}",
        "{{ page.note | safe }}",
        "{{ page.note|safe }}",
        '<div hx-ext="morph">',
    ],
)
def test_a_forbidden_construct_is_found(source: str) -> None:
    assert len(faults("templates/a.html", source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '<script src="/static/assay.js" defer></script>',
        '<script type="application/json" id="data">{"a": 1}</script>',
        '<link rel="stylesheet" href="/static/assay.css">',
        "{# never `onclick=` or |safe #}",
        '<form hx-post="/save" hx-trigger="change delay:300ms">',
        "{{ page.conditions }} once = one",
        "{{ ui.badge(page.state, style='x', onset='y') }}",
    ],
)
def test_what_the_policy_allows_is_left_alone(source: str) -> None:
    assert faults("templates/a.html", source) == []


def test_inline_styles_are_left_to_mails() -> None:
    assert faults("templates/emails/a.html", '<p style="margin:0">') == []
    assert faults("templates/emails/a.html", '<p onclick="x">') != []


def test_charts_draw_without_inline_styles() -> None:
    # A style attribute inside an SVG is refused too; presentation attributes are not.
    found = [
        name
        for name, source in files("app/charts/").items()
        if re.search(r"""\sstyle=["'\\]|<style""", source)
    ]
    assert found == []
