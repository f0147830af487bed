"""What can be done with an evaluation. Other features come in through here."""

from app.evaluations.service.access import (
    Access,
    candidate_access,
    count_open,
    list_after,
    list_page,
    open_evaluation,
)
from app.evaluations.service.candidates import (
    CandidateView,
    add_candidate,
    candidacies_of,
    candidate_of,
    candidates_of,
    log_search,
    search_log,
)
from app.evaluations.service.intake import Planned, add_candidates, add_in_house, add_names, plan_names
from app.evaluations.service.journey import mark_step, steps_of, steps_of_many
from app.evaluations.service.moves import move_candidate, move_candidates, moves_of, undo_move
from app.evaluations.service.setup import (
    cancel_evaluation,
    create_evaluation,
    edit_evaluation,
    need_of,
    panel_of,
    patch_evaluation,
    reopen_evaluation,
    set_member,
    set_need,
    set_state,
)

__all__ = [
    "Access",
    "CandidateView",
    "Planned",
    "add_candidate",
    "add_candidates",
    "add_in_house",
    "add_names",
    "cancel_evaluation",
    "candidacies_of",
    "candidate_access",
    "candidate_of",
    "candidates_of",
    "count_open",
    "create_evaluation",
    "edit_evaluation",
    "list_after",
    "list_page",
    "log_search",
    "mark_step",
    "move_candidate",
    "move_candidates",
    "moves_of",
    "need_of",
    "open_evaluation",
    "panel_of",
    "patch_evaluation",
    "plan_names",
    "reopen_evaluation",
    "search_log",
    "set_member",
    "set_need",
    "set_state",
    "steps_of",
    "steps_of_many",
    "undo_move",
]
