"""The verbs of accounts."""

from app.accounts.queries import user_by_email
from app.accounts.service.links import (
    actor_of_link,
    consume_link,
    issue_link,
    open_link,
    revoke_link,
)
from app.accounts.service.passwords import (
    PasswordCheck,
    check_password,
    has_password,
    note_check,
    set_password,
    sign_in_with_password,
)
from app.accounts.service.sessions import (
    SAFE_METHODS,
    Identity,
    actor_of_user,
    end_session,
    end_session_by_id,
    end_sessions_of,
    identify,
    note_seen,
    require_scope,
    start_session,
)
from app.accounts.service.tokens import create_token, require_person, revoke_token
from app.accounts.service.users import (
    active_people,
    add_user,
    edit_me,
    edit_user,
    ensure_first_admin,
    erase_user,
    names_of,
    user_of,
)

__all__ = [
    "SAFE_METHODS",
    "Identity",
    "PasswordCheck",
    "active_people",
    "actor_of_link",
    "actor_of_user",
    "add_user",
    "check_password",
    "consume_link",
    "create_token",
    "edit_me",
    "edit_user",
    "end_session",
    "end_session_by_id",
    "end_sessions_of",
    "ensure_first_admin",
    "erase_user",
    "has_password",
    "identify",
    "issue_link",
    "names_of",
    "note_check",
    "note_seen",
    "open_link",
    "require_person",
    "require_scope",
    "revoke_link",
    "revoke_token",
    "set_password",
    "sign_in_with_password",
    "start_session",
    "user_by_email",
    "user_of",
]
