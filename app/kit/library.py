"""The shipped library: where its files are, and their plain values."""

import os
import re
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.core.errors import NotFound, Unavailable
from app.core.taxonomy import Taxonomy, parse_taxonomy
from app.kit.yamlfile import load_yaml

KINDS = ("scorecards", "questionnaires", "checklists", "plans", "reviews")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
# Resolved once: a list page asks for the name of hundreds of terms, and every resolving looks at every folder.
_SHIPPED = Path(__file__).resolve().parents[2] / "scorecards"


def library_path() -> Path:
    """The folder `scorecards/` beside `app/`, or the one `ASSAY_LIBRARY_DIR` names."""
    chosen = os.environ.get("ASSAY_LIBRARY_DIR")
    return Path(chosen) if chosen else _SHIPPED


def ids(kind: str) -> tuple[str, ...]:
    """The ids of one kind (`KINDS`), sorted; a folder that is not there gives none."""
    return tuple(sorted(path.stem for path in _folder(kind).glob("*.yaml")))


def load(kind: str, name: str) -> Any:
    """The plain values of one library file; the caller may change them.

    Raises `NotFound` when the library has no such file, `Invalid` with line when it is not readable YAML.
    """
    path = _folder(kind) / f"{name}.yaml"
    if not _ID.fullmatch(name) or not path.is_file():
        known = ", ".join(ids(kind)) or "none"
        raise NotFound("library.not_found", f"the library has no {name!r} among its {kind}; it has {known}")
    return deepcopy(_read(path))


def taxonomy() -> Taxonomy:
    """The library's taxonomy, read once.

    Raises `Unavailable` when the library folder is not there, `Invalid` when the file is wrong.
    """
    return _taxonomy(library_path() / "taxonomy.yaml")


def _folder(kind: str) -> Path:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of library file: {KINDS}")
    return library_path() / kind


@lru_cache(maxsize=128)
def _read(path: Path) -> Any:
    return load_yaml(path.read_bytes(), path.name)


@lru_cache(maxsize=8)
def _taxonomy(path: Path) -> Taxonomy:
    if not path.is_file():
        message = f"{path} is not there; point ASSAY_LIBRARY_DIR at the folder that holds taxonomy.yaml"
        raise Unavailable("library.missing", message)
    return parse_taxonomy(_read(path))
