"""A worker that is killed in the middle of its task: run as `python victim.py URL FLAG_FILE`."""

import sys
import threading
from datetime import timedelta
from pathlib import Path

from app import wiring
from app.audit import service as audit
from app.jobs.worker import JobContext, Worker
from app.kit import ids
from app.kit.actors import SYSTEM
from app.kit.db import WriteSession, open_database

wiring.models()


def effect(session: WriteSession, job: JobContext, **_args: object) -> None:
    audit.record(session, SYSTEM, "test.effect.made", ("effect", ids.new()), after={"job": str(job.id)})
    session.flush()
    Path(sys.argv[2]).write_text("at work")
    threading.Event().wait(60)


Worker(open_database(sys.argv[1]), {"effect": effect}, lease=timedelta(seconds=1)).run_once()
