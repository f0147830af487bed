import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.formats.rows import Times
from app.core.formats.table import read_times


def problems(data):
    with pytest.raises(Invalid) as failure:
        read_times(data.encode(), "d.csv")
    return [str(one) for one in failure.value.problems]


def test_times_are_refused_with_empty_values_and_repeated_rows():
    text = "vendor,item_id,annotator,seconds\na,1,x,5\na,1,x,6\n,1,x,5\na,2,x,\na,2,y,0\n"
    found = problems(text)
    assert [one.split(":")[0] for one in found] == ["d.csv, line 6"] + [
        f"d.csv, line {at}" for at in (3, 4, 5)
    ]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_but_never_fails(text):
    try:
        found = read_times(text.encode("utf-8", "surrogatepass"), "f")
    except Invalid as refused:
        found = [one.message for one in refused.problems]
    assert isinstance(found, Times) or (found and all(found))  # read, or refused in words
