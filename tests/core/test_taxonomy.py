from copy import deepcopy
from typing import Any

import pytest

from app.core.errors import Invalid
from app.core.taxonomy import LISTS, language_tag, parse_taxonomy
from app.kit import library


def shipped() -> dict[str, Any]:
    path = library.library_path() / "taxonomy.yaml"
    from app.kit.yamlfile import load_yaml

    value: dict[str, Any] = load_yaml(path.read_bytes(), path.name)
    return value


def problems_of(value: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        parse_taxonomy(value)
    return [str(problem) for problem in caught.value.problems]


def test_shipped_taxonomy_is_read_with_its_lookups() -> None:
    taxonomy = parse_taxonomy(shipped())
    assert len(taxonomy.techniques) == 46
    assert taxonomy.techniques["bounding_box"].pilot == "boxes"
    assert taxonomy.certifications["soc2_type2"].freshness_months == 12
    assert taxonomy.certifications["soc2_type2"].bridge_months == 3
    assert taxonomy.certifications["iso27001"].freshness_months is None
    assert taxonomy.data_classes["phi"].requires == ("nda", "baa")
    assert taxonomy.data_classes["phi"].before == "pilot_data"
    assert taxonomy.languages["ar-EG"].rtl
    assert taxonomy.pricing_models["per_hour"].needs == (
        "hourly_rate",
        "seconds_per_label",
        "paid_to_active_ratio",
    )
    assert taxonomy.proficiencies["machine_assisted"].name == "machine assisted"


def test_every_list_has_words_and_an_unknown_list_is_a_key_error() -> None:
    taxonomy = parse_taxonomy(shipped())
    assert all(taxonomy.terms(name) for name in LISTS)
    with pytest.raises(KeyError):
        taxonomy.terms("version")


def test_all_problems_come_at_once_with_their_paths() -> None:
    value = shipped()
    value["techniques"][0]["data_types"] = ["image", "vidoe"]
    value["techniques"][1]["pilot"] = "box"
    value["certifications"][0].pop("freshness_months")
    value["certifications"][1]["knd"] = "x"
    value["data_classes"][1]["requires"] = ["ndaa"]
    value["data_classes"][2].pop("before")
    value["industries"][1]["id"] = value["industries"][0]["id"]
    value["languages"]["common"][0]["code"] = "english"
    value["extra"] = 1
    said = problems_of(value)
    for expected in [
        "extra: unknown key; known: format",
        "techniques[0].data_types[1]: 'vidoe' is no id of this file; did you mean 'video'?",
        "techniques[1].pilot: 'box' is not known; did you mean 'boxes'?",
        "certifications[0]: an attestation has no end date",
        "certifications[1].knd: unknown key; did you mean 'kind'?",
        "data_classes[1].requires[0]: 'ndaa' is no id of this file; did you mean 'nda'?",
        "data_classes[2]: say before which moment",
        "industries[1]: the id 'insurance' stands twice",
        "languages.common[0].code: 'english' is not a language tag",
    ]:
        assert any(line.startswith(expected) for line in said), (expected, said)
    assert len(said) == 9


def test_retired_id_names_a_successor_of_the_same_list() -> None:
    value = shipped()
    value["industries"].append({"id": "banks", "name": "Banks", "retired": True, "use": "fintech"})
    assert parse_taxonomy(value).industries["banks"].use == "fintech"
    wrong = deepcopy(value)
    wrong["industries"][-1]["use"] = "bank"
    assert "successor" in problems_of(wrong)[0]


@pytest.mark.parametrize("value", [None, [], "x", 3, {}, {"format": 1}, {"techniques": {}, "languages": []}])
def test_something_else_is_refused_and_never_crashes(value: object) -> None:
    assert problems_of(value)


def test_other_format_is_refused_alone() -> None:
    assert len(problems_of({"format": "assay/checklist@1", "tasks": []})) == 1


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("EN", "en"), ("pt-br", "pt-BR"), ("zh-hant", "zh-Hant"), ("sr-latn-rs", "sr-Latn-RS"),
        ("es-419", "es-419"), ("ca-valencia", "ca-valencia"), ("English", None), ("e", None), ("en_US", None),
    ],
)  # fmt: skip
def test_language_tag_takes_its_usual_case(text: str, tag: str | None) -> None:
    assert language_tag(text) == tag
