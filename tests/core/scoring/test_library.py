from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.questionnaire import parse_questionnaire
from app.core.scoring import (
    AllOf,
    AnyOf,
    CertificateHeld,
    Levels,
    Measured,
    Scorecard,
    digest,
    parse_scorecard,
)
from app.core.scoring.spec import Answered, Condition
from app.core.taxonomy import Taxonomy, parse_taxonomy
from app.kit.yamlfile import load_yaml

LIBRARY = Path(__file__).parents[3] / "scorecards"
SHIPPED = sorted((LIBRARY / "scorecards").glob("*.yaml"))
# What a pilot can hand over: figures of `pilot compare`, and those of review, rounds and cooperation.
FIGURES = {
    "accuracy", "macro_f1", "f1", "precision", "recall", "mean_iou", "wer", "errors.missing",
    "by_class.f1", "by_class.mean_iou", "accepted_per_labeler_day", "review.first_pass", "rounds.errors_fixed",
    "repeats.accuracy", "repeats.f1", "repeats.mean_iou", "repeats.wer", "milestones.on_time", "surge.f1_drop",
    "questions.median_hours_vendor",
}  # fmt: skip
NEED_KEYS = {"data_class", "data_types", "techniques", "industries", "languages", "specialists"}


def read(path: Path) -> Any:
    return load_yaml(path.read_bytes(), path.name)


def taxonomy() -> Taxonomy:
    return parse_taxonomy(read(LIBRARY / "taxonomy.yaml"))


def questions() -> dict[str, set[str]]:
    """Question of the shipped questionnaires -> what it feeds."""
    found: dict[str, set[str]] = {}
    for path in (LIBRARY / "questionnaires").glob("*.yaml"):
        for section in parse_questionnaire(read(path), taxonomy()).sections:
            for question in section.questions:
                found[question.id] = {feed.target for feed in question.feeds}
    return found


def parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AnyOf | AllOf):
        for part in condition.parts:
            yield from parts(part)
    else:
        yield condition


def leaves(scorecard: Scorecard) -> list[Condition]:
    return [leaf for item in scorecard.requirements for leaf in parts(item.condition)]


@pytest.fixture(params=SHIPPED, ids=lambda path: path.stem)
def shipped(request: pytest.FixtureRequest) -> Scorecard:
    return parse_scorecard(read(request.param))


def test_every_kind_of_work_has_a_scorecard() -> None:
    assert {path.stem for path in SHIPPED} == {
        "audio-labeling", "classification", "content-moderation", "geospatial", "image-labeling",
        "image-segmentation", "medical-imaging", "text-labeling",
    }  # fmt: skip
    for path in SHIPPED:
        assert parse_scorecard(read(path)).library["id"] == path.stem


def test_shipped_scorecard_describes_every_level_and_every_swing(shipped: Scorecard) -> None:
    assert 5 <= len(shipped.groups) <= 8
    assert sum(group.weight for group in shipped.groups) == 100
    assert len(digest(shipped)) == 64
    for group in shipped.groups:
        assert str(group.docs["description"]).startswith("From ")
        assert sum(criterion.weight for criterion in group.criteria) == 100
    for criterion in shipped.criteria:
        assert criterion.name != criterion.id
        assert criterion.source
        if isinstance(criterion.scale, Levels):
            assert list(criterion.docs["level_texts"]) == list(criterion.scale.points)
            assert {0, 100} <= set(criterion.scale.points.values())
            assert list(criterion.scale.points.values()) == sorted(criterion.scale.points.values())
        elif criterion is not shipped.price:
            assert criterion.unit


def test_sources_of_a_shipped_scorecard_can_be_resolved(shipped: Scorecard) -> None:
    known, held = questions(), taxonomy()
    for criterion in shipped.criteria:
        source = criterion.source
        assert {str(name) for name in source.get("see", ()) if "." not in str(name)} <= set(known)
        assert set(source.get("certificates", ())) <= held.certifications.keys()
        if "pilot" in source:
            assert source["pilot"] in FIGURES
        if "question" in source:
            assert f"criterion.{criterion.id}" in known[source["question"]]
        if "times" in source:
            assert f"criterion.{criterion.id}" in known[source["times"]]


def test_musthaves_of_a_shipped_scorecard_can_be_decided(shipped: Scorecard) -> None:
    known, held = questions(), taxonomy()
    for leaf in leaves(shipped):
        if isinstance(leaf, CertificateHeld):
            assert leaf.certificate in held.certifications
        if isinstance(leaf, Answered):
            assert known[leaf.question]  # an answer reaches a must-have through what it feeds
    for item in shipped.requirements:
        assert item.before
        for key, values in (*item.when.items(), *item.except_when.items()):
            assert key in NEED_KEYS
            if key == "data_class":
                assert set(values) <= held.data_classes.keys()


def test_shipped_scorecard_fits_known_kinds_of_work(shipped: Scorecard) -> None:
    held = taxonomy()
    fits = shipped.library["fits"]
    assert set(fits["data_types"]) <= held.data_types.keys()
    assert set(fits["techniques"]) <= held.techniques.keys()


def test_short_list_has_ten_criteria_and_all_that_musthaves_read(shipped: Scorecard) -> None:
    keep = shipped.library["small_team"]["keep"]
    assert len(set(keep)) == 10
    assert {leaf.criterion for leaf in leaves(shipped) if isinstance(leaf, Measured)} <= set(keep)
    assert shipped.price is not None
    assert shipped.price.id in keep


def test_usual_certifications_are_musthaves(shipped: Scorecard) -> None:
    asked = {leaf.certificate for leaf in leaves(shipped) if isinstance(leaf, CertificateHeld)}
    assert asked >= {"nda", "dpa", "scc", "baa", "hipaa", "soc2_type2", "iso27001"}
