import pytest

from app.core.errors import Invalid
from app.core.formats.read import read

# The first sentence of the shared task's own sample.
SAMPLE = b"""-DOCSTART- -X- -X- O

EU NNP I-NP B-ORG
rejects VBZ I-VP O
German JJ I-NP B-MISC
call NN I-NP O

Peter NNP I-NP B-PER
Blackburn NNP I-NP I-PER
"""


def spans(found):
    return [
        (found.items[found.answers[at].item].text[start:end], label)
        for at, label, (start, end) in zip(found.answer, found.label, found.shape.tolist(), strict=True)
    ]


def tags(text, **more):
    return read(
        "\n".join(f"{token} {tag}" for token, tag in (one.split("/") for one in text.split())).encode(),
        "d",
        "spans",
        **more,
    )


def test_sentences_are_items_where_there_is_one_document():
    found = read(SAMPLE, "d.conll", "spans")
    assert [(one.keys, one.text) for one in found.items] == [
        (("1",), "EU rejects German call"),
        (("2",), "Peter Blackburn"),
    ]
    assert spans(found) == [("EU", "ORG"), ("German", "MISC"), ("Peter Blackburn", "PER")]
    assert (found.place[2], found.repairs) == ("line 8", ())


def test_documents_are_items_where_there_are_several():
    found = read(SAMPLE + b"\n" + SAMPLE, "d.conll", "spans")
    assert [one.text for one in found.items] == ["EU rejects German call Peter Blackburn"] * 2
    assert spans(found) == [("EU", "ORG"), ("German", "MISC"), ("Peter Blackburn", "PER")] * 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a/B-X b/I-X c/B-X", ["a b", "c"]),
        ("a/I-X b/I-X c/B-X d/I-Y", ["a b", "c", "d"]),
        ("a/B-X b/E-X c/S-X d/S-Y", ["a b", "c", "d"]),
        ("a/B-X b/L-X c/U-X", ["a b", "c"]),
        ("a/O b/I-X c/O", ["b"]),
        ("a/B-X b/I-Y", ["a", "b"]),
        ("a/E-X b/I-X", ["a", "b"]),
    ],
)
def test_every_scheme_gives_its_entities(text, found):
    assert [one for one, _ in spans(tags(text))] == found


def test_an_entity_without_its_beginning_is_repaired_and_counted():
    assert tags("a/B-X b/O c/I-X d/I-Y").repairs == (
        "d: 2 entities begin with I- without B- (a format defect) and were read as new entities",
    )
    assert tags("a/I-X b/B-X c/O d/I-Y").repairs == ("d: 2 entities begin with I-, read as IOB1",)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a X B-P\nb O\n", "line 2: 2 columns, before 3"),
        (b"a B-P\nb X-P\n", "line 2: 'X-P' is no tag"),
        (b"a B-P\nO\n", "line 2: 'O' is no tag; the last column"),
        (b"-DOCSTART- O\n\n", "the file names no items"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(data, says):
    with pytest.raises(Invalid) as failure:
        read(data, "d", "spans", "conll")
    assert any(says in str(one) for one in failure.value.problems), failure.value.problems
