"""Jobs of this feature."""

from uuid import UUID

from app.jobs.worker import JobContext, TwoPhase
from app.kit.db import Database, WriteSession
from app.kit.storage import LocalStore
from app.pilots.service import computing
from app.settings import Settings

COMPARE = computing.TASK
CATCH_UP = "pilots.catch_up"


def catch_up(session: WriteSession, _job: JobContext) -> None:
    """The task `pilots.catch_up`: enqueue the comparisons that an upgrade left without figures."""
    computing.catch_up(session)


def comparing(settings: Settings) -> TwoPhase:
    """The task `pilots.compare`: compute a pilot's comparison outside the transaction, then keep it."""

    def prepare(database: Database, job: JobContext, *, pilot_id: str) -> computing.Computed | None:
        job.report(20, "Reading gold and deliveries, comparing")
        return computing.compute(database, LocalStore(settings.files_dir), UUID(pilot_id))

    def write(
        session: WriteSession, _job: JobContext, computed: computing.Computed | None, *, pilot_id: str
    ) -> None:
        computing.keep(session, UUID(pilot_id), computed)

    return TwoPhase(prepare, write)
