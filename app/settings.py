"""Where Assay keeps its things and how it is reached; read once at start from `ASSAY_…` variables."""

import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """All settings, each with a default that runs on one machine without configuration."""

    model_config = SettingsConfigDict(env_prefix="ASSAY_", extra="ignore", frozen=False)

    data_dir: Path = Field(
        default=ROOT / "data", description="Folder of the database, the files and the keys."
    )
    database_url: str = Field(default="", description="Empty: SQLite in the data folder; else postgresql://…")
    host: str = Field(default="127.0.0.1", description="Address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the server listens on.")
    base_url: str = Field(default="", description="Address that people type; it stands in mails and links.")
    max_upload_mb: int = Field(default=100, ge=1, le=4096, description="Largest accepted upload in MB.")
    session_days: int = Field(default=14, ge=1, le=365, description="Days until a sign-in ends.")
    link_hours: int = Field(default=72, ge=1, le=2160, description="Hours a one-time link stays valid.")
    smtp_url: str = Field(
        default="", description="smtp://user:password@host:port; empty: mails are kept as files."
    )
    mail_from: str = Field(default="assay@localhost", description="Sender of mails.")
    organisation: str = Field(
        default="",
        max_length=120,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Name of your organisation as vendors read it in mails, pages and files; empty: none.",
    )
    worker_in_web: bool | None = Field(
        default=None, description="Run jobs in the web process; empty: on SQLite."
    )
    log_format: str = Field(default="text", pattern="^(text|json)$", description="text or json lines.")
    demo: bool = Field(default=False, description="Show that this is a demonstration.")

    @cached_property
    def url(self) -> str:
        """The SQLAlchemy URL of the store."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir.resolve() / 'assay.db'}"
        for prefix in ("postgresql://", "postgres://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    @property
    def public_url(self) -> str:
        """Address for links in mails and documents, without a trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def files_dir(self) -> Path:
        """Where uploaded content lies, by digest."""
        return self.data_dir / "files"

    @cached_property
    def secret(self) -> bytes:
        """Key for digests of what must stay sealed; made at first use, readable by the owner alone."""
        path = self.data_dir / "secret.key"
        self.prepare()
        if not path.exists():
            self._write_secret(path)
        return path.read_bytes()

    def _write_secret(self, path: Path) -> None:
        """Write the whole key beside its place and link it there, so that nobody ever reads half of one."""
        beside = path.with_name(f"secret.{secrets.token_hex(8)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(32))
            handle.flush()
            os.fsync(handle.fileno())
        with suppress(FileExistsError):  # another process was first: its key stands
            os.link(beside, path)
        beside.unlink()

    def prepare(self) -> None:
        """Make the data folder, readable by the owner alone."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.files_dir.mkdir(exist_ok=True, mode=0o700)
