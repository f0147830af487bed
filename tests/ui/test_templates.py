"""What the content security policy and htmx would refuse is refused in the templates already."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCREENS = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if path.relative_to(ROOT / "templates").parts[0] not in {"reports", "emails"}
]
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*="),
    "style element": re.compile(r"<style"),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "inline handler": re.compile(r"\son[a-z]+\s*="),
    "hx-on needs eval": re.compile(r"hx-on[:-]"),
    "js: value needs eval": re.compile(r"hx-(vals|headers)\s*=\s*[\"']js:"),
    "trigger filter needs eval": re.compile(r"hx-trigger\s*=\s*\"[^\"]*\["),
    "boosted links are not used": re.compile(r"hx-boost"),
    "escaping switched off": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}


@pytest.mark.parametrize("path", SCREENS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_screen_template_holds_nothing_the_browser_would_block(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_every_icon_named_in_a_template_is_drawn() -> None:
    drawn = set(
        re.findall(r"\.icon-([a-z-]+) \{", (ROOT / "app/static/icons.css").read_text(encoding="utf-8"))
    )
    used = {
        name
        for path in SCREENS
        for name in re.findall(r"icon icon-([a-z-]+)\"", path.read_text(encoding="utf-8"))
    }
    assert used <= drawn
    assert {"ok", "warn", "bad", "info", "open", "dot"} <= drawn
