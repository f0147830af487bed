"""Texts that a database cannot hold are named by their place and go no further."""

import pytest
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.kit import forms, storable


def test_every_text_that_cannot_be_stored_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        storable.require_json(rb'{"name": "a\u0000", "notes": ["fine", "\ud800"], "city": "\u00e9"}')
    assert [item.where for item in refused.value.problems] == ["name", "notes[1]"]


def test_a_form_field_with_nul_is_refused_and_accents_pass() -> None:
    storable.require_form(FormData([("name", "Łódź 😀")]))
    with pytest.raises(Invalid) as refused:
        storable.require_form(FormData([("name", "a\x00b")]))
    assert refused.value.problems[0].where == "name"


@pytest.mark.parametrize(("sent", "seen"), [("", None), ("3", 3), ("²", 0), ("9" * 5000, 0), ("-1", 0)])
def test_a_garbled_version_is_nobodys_version_and_does_not_switch_the_check_off(
    sent: str, seen: int | None
) -> None:
    assert forms.seen_version(FormData([("_version", sent)])) == seen
