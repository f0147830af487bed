"""What to find out next, and where it can be answered."""

from dataclasses import dataclass

from app.assessment.service import CandidateLine, EvaluationAnalysis
from app.assessment.views.explain import SHOWN
from app.core.scoring import AllOf, Answered, AnyOf, CertificateHeld, DocumentHeld, GateOutcome, Measured
from app.core.scoring.spec import Condition
from app.kit.wording import number

ROWS = 8
MUST_HAVES = 5  # of them; the leaders' come first


@dataclass(frozen=True, slots=True)
class AskRow:
    """Something to find out next; `href` is where it can be answered."""

    text: str
    note: str
    href: str
    action: str


def ask_next(found: EvaluationAnalysis) -> tuple[tuple[AskRow, ...], str]:
    """Open must-haves in rank order, then the cells whose knowledge is worth most; and how many must-haves more."""
    gates = _gate_rows(found)
    shown = gates[:MUST_HAVES]
    more = f"{len(gates) - len(shown)} more open must-haves" if len(gates) > len(shown) else ""
    return tuple([*shown, *_cell_rows(found)][:ROWS]), more


def _gate_rows(found: EvaluationAnalysis) -> list[AskRow]:
    return [
        AskRow(f"{line.name}: {gate.name}", gate.reason, _gate_place(found, line, gate), "resolve")
        for line in found.candidates
        if line.line.status != "excluded"
        for gate in line.line.gates
        if gate.state == "unknown"
    ]


def _cell_rows(found: EvaluationAnalysis) -> list[AskRow]:
    names = {criterion.id: criterion.name for criterion in found.analysis.scorecard.criteria}
    rows = []
    for question in found.analysis.open_questions:
        if question.value < SHOWN:
            continue
        line = found.named(question.candidate)
        cell = found.cells[line.id, question.criterion]
        state = question.status.replace("_", " ")
        note = f"worth {number(question.value, 1)} points, now {state}"
        rows.append(AskRow(f"{line.name}: {names[question.criterion]}", note, cell.ask, _action(cell.kind)))
    return rows


def _action(kind: str) -> str:
    return {"rating": "rate", "consensus": "settle", "pilot": "pilot", "answer": "ask", "fact": "verify"}.get(
        kind, "enter"
    )


def _gate_place(found: EvaluationAnalysis, line: CandidateLine, gate: GateOutcome) -> str:
    requirement = next(item for item in found.analysis.scorecard.requirements if item.id == gate.id)
    return _place(found, line, requirement.condition)


def _place(found: EvaluationAnalysis, line: CandidateLine, condition: Condition) -> str:
    """Where the first part of a condition can be answered; a threshold of several parts starts with its first."""
    base = f"/evaluations/{found.evaluation.id}"
    match condition:
        case AnyOf(parts) | AllOf(parts):
            return _place(found, line, parts[0])
        case CertificateHeld():
            return f"/vendors/{line.vendor_id}"
        case DocumentHeld(name):
            return f"{base}/values?subject=document:{name}#candidate-{line.id}"
        case Answered(question):
            return f"{base}/values?subject=question:{question}#candidate-{line.id}"
        case Measured(criterion):
            return found.cells[line.id, criterion].ask
