"""Keep the journey's steps 'scores' and 'result' true."""

from uuid import UUID

from app.assessment import queries
from app.assessment.service.panel import PanelBoard, panel_board
from app.evaluations import service as evaluations
from app.evaluations.models import Evaluation, StepName, StepState
from app.kit.actors import Actor
from app.kit.db import WriteSession


def mark_scores(session: WriteSession, actor: Actor, evaluation_id: UUID) -> None:
    """Say how many evaluators are done (solo: how many candidates are rated), and whether the result stands."""
    pin = queries.pin(session, evaluation_id)
    if pin is None:
        return
    board = panel_board(session, session.get_one(Evaluation, evaluation_id), pin)
    done, asked = progress(board)
    state = StepState.DONE if board.candidates and done == asked else StepState.CURRENT
    evaluations.mark_step(
        session,
        actor=actor,
        evaluation_id=evaluation_id,
        step=StepName.SCORES,
        state=state,
        note=f"{done} of {asked}" if asked else "",
    )
    evaluations.mark_step(
        session, actor=actor, evaluation_id=evaluation_id, step=StepName.RESULT, state=state
    )


def progress(board: PanelBoard) -> tuple[int, int]:
    """(done, asked): evaluators who locked everything; in solo governance candidates rated in full."""
    raters = [user for user in board.duties if board.asked(user)]
    if board.is_blind:
        return sum(not board.waiting(user) for user in raters), len(raters)
    open_ones = {view.candidate.id for user in raters for view in board.waiting(user)}
    everybody = {view.candidate.id for user in raters for view in board.asked(user)}
    return len(everybody - open_ones), len(everybody)
