"""What can be done with a pilot. Other features come in through here."""

from app.pilots.service.access import (
    PilotAccess,
    may_read,
    open_pilot,
    panel_roles,
    participants,
    pilots_of,
)
from app.pilots.service.checking import (
    CheckedDelivery,
    CheckedGold,
    ReceivedDelivery,
    ReceivedGold,
    check_delivery,
    check_gold,
)
from app.pilots.service.comparison import CandidateResult, Pace, PilotComparison, Promise, comparison_of
from app.pilots.service.computing import compute_now, inputs_of, job_of, result_of
from app.pilots.service.deliveries import (
    delivery_of,
    file_of,
    remove_delivery,
    restore_delivery,
    upload_delivery,
    upload_gold,
)
from app.pilots.service.metrics import Measure, metrics_for
from app.pilots.service.offers import offer_of, quote_of, set_offer
from app.pilots.service.outcomes import ItemLine, Outcomes, outcomes_of
from app.pilots.service.plan import (
    close_pilot,
    compare_again,
    create_pilot,
    criteria_of,
    edit_pilot,
    missing_agreements,
    reopen_pilot,
    set_criteria,
)
from app.pilots.service.work import work_items_of

__all__ = [
    "CandidateResult",
    "CheckedDelivery",
    "CheckedGold",
    "ItemLine",
    "Measure",
    "Outcomes",
    "Pace",
    "PilotAccess",
    "PilotComparison",
    "Promise",
    "ReceivedDelivery",
    "ReceivedGold",
    "check_delivery",
    "check_gold",
    "close_pilot",
    "compare_again",
    "comparison_of",
    "compute_now",
    "create_pilot",
    "criteria_of",
    "delivery_of",
    "edit_pilot",
    "file_of",
    "inputs_of",
    "job_of",
    "may_read",
    "metrics_for",
    "missing_agreements",
    "offer_of",
    "open_pilot",
    "outcomes_of",
    "panel_roles",
    "participants",
    "pilots_of",
    "quote_of",
    "remove_delivery",
    "reopen_pilot",
    "restore_delivery",
    "result_of",
    "set_criteria",
    "set_offer",
    "upload_delivery",
    "upload_gold",
    "work_items_of",
]
