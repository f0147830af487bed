"""CoNLL-2003: one token per line with its tag in the last column; IOB1, IOB2 and BIOES to spans of characters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.core.formats.faults import refuse
from app.core.formats.marks import Sheet, Source
from app.core.formats.written import Written

_TAG = re.compile(r"(?:O|([BIESLU])-(\S+))")
_DOCUMENT = "-DOCSTART-"


@dataclass(slots=True)
class _Block:
    """Sentences of one item: per sentence its tokens with line, prefix (O, B, I, E, S) and type."""

    line: int
    sentences: list[list[tuple[str, int, str, str]]] = field(default_factory=list)


def read_conll(source: Source) -> Written:
    """Spans of a CoNLL file; it knows neither item names, annotators nor times.

    Items are the documents between -DOCSTART- lines where there are two or more of these, else the blocks between
    blank lines (Label Studio writes one -DOCSTART- and a block per task). They are named 1, 2, … in the order of
    the file, and their text is the tokens joined by single spaces. An entity that begins with I- is read as a new
    one and counted among the repairs.
    """
    if source.kind != "spans":
        message = f"CoNLL holds spans of text only, and this task needs {source.kind}"
        raise refuse("format.wrong_task", source.name, message)
    sheet = Sheet(source, "conll")
    blocks = _blocks(source.data.decode("utf-8"), sheet)
    for at, block in enumerate(blocks, start=1):
        tokens = [token for sentence in block.sentences for token, *_ in sentence]
        item = sheet.item((str(at),), text=" ".join(tokens))
        answer = sheet.respond(item, f"line {block.line}")
        offset = 0
        for sentence in block.sentences:
            for start, end, label, line in _entities(sentence):
                sheet.mark(answer, label, (offset + start, offset + end), f"line {line}")
            offset += sum(len(token) + 1 for token, *_ in sentence)
    _tell_scheme(blocks, sheet)
    return sheet.written()


def _blocks(text: str, sheet: Sheet) -> list[_Block]:
    """The items: documents, or sentences where there are not two documents."""
    sentences: list[list[tuple[str, int, str, str]]] = [[]]
    starts: list[int] = []  # positions in `sentences` where a document begins
    columns = 0
    for number, line in enumerate(text.split("\n"), start=1):
        row = line.split()
        if not row:
            sentences.append([])
        elif row[0] == _DOCUMENT:
            sentences.append([])
            starts.append(len(sentences) - 1)
        elif parsed := _token(row, number, columns, sheet):
            columns = len(row)
            sentences[-1].append(parsed)
    if len(starts) < 2:
        return [_Block(one[0][1], [one]) for one in sentences if one]
    bounds = zip([0, *starts], [*starts, len(sentences)], strict=True)
    documents = ([one for one in sentences[low:high] if one] for low, high in bounds)
    return [_Block(one[0][0][1], one) for one in documents if one]


def _token(row: Sequence[str], number: int, columns: int, sheet: Sheet) -> tuple[str, int, str, str] | None:
    tag = _TAG.fullmatch(row[-1])
    if row[0].startswith("#") and not tag:
        return None  # a comment, as CoNLL-U has them
    place = f"line {number}"
    if len(row) < 2 or not tag:
        sheet.faults.add(
            place, f"{row[-1][:40]!r} is no tag; the last column must be O, B-X, I-X, E-X or S-X"
        )
    elif columns and len(row) != columns:
        sheet.faults.add(place, f"{len(row)} columns, before {columns}; a token must not hold spaces")
    else:
        prefix = {"L": "E", "U": "S"}.get(tag[1], tag[1]) if tag[1] else "O"
        return row[0], number, prefix, tag[2] or ""
    return None


def _entities(sentence: Sequence[tuple[str, int, str, str]]) -> Iterator[tuple[int, int, str, int]]:
    """Start, end (exclusive), type and line of every entity; characters count from the sentence's first."""
    position = 0
    start = line = -1
    end, label = 0, ""
    for token, number, prefix, kind in sentence:
        goes_on = prefix in "IE" and start >= 0 and kind == label
        if start >= 0 and not goes_on:
            yield start, end, label, line
            start = -1
        if prefix != "O" and not goes_on:
            start, label, line = position, kind, number
        end = position + len(token)
        if start >= 0 and prefix in "ES":
            yield start, end, label, line
            start = -1
        position = end + 1
    if start >= 0:
        yield start, end, label, line


def _tell_scheme(blocks: Sequence[_Block], sheet: Sheet) -> None:
    """Say how many entities begin without B-: the custom of IOB1 where every B- only parts two neighbours."""
    bare = free = 0
    for block in blocks:
        for sentence in block.sentences:
            before = ""
            for _, _, prefix, kind in sentence:
                bare += prefix in "IE" and kind != before
                free += prefix in "BS" and kind != before
                before = "" if prefix in "OES" else kind
    if bare:
        custom = "entities begin with I- without B- (a format defect) and were read as new entities"
        sheet.repaired[custom if free else "entities begin with I-, read as IOB1"] += bare
