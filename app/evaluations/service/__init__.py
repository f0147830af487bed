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
    move_candidate,
    moves_of,
    search_log,
)
from app.evaluations.service.journey import mark_step, steps_of, steps_of_many
from app.evaluations.service.setup import (
    cancel_evaluation,
    create_evaluation,
    edit_evaluation,
    need_of,
    panel_of,
    reopen_evaluation,
    set_member,
    set_need,
    set_state,
)

__all__ = [
    "Access",
    "CandidateView",
    "add_candidate",
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
    "moves_of",
    "need_of",
    "open_evaluation",
    "panel_of",
    "reopen_evaluation",
    "search_log",
    "set_member",
    "set_need",
    "set_state",
    "steps_of",
    "steps_of_many",
]
