"""Where a cell's value comes from: one function per kind of source, and what stands beside a rating.

Each function answers `Found` with the cell, the words for its source and the reason when it is open. A cell is
never made up: what a source does not hold stays open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import fmean, median
from typing import Any
from uuid import UUID

from app.assessment.models import Consensus, ManualValue, Rating
from app.assessment.service.measures import Measure, metrics_for
from app.core.scoring import (
    OPEN,
    Cell,
    Criterion,
    EvidenceRef,
    Flag,
    Levels,
    Paper,
    consensus,
)
from app.core.scoring.effort import is_rated
from app.evaluations.models import Candidate
from app.evaluations.schemas import NeedIn
from app.evaluations.service import CandidateView
from app.kit.db import ReadSession
from app.questionnaires import service as questionnaires
from app.questionnaires.service import FedAnswer, ResponseScore
from app.vendors import service as vendors
from app.vendors.models import Standing, VendorFact
from app.vendors.service.evidence import EvidenceState


@dataclass(frozen=True, slots=True)
class Found:
    """What one source says of a cell. `kind` is rating, consensus, pilot, answer, fact, offer, value or none.

    `source` says where it comes from in words, `reason` why it is open. `flag`: the ratings lie far apart;
    `single`: only one rating. `place`: the page of the answer, where a question was asked.
    """

    cell: Cell
    kind: str
    source: str
    reason: str = ""
    flag: bool = False
    single: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """Everything on record about one candidate on a day, read once."""

    view: CandidateView
    day: date
    feeds: Mapping[str, tuple[FedAnswer, ...]]
    scores: Mapping[str, ResponseScore]
    papers: Mapping[str, EvidenceState]
    facts: Mapping[str, VendorFact]
    capabilities: Mapping[str, Sequence[str]]
    measures: Mapping[str, Measure]
    values: Mapping[str, ManualValue]
    consensus: Mapping[str, Consensus]


def records_of(
    session: ReadSession,
    view: CandidateView,
    day: date,
    values: Mapping[str, ManualValue],
    agreed: Mapping[str, Consensus],
) -> Records:
    """Read a candidate's answers, certificates, agreements, facts and capabilities."""
    vendor = view.vendor
    return Records(
        view=view,
        day=day,
        feeds=questionnaires.feeds_of(session, view.candidate.id, with_sealed=True),
        scores=questionnaires.scores_of(session, view.candidate.id),
        papers=vendors.evidence_on(session, vendor.id, day),
        facts=vendors.facts_of(session, vendor.id),
        capabilities=vendors.capabilities_of(session, [vendor.id])[vendor.id],
        measures=metrics_for(session, view.candidate.id),
        values=values,
        consensus=agreed,
    )


def resolve(criterion: Criterion, records: Records, ratings: Sequence[Rating], need: NeedIn) -> Found:
    """The cell of a criterion: the strongest of its own source and a value typed in.

    Verified beats claimed beats nothing; of two equals the source itself stands.
    """
    found = _from_source(criterion, records, ratings, need)
    typed = records.values.get(criterion.id)
    if typed is None:
        return found
    manual = from_value(typed)
    strength = {"verified": 2, "claimed": 1}
    stronger = strength.get(manual.cell.status, 0) > strength.get(found.cell.status, 0)
    return manual if stronger else found


def _from_source(criterion: Criterion, records: Records, ratings: Sequence[Rating], need: NeedIn) -> Found:
    source = criterion.source
    if is_rated(criterion):
        return from_ratings(criterion, ratings, records.consensus.get(criterion.id))
    if "questionnaire" in source:
        return from_answers(criterion, records, need)
    if "pilot" in source or "cost" in source:
        return from_pilot(criterion, records, need)
    if "vendor" in source:
        return from_fact(criterion, records.facts.get(str(source["vendor"])))
    return Found(OPEN, "none", "", "it has no source that is read here; type the value in with its source")


def from_ratings(criterion: Criterion, ratings: Sequence[Rating], agreed: Consensus | None) -> Found:
    """The panel's consensus where it was set; else median (of two: mean), as wide as the ratings lie apart."""
    refs = tuple(EvidenceRef("rating", str(row.id), row.version) for row in ratings)
    spread = _spread(criterion, ratings, refs)
    if agreed is None:
        return spread
    ref = EvidenceRef("consensus", str(agreed.id), agreed.version)
    cell = Cell(agreed.value, agreed.low, agreed.high, "verified", evidence=(ref, *refs))
    return Found(cell, "consensus", "the panel's consensus", flag=spread.flag, single=spread.single)


def _spread(criterion: Criterion, ratings: Sequence[Rating], refs: tuple[EvidenceRef, ...]) -> Found:
    if not ratings:
        return Found(OPEN, "rating", "ratings", "nobody has rated it yet")
    words = f"{len(ratings)} ratings" if len(ratings) > 1 else "one rating"
    if isinstance(criterion.scale, Levels):
        scale = [float(points) for points in criterion.scale.points.values()]
        points = [float(criterion.scale.points[str(row.value)]) for row in ratings]
        panel = consensus(points, scale=scale)
        if panel.low == panel.high:
            cell = Cell(str(ratings[0].value), evidence=refs)
        else:
            cell = Cell(panel.mid, panel.low, panel.high, "verified", in_points=True, evidence=refs)
        return Found(cell, "rating", words, flag=panel.disagree, single=panel.single)
    single = len(ratings) == 1
    if isinstance(criterion.scale, Flag):
        ends = sorted({bool(row.value) for row in ratings})
        if len(ends) == 1:
            return Found(Cell(ends[0], evidence=refs), "rating", words, single=single)
        return Found(Cell(None, False, True, evidence=refs), "rating", words, flag=True)
    numbers = sorted(row.value for row in ratings)
    mid = median(numbers) if len(numbers) > 2 else fmean(numbers)
    cell = Cell(mid, numbers[0], numbers[-1], "verified", evidence=refs)
    return Found(cell, "rating", words, single=single)


def from_pilot(criterion: Criterion, records: Records, need: NeedIn) -> Found:
    """The figure of the newest compared pilot with its interval; a cost is the one per accepted label."""
    source = criterion.source
    key = f"cost.{source['cost']}" if "cost" in source else str(source["pilot"])
    where = "the offer at the pilot's pace and acceptance" if "cost" in source else "the pilot"
    measure = records.measures.get(key)
    if measure is None:
        return Found(OPEN, "pilot", where, f"the pilot has not measured {key!r}")
    if "cost" in source and measure.unit != need.currency:
        reason = f"the offer is in {measure.unit}, the need in {need.currency}; offer in the need's currency"
        return Found(replace(OPEN, evidence=(measure.evidence,)), "pilot", where, reason)
    low, high = measure.low, measure.high
    if source.get("interval") == "annotator_cluster" and measure.low_general is not None:
        low, high = measure.low_general, measure.high_general
    words = f"{where}: {measure.note}" if measure.note else where
    if "times" in source:
        return _capacity(criterion, records, measure, need)
    cell = Cell(measure.mid, low, high, "verified", evidence=(measure.evidence,))
    return Found(_ordered(cell), "pilot", words)


def _capacity(criterion: Criterion, records: Records, measure: Measure, need: NeedIn) -> Found:
    """Accepted labels per labeler and day × labelers offered ÷ labels needed per working day."""
    question = str(criterion.source["times"])
    where = f"the pilot's pace times the answer to {question!r}"
    fed = [e for e in records.feeds.get(f"criterion.{criterion.id}", ()) if e.fed.question == question]
    people = fed[0].fed.value if fed else None
    if not isinstance(people, int | Decimal) or not need.volume:
        missing = (
            "the need has no volume" if not need.volume else f"{question!r} is not answered with a number"
        )
        return Found(replace(OPEN, evidence=(measure.evidence,)), "pilot", where, missing)
    refs = (measure.evidence, *(entry.evidence for entry in fed[:1] if entry.evidence))
    ratio = measure.mid * float(people) * need.working_days / need.volume
    status: Any = "verified" if fed[0].fed.status == "evidenced" else "claimed"
    return Found(Cell(ratio, status=status, evidence=refs), "pilot", where)


def _ordered(cell: Cell) -> Cell:
    """The ends widened to hold the mid: an interval for the vendor in general may be centred elsewhere."""
    mid, low, high = cell.mid, cell.low, cell.high
    if (
        not isinstance(mid, int | float)
        or not isinstance(low, int | float)
        or not isinstance(high, int | float)
    ):
        return replace(cell, low=None, high=None)
    return replace(cell, low=min(low, mid), high=max(high, mid))


def from_answers(criterion: Criterion, records: Records, need: NeedIn) -> Found:
    """What the candidate answered to the criterion's question, in the criterion's unit."""
    source = criterion.source
    if source.get("with") == "vendor.capabilities":
        return from_capabilities(records, need)
    if "question" not in source:
        return from_score(criterion, records.scores.get(str(source["questionnaire"])))
    question = str(source["question"])
    where = f"answer to {question!r}"
    for entry in records.feeds.get(f"criterion.{criterion.id}", ()):
        if entry.fed.question != question:
            continue
        return replace(
            _answered(criterion, entry, where), place=f"/responses/{entry.response_id}#q-{question}"
        )
    return Found(OPEN, "answer", where, "it was not asked yet")


def from_score(criterion: Criterion, found: ResponseScore | None) -> Found:
    """The share (0–1) of a questionnaire's possible points, sealed sections left out.

    What is still open makes it an interval. An answer that no document backs is a claim: it proves no point.
    """
    where = f"the score of {criterion.source['questionnaire']!r}"
    if criterion.source.get("score") != "share":
        return Found(OPEN, "answer", where, "write `score: share` in the scorecard; no other score is known")
    if found is None:
        return Found(OPEN, "answer", where, "the questionnaire was not asked")
    score, place = found.score, f"/responses/{found.response_id}"
    if score.low is None or score.high is None:
        return Found(OPEN, "answer", where, "nothing in it is scored", place=place)
    if not score.coverage:
        if score.low < score.high:
            return Found(OPEN, "answer", where, "none of its scored questions is answered yet", place=place)
        return Found(Cell(status="closed_unanswered"), "answer", where, "asked and not answered", place=place)
    status: Any = "verified" if found.is_evidenced else "claimed"
    low, high = score.low / 100, score.high / 100
    cell = Cell(high, status=status, evidence=found.evidence)
    if low < high:
        cell = replace(cell, mid=None, low=low if found.is_evidenced else 0.0, high=high)
    return Found(cell, "answer", where, place=place)


def _answered(criterion: Criterion, entry: FedAnswer, where: str) -> Found:
    refs = (entry.evidence,) if entry.evidence else ()
    if entry.fed.value is None:
        if entry.fed.status == "closed_unanswered":
            cell = Cell(status="closed_unanswered", evidence=refs)
            return Found(cell, "answer", where, "asked and not answered")
        return Found(replace(OPEN, evidence=refs), "answer", where, "not answered yet")
    value = natural(criterion, entry.fed.value, entry.fed.unit)
    if value is None:
        reason = f"the answer does not fit the scale ({entry.fed.value}); type the value in with its source"
        return Found(replace(OPEN, evidence=refs), "answer", where, reason)
    status: Any = "verified" if entry.fed.status == "evidenced" else "claimed"
    return Found(Cell(value, status=status, evidence=refs), "answer", where)


def from_capabilities(records: Records, need: NeedIn) -> Found:
    """The share of needed data types and techniques that the vendor's profile names; a claim."""
    wanted = {"data_type": need.data_types, "technique": need.techniques}
    have, of = vendors.need_match(records.capabilities, wanted)
    where = "the vendor's profile against the need"
    if not of:
        return Found(OPEN, "fact", where, "the need names no data types and techniques")
    ref = EvidenceRef("vendor", str(records.view.vendor.id), records.view.vendor.version)
    return Found(Cell(have / of, status="claimed", evidence=(ref,)), "fact", f"{where}: {have} of {of}")


def from_fact(criterion: Criterion, fact: VendorFact | None) -> Found:
    """What the register knows of the vendor under a key."""
    where = f"vendor fact {criterion.source['vendor']!r}"
    if fact is None:
        return Found(OPEN, "fact", where, "the register does not know it yet")
    ref = EvidenceRef("fact", str(fact.id))
    value = natural(criterion, fact.value, "")
    if value is None:
        reason = f"the fact does not fit the scale ({fact.value}); type the value in with its source"
        return Found(replace(OPEN, evidence=(ref,)), "fact", where, reason)
    status: Any = "claimed" if fact.standing is Standing.CLAIMED else "verified"
    return Found(Cell(value, status=status, evidence=(ref,)), "fact", f"{where}, as of {fact.as_of}")


def from_value(row: ManualValue) -> Found:
    """A figure typed in, with its source."""
    status: Any = row.status
    ref = EvidenceRef("value", str(row.id), row.version)
    return Found(Cell(row.mid, row.low, row.high, status, evidence=(ref,)), "value", row.source)


def natural(criterion: Criterion, value: object, unit: str) -> str | int | float | bool | None:
    """An answer as the criterion's scale knows it, None when it does not; percent become shares where asked."""
    if isinstance(criterion.scale, Levels):
        return value if isinstance(value, str) and value in criterion.scale.points else None
    if isinstance(criterion.scale, Flag):
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = float(value)
    if unit in ("percent", "%") and criterion.unit.startswith("share"):
        number /= 100
    return int(number) if number.is_integer() else number


def papers_of(records: Records, names: Sequence[str]) -> dict[str, Paper]:
    """Certificates, agreements and documents by id, as the gates read them; what nobody has is left out."""
    found: dict[str, Paper] = {}
    for name in names:
        typed = records.values.get(f"document:{name}")
        state, fact = records.papers.get(name), records.facts.get(name)
        if state is not None:
            found[name] = _paper(state)
        elif typed is not None:
            standing: Any = typed.status if typed.mid is not False else "none"
            found[name] = Paper(standing, typed.until)
        elif fact is not None:
            said: Any = "claimed" if fact.standing is Standing.CLAIMED else "verified"
            found[name] = Paper(said if fact.value else "none")
    return found


def _paper(state: EvidenceState) -> Paper:
    if state.kind == "agreement":
        ended = state.until is not None and not state.counts
        if state.counts or ended:
            return Paper("verified", state.until)
        return Paper(
            "open", note=f"{state.standing}, not signed yet" if state.standing != "ended" else "ended"
        )
    if state.counts is None:
        return Paper("claimed", state.until)
    return Paper("verified", state.until) if state.counts or state.until else Paper("open")


def said_by(records: Records, question: str) -> tuple[str, ...]:
    """The options chosen for a question that a requirement asks; empty while it is not answered."""
    typed = records.values.get(f"question:{question}")
    for entries in records.feeds.values():
        for entry in entries:
            if entry.fed.question == question and entry.fed.value is not None:
                return _texts(entry.fed.value)
    return _texts(typed.mid) if typed is not None and typed.mid is not None else ()


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, tuple | list):
        return tuple(str(item) for item in value)
    return (str(value),)


def evidence_beside(session: ReadSession, candidate_id: UUID, criterion: Criterion) -> list[dict[str, Any]]:
    """References, with revisions, to the answers and certificates that stand beside a rating."""
    answers = questionnaires.answers_for(session, candidate_id, questions_beside(criterion))
    refs = [shown.evidence for shown in answers.values() if shown.evidence is not None]
    candidate = session.get_one(Candidate, candidate_id)
    names = certificates_beside(criterion)
    if names:
        held = vendors.evidence_on(session, candidate.vendor_id, date.max)
        refs += [
            EvidenceRef(state.kind, str(state.id), state.version)
            for name, state in held.items()
            if name in names
        ]
    return [asdict(ref) for ref in refs]


def questions_beside(criterion: Criterion) -> frozenset[str]:
    """Ids of the questions whose answers a rater reads."""
    see = criterion.source.get("see") or ()
    return frozenset(str(name) for name in see if "." not in str(name))


def certificates_beside(criterion: Criterion) -> frozenset[str]:
    """The certificates a rater looks at."""
    listed = criterion.source.get("certificates") or ()
    return frozenset(str(name) for name in listed)
