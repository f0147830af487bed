"""A list as a file."""

from collections.abc import Sequence

from fastapi import Response

from app.core.errors import NotFound
from app.kit.spreadsheet import Cell, write_csv, write_excel

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(kind: str, name: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Response:
    """The table as `csv` or `xlsx`. Raises `NotFound` for any other kind."""
    content: bytes
    if kind == "csv":
        content, media_type = write_csv(header, rows).encode(), "text/csv; charset=utf-8"
    elif kind == "xlsx":
        content, media_type = write_excel(name.capitalize(), header, rows), _EXCEL
    else:
        raise NotFound("export.unknown", "Lists are given as csv and xlsx.")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
