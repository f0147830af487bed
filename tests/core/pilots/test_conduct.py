"""From files to what they tell about labelers: side file, hidden repeats, double labels, doubts about the gold."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from app.core.errors import Invalid
from app.core.formats.table import read_times
from app.core.pilots.accord import majority
from app.core.pilots.compare import compare
from app.core.pilots.paired import cochran_q
from app.core.pilots.report import to_json
from tests.core.pilots.samples import labels

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
COUNT = 120
TRUTH = ["abc"[at % 7 % 3] for at in range(COUNT)]
GOLD = "item,label\n" + "".join(f"{at},{one}\n" for at, one in enumerate(TRUTH))


def delivery(rows):
    head = "item,label,annotator,seconds,submitted_at\n"
    return head + "".join(",".join(map(str, row)) + "\n" for row in rows)


def worked(person, items, seconds, label=lambda at: TRUTH[at], start=START):
    """Rows of one person who does the items one after the other, each in the same seconds (about)."""
    out, now = [], start
    for at in items:
        took = seconds * (1 + 0.1 * (at % 5))
        now += timedelta(seconds=took + 1)
        out.append((at, label(at), person, round(took, 3), now.isoformat()))
    return out


def one_vendor(*parts):
    gold = labels(GOLD)
    rows = [row for part in parts for row in part]
    return compare("classification", gold, {"a": labels(delivery(rows), gold)}, resamples=100).vendors[0]


def kinds(result):
    return {(one.kind, one.annotator) for one in result.conduct.anomalies}


def test_honest_work_in_order_raises_no_flag_and_has_a_pace_a_phase_and_a_day():
    found = one_vendor(worked("p", range(0, 60), 20), worked("q", range(60, 120), 22))
    assert kinds(found) == set()
    told = found.conduct
    assert told.pace.mean.value == pytest.approx(
        np.mean([20 * (1 + 0.1 * (at % 5)) for at in range(60)]) * 1.05
    )
    assert told.phases.low < 1 < told.phases.high
    assert (told.per_day.per_person_day, told.per_day.person_days) == (60, 2)
    assert told.learning.verdict == "too_early"
    assert told.learning.note.startswith("Extrapolation")


def test_who_is_fast_and_wrong_constant_or_in_two_places_is_named_with_items():
    wrong = worked("hasty", range(40, 80), 2, lambda at: "a")
    start = START + timedelta(seconds=5)
    twice = [*worked("two", range(80, 100), 30), *worked("two", range(100, 120), 30, start=start)]
    found = one_vendor(worked("p", range(0, 40), 20), wrong, twice)
    assert {("fast_and_wrong", "hasty"), ("constant_answers", "hasty"), ("overlapping", "two")} <= kinds(
        found
    )
    assert not any(who == "p" for _, who in kinds(found))
    document = to_json(compare("classification", labels(GOLD), {"a": found.delivery}, resamples=100))
    shown = [one for one in document["vendors"][0]["anomalies"] if one["kind"] == "fast_and_wrong"]
    assert set(shown[0]["items"]) <= {str(at) for at in range(40, 80) if TRUTH[at] != "a"}
    assert shown[0]["rows"] == 40


def test_equal_moments_of_an_import_are_no_overlap():
    same = [(at, TRUTH[at], "p", 30, "2026-03-02") for at in range(COUNT)]
    assert kinds(one_vendor(same)) == set()


def test_a_long_pause_is_cut_and_said():
    rows = worked("p", range(0, 60), 20)
    rows[7] = (*rows[7][:3], 4000, rows[7][4])
    told = one_vendor(rows).conduct
    assert told.idle_rows == 1
    assert "median + 5 MAD" in told.idle
    assert told.pace.mean.value < 40


def test_reading_times_come_from_the_texts():
    text = " ".join(["word"] * 80)
    spans = [{"start": 0, "end": 4, "label": "x"}]
    rows = [{"item": str(at), "text": text, "spans": spans} for at in range(12)]
    gold = labels(
        "\n".join(json.dumps(row) for row in rows) + '\n{"item": "z", "text": "no", "spans": []}',
        task="spans",
    )
    timed = [{**row, "annotator": "p", "seconds": 3 + at} for at, row in enumerate(rows)]
    made = labels(
        '{"item": "z", "text": "no", "spans": []}\n' + "\n".join(map(json.dumps, timed)), gold, task="spans"
    )
    (found,) = [
        one for one in compare("spans", gold, {"a": made}, resamples=100).vendors[0].conduct.anomalies
        if one.kind == "below_reading_time"
    ]  # fmt: skip
    assert found.rows == 7  # 80 words take ten seconds at the very least


def test_hidden_repeats_of_the_gold_tell_who_contradicts_himself():
    gold = labels("item,label,repeat_of\n" + "".join(f"{at},{TRUTH[at]},\n" for at in range(40))
                  + "".join(f"r{at},{TRUTH[at]},{at}\n" for at in range(20)) + "r99,a,gone\n")  # fmt: skip
    rows = "".join(f"{at},{TRUTH[at]},p\n" for at in range(40))
    rows += "".join(f"r{at},{TRUTH[at] if at % 4 else 'c'},p\n" for at in range(20)) + "r99,a,p\n"
    result = compare(
        "classification", gold, {"a": labels("item,label,annotator\n" + rows, gold)}, resamples=100
    )
    everybody, person = result.vendors[0].conduct.repeats
    assert (everybody.annotator, person.annotator, person.repeats) == ("", "p", 20)
    assert person.same == sum(bool(at % 4) or TRUTH[at] == "c" for at in range(20))
    assert any("'r99' of 'gone'" in line for line in result.warnings)


def test_double_labels_have_an_agreement_and_a_habit_is_marked():
    rows = [(at, TRUTH[at], "p", 9, "") for at in range(COUNT)]
    rows += [(at, "a" if TRUTH[at] == "b" else TRUTH[at], "q", 9, "") for at in range(COUNT)]
    told = one_vendor(rows).conduct
    assert told.within.items == COUNT
    assert told.within.percent == pytest.approx(sum(one != "b" for one in TRUTH) / COUNT)
    assert {(one.annotator, one.label) for one in told.bias} == {("q", "a"), ("q", "b")}
    assert next(one for one in told.bias if one.label == "a").difference > 0


def test_vendors_are_held_against_each_other_and_against_the_gold():
    gold = labels(
        GOLD.replace("\n3,", "\n3,c#").replace("c#" + TRUTH[3], "b")
    )  # one label of the gold is wrong
    rng = np.random.default_rng(4)
    made = {}
    for name, share in {"x": 0.95, "y": 0.9, "z": 0.7}.items():
        given = [one if rng.random() < share else "c" for one in TRUTH]
        given[3] = TRUTH[3]
        made[name] = given
    files = {name: labels("item,label\n" + "".join(f"{at},{one}\n" for at, one in enumerate(given)), gold)
             for name, given in made.items()}  # fmt: skip
    result = compare("classification", gold, files, resamples=500)
    told = result.accord
    table = np.array(
        [[one == (TRUTH[at] if at != 3 else "b") for at, one in enumerate(given)] for given in made.values()]
    )
    assert told.test.method == "Cochran's Q"
    assert told.test.p_value == pytest.approx(cochran_q(table.T).p_value)
    assert told.likely["x"] > told.likely["z"]
    assert told.note == "relative, not accuracy"
    assert ("3", "b", TRUTH[3]) in [(one.item, one.gold, one.instead) for one in told.suspects]
    pair = told.pairs[0]
    assert pair.kappa == pytest.approx(cohen_kappa_score(made["x"], made["y"]))
    for one in result.pairs:
        assert one.p_holm >= one.p_value


def test_the_majority_leaves_ties_and_missing_items_open():
    gold = labels("item,label\n1,a\n2,b\n3,a\n4,b\n")
    rows = "1,a,p\n1,a,q\n1,b,r\n2,a,p\n2,b,q\n3,b,p\n"
    assert majority(labels("item,label,annotator\n" + rows, gold)).tolist() == [0, -1, 1, -1]


def test_moments_of_the_side_file_are_read_and_impossible_ones_refused():
    rows = "v,1,p,9,2026-03-01T09:00:00Z,2026-03-01T09:00:09Z\nv,2,p,9,,\n"
    found = read_times(f"vendor,item_id,annotator,seconds,started_at,ended_at\n{rows}".encode(), "t.csv")
    assert found.ended[0] - found.started[0] == 9
    assert np.isnan(found.started[1])
    bad = "v,1,p,9,2026-03-01T10:00:00Z,2026-03-01T09:00:09Z\nv,2,p,9,noon,\n"
    with pytest.raises(Invalid) as failure:
        read_times(f"vendor,item_id,annotator,seconds,started_at,ended_at\n{bad}".encode(), "t.csv")
    told = " ".join(one.message for one in failure.value.problems)
    assert "before started_at" in told
    assert "'noon' must be a moment" in told
