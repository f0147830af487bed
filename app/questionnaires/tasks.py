"""Jobs of this feature."""

from app.jobs.worker import JobContext, TaskFunction
from app.kit.db import WriteSession
from app.questionnaires import service
from app.questionnaires.service import sheets
from app.settings import Settings

REMIND = "questionnaires.remind"
SWEEP = "questionnaires.sweep"


def sweep(session: WriteSession, _job: JobContext) -> None:
    """Forget spreadsheets that were sent 30 days ago and never used."""
    sheets.sweep(session)


def reminding(settings: Settings) -> TaskFunction:
    """The task `questionnaires.remind`: send every reminder that is due now, once."""

    def remind(session: WriteSession, _job: JobContext) -> None:
        service.remind(session, base_url=settings.public_url, organisation=settings.organisation)

    return remind
