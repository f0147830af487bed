"""Jobs of this feature."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.audit import service as audit
from app.decisions.models import Memo
from app.decisions.schemas.record import Record
from app.decisions.service import PRINT, Standing, frozen_by_id
from app.files.service import Purpose, Upload, store, store_upload
from app.jobs.worker import JobContext, TwoPhase
from app.kit.actors import SYSTEM
from app.kit.db import Database, WriteSession
from app.kit.storage import LocalStore
from app.settings import Settings

PRINT_MEMO = PRINT
LIMIT = 50_000_000  # bytes; a memo has some hundred thousand

PrintMemo = Callable[[Record, Standing, datetime], bytes]
NameMemo = Callable[[Record], str]


@dataclass(frozen=True, slots=True)
class Printed:
    """A memo's PDF on disk."""

    upload: Upload
    digest: str


def printing(settings: Settings, print_memo: PrintMemo, name_memo: NameMemo) -> TwoPhase:
    """The task `decisions.print_memo`: print a frozen memo outside the transaction, then keep the file.

    How a record becomes a document is handed in by the composition root.
    """

    def prepare(database: Database, job: JobContext, *, memo_id: str) -> Printed:
        with database.reading() as session:
            frozen = frozen_by_id(session, UUID(memo_id))
            record, standing, created = frozen.record, frozen.standing, frozen.memo.created_at
            session.expunge_all()
        job.report(30, "Printing the memo")
        pdf = print_memo(record, standing, created)
        upload = store_upload(
            LocalStore(settings.files_dir),
            io.BytesIO(pdf),
            name_memo(record),
            purpose=Purpose.EVIDENCE,
            limit=LIMIT,
        )
        return Printed(upload, hashlib.sha256(pdf).hexdigest())

    def write(session: WriteSession, _job: JobContext, printed: Printed, *, memo_id: str) -> None:
        memo = session.get_one(Memo, UUID(memo_id))
        file = store(session, actor=SYSTEM, upload=printed.upload)
        memo.file_id = file.id
        memo.printed = [*(one for one in memo.printed if one != printed.digest), printed.digest]
        after = {"memo": memo.id, "file": file.id, "pdf": printed.digest}
        audit.record(session, SYSTEM, "decisions.memo.printed", ("decision", memo.decision_id), after=after)

    return TwoPhase(prepare, write)
