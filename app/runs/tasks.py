"""Jobs of running pilots."""

from app.jobs.worker import JobContext, TaskFunction
from app.kit.db import WriteSession
from app.runs import service
from app.settings import Settings

STATUS = "runs.status_mail"


def telling(settings: Settings) -> TaskFunction:
    """The task `runs.status_mail`: send every weekly status that is due now, once."""

    def tell(session: WriteSession, _job: JobContext) -> None:
        service.send_weekly(session, base_url=settings.public_url)

    return tell
