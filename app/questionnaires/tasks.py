"""Jobs of this feature."""

from app.jobs.worker import JobContext, TaskFunction
from app.kit.db import WriteSession
from app.questionnaires import service
from app.settings import Settings

REMIND = "questionnaires.remind"


def reminding(settings: Settings) -> TaskFunction:
    """The task `questionnaires.remind`: send every reminder that is due now, once."""

    def remind(session: WriteSession, _job: JobContext) -> None:
        service.remind(session, base_url=settings.public_url)

    return remind
