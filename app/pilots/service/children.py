"""Work on files from outside, and the problems it brings back."""

from typing import Any

import orjson

from app.core.errors import Invalid, Problem
from app.kit import child


def read_in_child(function: str, /, field: str = "file", **arguments: Any) -> Any:
    """What `module:name` of this package tells as JSON. Problems without a place come back at `field`."""
    try:
        return orjson.loads(child.run(f"app.pilots.{function}", arguments))
    except Invalid as failure:
        told = [Problem(one.where or field, one.message) for one in failure.problems]
        raise Invalid(failure.code, told) from None
