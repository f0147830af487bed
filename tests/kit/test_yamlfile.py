import pytest

from app.core.errors import Invalid
from app.kit.yamlfile import load_yaml


def test_plain_document_comes_back_with_dates_as_text() -> None:
    assert load_yaml(b"a: 1\nb: [x, 2.5, true]\nwhen: 2026-12-01\n", "f.yaml") == {
        "a": 1,
        "b": ["x", 2.5, True],
        "when": "2026-12-01",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"a: 1\na: 2\n", "line 2: the key 'a' stands twice"),
        (b"a: &x [1]\nb: *x\n", "line 2: aliases"),
        (b"a: [1\n", "f.yaml, line"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a: !!python/object:os.system x\n", "line 1"),
        (b"[" * 60 + b"]" * 60, "deeply nested"),
        (b"--- 1\n--- 2\n", "f.yaml, line"),
        (b"? [a, b]\n: 1\n", "key"),
        (b"x" * 2_000_001, "larger than 2 MB"),
        (b"? {a: {b: c}}\n: 1\n", "key"),
        (b"a: 0o9\nb: 1:2:99999999999999999999999999e\n- x", "f.yaml"),
    ],
)
def test_broken_document_is_refused_with_its_place(text: bytes, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        load_yaml(text, "f.yaml")
    assert says in str(caught.value)


def test_long_flat_document_is_read_without_recursion() -> None:
    assert len(load_yaml(b"\n".join(b"- %d" % i for i in range(20_000)), "f.yaml")) == 20_000
