"""`python -m benchmarks.serve assay|bare|list PORT FOLDER`: one of the servers of the rows about pages."""

import sys

import uvicorn
from fastapi import FastAPI


def assay(_folder: str) -> FastAPI:
    """The product, over the store that the environment names."""
    from app.main import create_app

    return create_app()


def bare(folder: str) -> FastAPI:
    """The least one can call an application on the same libraries: a table, a session, a page."""
    from fastapi.responses import HTMLResponse
    from jinja2 import Environment
    from sqlmodel import Field, Session, SQLModel, create_engine, select

    class Vendor(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str

    engine = create_engine(f"sqlite:///{folder}/bare.db")
    SQLModel.metadata.create_all(engine)
    template = Environment(autoescape=True).from_string(
        "<ul>{% for v in vendors %}<li>{{ v.name }}{% endfor %}</ul>"
    )
    app = FastAPI()

    @app.get("/", response_class=HTMLResponse)
    def vendors() -> str:
        with Session(engine) as session:
            return template.render(vendors=session.exec(select(Vendor)).all())

    return app


def bare_list(folder: str) -> FastAPI:
    """The list page without the product around it."""
    from pathlib import Path

    from benchmarks import register

    return register.bare(Path(folder))


KINDS = {"assay": assay, "bare": bare, "list": bare_list}


def main(kind: str, port: int, folder: str) -> None:
    """Serve until the process is ended."""
    uvicorn.run(KINDS[kind](folder), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
