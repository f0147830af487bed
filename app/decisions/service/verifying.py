"""Check a printed memo: its record against its printed digest, and against what is stored."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from app.audit import service as audit
from app.core.errors import Invalid, Problem
from app.decisions import queries
from app.decisions.schemas.record import FORMAT, digest_of
from app.kit.db import ReadSession
from app.kit.pdf import read_attachment, read_text

ATTACHED = "decision.json"
_PRINTED = re.compile(r"Snapshot([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class MemoCheck:
    """Outcome: `faults` is empty when everything that could be checked agrees.

    `digest` was computed from the attached record, `printed` stands on the page. `known`: whether the store holds
    this memo; None when it was not asked, or for a draft that was never frozen.
    """

    digest: str
    printed: str
    label: str
    version: int
    audit_head: str
    known: bool | None
    faults: tuple[str, ...]


def check_memo(pdf: bytes, session: ReadSession | None) -> MemoCheck:
    """Check the file alone, and with a session also the stored digest, the file's own and the audit chain.

    Raises `Invalid` for what is no PDF, or a PDF that carries no record of ours.
    """
    document = _record(pdf)
    digest = digest_of(document)
    printed = _printed(pdf)
    faults = []
    if printed != digest:
        shown = f"{printed[:12]}…" if printed else "none"
        faults.append(
            f"the attached record has the digest {digest[:12]}…, the printed one is {shown}:"
            " the record or the page was changed after printing"
        )
    version = int(document["asked"]["version"])
    head = str(document["audit_head"])
    known: bool | None = None
    if session is not None and version:
        known, more = _stored(session, digest, hashlib.sha256(pdf).hexdigest())
        faults += more
    if session is not None and (fault := audit.verify(session, expected_head=head).fault):
        faults.append(f"audit chain: {fault}")
    return MemoCheck(digest, printed, str(document["about"]["label"]), version, head, known, tuple(faults))


def _record(pdf: bytes) -> dict[str, Any]:
    data = read_attachment(pdf, ATTACHED)
    if data is None:
        message = f"carries no {ATTACHED}; give a memo as it was downloaded, not printed or scanned"
        raise Invalid("memo.no_record", [Problem("file", message)])
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    parts = ("about", "asked", "audit_head")
    if not isinstance(document, dict) or not all(name in document for name in parts):
        raise Invalid("memo.bad_record", [Problem("file", f"its {ATTACHED} is not a record of a memo")])
    if document.get("format") != FORMAT:
        message = f"its record has the format {document.get('format')!r}; this version reads {FORMAT}"
        raise Invalid("memo.other_format", [Problem("file", message)])
    return document


def _printed(pdf: bytes) -> str:
    """The digest on the page, '' when there is none; a line break may stand inside it."""
    found = _PRINTED.search(re.sub(r"[\s\u00ad\ufffe]+", "", read_text(pdf)))
    return found[1] if found else ""


def _stored(session: ReadSession, digest: str, file_digest: str) -> tuple[bool, list[str]]:
    memo = queries.memo_by_digest(session, digest)
    if memo is None:
        return False, ["this store holds no memo with this digest: it comes from elsewhere or was made up"]
    if digest_of(memo.record) != memo.digest:
        return True, ["the stored record does not have its own digest: the database was changed"]
    if memo.printed and file_digest not in memo.printed:
        return True, [
            "the file is not one that was printed here, though its record is: its pages were changed"
        ]
    return True, []
