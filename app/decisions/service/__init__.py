"""What can be done with decisions. Other features come in through here."""

from app.decisions.service.access import (
    current_memo,
    decisions_of,
    may_read,
    open_decision,
    open_memo,
    panel_roles,
    read_decision,
)
from app.decisions.service.approving import (
    decide,
    decide_by_link,
    issue_approval_link,
    open_links,
    open_request,
    withdraw_link,
)
from app.decisions.service.blindness import refuse_blind, visible_result
from app.decisions.service.building import build_record
from app.decisions.service.controls import may_approve_own
from app.decisions.service.drafting import decision_of, draft_decision, edit_decision
from app.decisions.service.money import money_part
from app.decisions.service.parts import readable
from app.decisions.service.proposing import PRINT, is_stale, propose, withdraw_decision
from app.decisions.service.sources import Sources, gather
from app.decisions.service.standing import Frozen, Standing, frozen_by_id, frozen_memo, preview_record
from app.decisions.service.verifying import MemoCheck, check_memo
from app.decisions.service.waiting import work_items_of

__all__ = [
    "PRINT",
    "Frozen",
    "MemoCheck",
    "Sources",
    "Standing",
    "build_record",
    "check_memo",
    "current_memo",
    "decide",
    "decide_by_link",
    "decision_of",
    "decisions_of",
    "draft_decision",
    "edit_decision",
    "frozen_by_id",
    "frozen_memo",
    "gather",
    "is_stale",
    "issue_approval_link",
    "may_approve_own",
    "may_read",
    "money_part",
    "open_decision",
    "open_links",
    "open_memo",
    "open_request",
    "panel_roles",
    "preview_record",
    "propose",
    "read_decision",
    "readable",
    "refuse_blind",
    "visible_result",
    "withdraw_decision",
    "withdraw_link",
    "work_items_of",
]
