"""What the pages and the printed checklist of onboarding show."""

from app.onboarding.views.board import BoardPage, NonePage, board_view, none_view
from app.onboarding.views.document import ChecklistDocument, StageLines, TaskLine, document_view
from app.onboarding.views.entry import (
    add_form,
    assign_form,
    cancel_form,
    edit_form,
    kickoff_form,
    start_form,
    waive_form,
)
from app.onboarding.views.export import calendar, tasks_csv
from app.onboarding.views.library import checklist_view, checklists_view, core_count
from app.onboarding.views.listing import ListFilters, list_csv, list_view
from app.onboarding.views.task import FormPage, TaskPage, task_view

__all__ = [
    "BoardPage",
    "ChecklistDocument",
    "FormPage",
    "ListFilters",
    "NonePage",
    "StageLines",
    "TaskLine",
    "TaskPage",
    "add_form",
    "assign_form",
    "board_view",
    "calendar",
    "cancel_form",
    "checklist_view",
    "checklists_view",
    "core_count",
    "document_view",
    "edit_form",
    "kickoff_form",
    "list_csv",
    "list_view",
    "none_view",
    "start_form",
    "task_view",
    "tasks_csv",
    "waive_form",
]
