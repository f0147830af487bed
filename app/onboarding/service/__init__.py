"""What can be done with onboardings. Other features come in through here."""

from app.onboarding.service.access import has_hand, open_onboarding, open_task, register_subjects, today
from app.onboarding.service.course import (
    KickoffMove,
    checklist_of,
    set_kickoff,
    set_state,
    start_onboarding,
)
from app.onboarding.service.standing import (
    Standing,
    WorkItem,
    all_standings,
    readiness_of,
    standing_of,
    standings_of,
    work_items_of,
)
from app.onboarding.service.tasks import (
    TaskChange,
    add_task,
    assign,
    earlier_tasks,
    edit_task,
    remove_task,
    restore_task,
    set_task_state,
    template_entry,
    waive,
)

__all__ = [
    "KickoffMove",
    "Standing",
    "TaskChange",
    "WorkItem",
    "add_task",
    "all_standings",
    "assign",
    "checklist_of",
    "earlier_tasks",
    "edit_task",
    "has_hand",
    "open_onboarding",
    "open_task",
    "readiness_of",
    "register_subjects",
    "remove_task",
    "restore_task",
    "set_kickoff",
    "set_state",
    "set_task_state",
    "standing_of",
    "standings_of",
    "start_onboarding",
    "template_entry",
    "today",
    "waive",
    "work_items_of",
]
