from pathlib import Path

import pytest

from app.core.scoring import digest, parse_scorecard
from app.kit.yamlfile import load_yaml

SHIPPED = sorted((Path(__file__).parents[3] / "scorecards" / "scorecards").glob("*.yaml"))


def test_scorecards_are_shipped() -> None:
    assert "image-labeling" in [path.stem for path in SHIPPED]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scorecard_reads_and_describes_every_level(path: Path) -> None:
    scorecard = parse_scorecard(load_yaml(path.read_bytes(), path.name))
    assert scorecard.library["id"] == path.stem
    assert 5 <= len(scorecard.groups) <= 8
    assert len(digest(scorecard)) == 64
    for criterion in scorecard.criteria:
        assert criterion.name != criterion.id
        assert criterion.source
        texts = criterion.docs.get("level_texts")
        levels = getattr(criterion.scale, "points", None)
        assert (texts is None and levels is None) or list(texts) == list(levels)
