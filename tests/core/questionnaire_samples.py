from typing import Any

import pytest

from app.core.errors import Invalid
from app.core.questionnaire import (
    Questionnaire,
    parse_questionnaire,
)
from app.kit import library

EU = {"data_classes": ["personal_eu"], "languages": ["de"], "specialists": ["lawyer"]}


def read(value: object) -> Questionnaire:
    return parse_questionnaire(value, library.taxonomy())


def problems_of(value: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read(value)
    return [str(problem) for problem in caught.value.problems]


def choice(name: str, weight: int, *points: int, **more: Any) -> dict[str, Any]:
    options = [{"id": f"o{i}", "text": f"Option {i}", "points": p} for i, p in enumerate(points)]
    return {"id": name, "text": name, "type": "single", "weight": weight, "options": options, **more}


def small(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format": "assay/questionnaire@1",
        "id": "small",
        "version": 1,
        "title": "Small",
        "audience": "vendor",
        "sections": list(sections),
        **more,
    }


def section(name: str, weight: int, *questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "weight": weight, "questions": list(questions), **more}
