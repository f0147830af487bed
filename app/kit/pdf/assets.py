"""What a printed document may load: our fonts and print stylesheets, by name, and nothing else."""

from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
BASE_URL = "assay://asset/"
_PREFIX = BASE_URL + "static/"
_KINDS = {".css": "text/css", ".woff2": "font/woff2"}


def allowed() -> dict[str, tuple[Path, str]]:
    """Every URL a document may fetch, with its file and media type.

    A template writes `/static/print/memo.css`, which is right on screen and resolves to
    `assay://asset/static/print/memo.css` in the PDF helper.
    """
    files = [*(STATIC / "print").glob("*.css"), *(STATIC / "vendor").glob("*.woff2")]
    return {_PREFIX + f.relative_to(STATIC).as_posix(): (f, _KINDS[f.suffix]) for f in sorted(files)}
