"""The answer that carries a file's content."""

from collections.abc import Iterator
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.files.models import File
from app.kit.storage import LocalStore

_PIECE = 1 << 18
# Whatever a file contains, a browser that shows it after all may run nothing of it.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def content_response(request: Request, file: File) -> Response:
    """The file's content as an attachment under its own name, in a sandbox."""
    contents: LocalStore = request.app.state.contents
    stream = contents.open(file.digest)

    def pieces() -> Iterator[bytes]:
        with stream:
            while piece := stream.read(_PIECE):
                yield piece

    ascii_name = file.name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_")
    spelled = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    headers = {
        **_HEADERS,
        "Content-Disposition": spelled,
        "Content-Length": str(file.size),
        "ETag": f'"{file.digest}"',
    }
    return StreamingResponse(pieces(), media_type=file.media_type, headers=headers)
