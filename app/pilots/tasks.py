"""Jobs of this feature."""

from uuid import UUID

from app.jobs.worker import JobContext, TwoPhase
from app.kit import progress
from app.kit.db import Database, WriteSession
from app.kit.storage import LocalStore
from app.pilots.comparing import ENGINE
from app.pilots.service import computing
from app.settings import Settings

__all__ = ["CATCH_UP", "COMPARE", "ENGINE", "catch_up", "comparing"]
COMPARE = computing.TASK
CATCH_UP = "pilots.catch_up"


def catch_up(session: WriteSession, _job: JobContext) -> None:
    """The task `pilots.catch_up`: enqueue the comparisons that an upgrade left without figures."""
    computing.catch_up(session)


def comparing(settings: Settings) -> TwoPhase:
    """The task `pilots.compare`: compute a pilot's comparison outside the transaction, then keep it."""

    def prepare(
        database: Database,
        job: JobContext,
        *,
        pilot_id: str,
        gold: int | None = None,
        up_to: int | None = None,
        subset: dict[str, str] | None = None,
    ) -> computing.Computed | None:
        wanted = computing.Subset(**subset) if subset else computing.EVERYTHING
        store = LocalStore(settings.files_dir)
        with progress.telling(job.report):
            return computing.compute(database, store, UUID(pilot_id), gold, up_to, wanted)

    def write(
        session: WriteSession,
        _job: JobContext,
        computed: computing.Computed | None,
        *,
        pilot_id: str,
        **_wanted: object,
    ) -> None:
        computing.keep(session, UUID(pilot_id), computed)

    return TwoPhase(prepare, write)
