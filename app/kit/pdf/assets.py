"""What a printed document may load: our fonts and print stylesheets, by name, and nothing else."""

from io import BytesIO
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
BASE_URL = "assay://asset/"
_PREFIX = BASE_URL + "static/"
_KINDS = {".css": "text/css", ".woff2": "font/woff2"}


def _unpacked(woff2: bytes) -> bytes:
    """The plain font inside a woff2 file; unpacking costs more than laying out a page, so it is done once."""
    from fontTools.ttLib import woff2 as reader

    out = BytesIO()
    reader.decompress(BytesIO(woff2), out)
    return out.getvalue()


def allowed() -> dict[str, tuple[bytes, str]]:
    """Every URL a document may fetch, with its content and media type.

    A template writes `/static/print/memo.css`, which is right on screen and resolves to
    `assay://asset/static/print/memo.css` in the PDF helper.
    """
    files = [*(STATIC / "print").glob("*.css"), *(STATIC / "vendor").glob("*.woff2")]
    return {
        _PREFIX + file.relative_to(STATIC).as_posix(): (
            _unpacked(file.read_bytes()) if file.suffix == ".woff2" else file.read_bytes(),
            _KINDS[file.suffix],
        )
        for file in sorted(files)
    }
