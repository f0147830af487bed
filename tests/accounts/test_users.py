from uuid import uuid4

import pytest
from sqlmodel import select

from app.accounts import service
from app.accounts.models import LinkPurpose, OneTimeLink, SignIn, User
from app.accounts.schemas import MeIn, TokenIn, UserIn, UserPatch
from app.audit import service as audit
from app.audit.models import ActorName, AuditEvent
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.permissions import Role
from app.kit.actors import SYSTEM
from app.kit.db import Database
from tests.conftest import make_user


def entry(email: str = "ana@example.org", **more: object) -> UserIn:
    return UserIn.model_validate({"email": email, "name": "Ana Ruiz", "roles": ["evaluator"], **more})


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.VENDOR_LINK)])
def test_nobody_but_an_admin_adds_people(db: Database, role: Role) -> None:
    other = make_user(db, role)
    with pytest.raises(Forbidden, match="Ask an admin"), db.writing() as session:
        service.add_user(session, actor=other, entry=entry())


def test_same_address_in_other_case_is_refused_at_the_field(db: Database) -> None:
    make_user(db, "reader", email="ana@example.org")
    with pytest.raises(Conflict, match="Somebody has this address") as caught, db.writing() as session:
        service.add_user(session, actor=SYSTEM, entry=entry("Ana@Example.ORG"))
    assert caught.value.field == "email"


@pytest.mark.parametrize("change", [{"active": False}, {"roles": ["reader"]}])
def test_last_admin_stays(db: Database, change: dict[str, object]) -> None:
    admin = make_user(db, "admin")
    make_user(db, "reader")
    with pytest.raises(Conflict, match="Give the admin role to somebody else first"), db.writing() as session:
        service.edit_user(session, actor=admin, user_id=admin.id, entry=UserPatch.model_validate(change))
    with pytest.raises(Conflict, match="last admin"), db.writing() as session:
        service.erase_user(session, actor=admin, user_id=admin.id)


def test_deactivated_admin_does_not_count_as_another(db: Database) -> None:
    first, second = make_user(db, "admin"), make_user(db, "admin")
    with db.writing() as session:
        service.edit_user(session, actor=first, user_id=second.id, entry=UserPatch(active=False))
    with pytest.raises(Conflict, match="last admin"), db.writing() as session:
        service.edit_user(session, actor=first, user_id=first.id, entry=UserPatch(active=False))


def test_stale_edit_is_refused_with_both_texts(db: Database) -> None:
    admin, ana = make_user(db, "admin"), make_user(db, "reader", name="Ana")
    with db.writing() as session:
        service.edit_user(session, actor=admin, user_id=ana.id, entry=UserPatch(name="Ana B"), seen=1)
    with pytest.raises(Conflict) as caught, db.writing() as session:
        service.edit_user(session, actor=admin, user_id=ana.id, entry=UserPatch(name="Ana C"), seen=1)
    assert (caught.value.theirs, caught.value.yours) == ({"name": "Ana B"}, {"name": "Ana C"})


def test_unknown_person_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound, match="Choose one from the list"), db.writing() as session:
        service.edit_user(session, actor=SYSTEM, user_id=uuid4(), entry=UserPatch(name="Nobody"))


def test_deactivation_ends_sessions_tokens_and_links(db: Database) -> None:
    ana = make_user(db, "reader")
    with db.writing() as session:
        cookie = service.start_session(session, session.get_one(User, ana.id))
        _, bearer = service.create_token(session, actor=ana, entry=TokenIn(name="export"))
        link = service.issue_link(session, actor=SYSTEM, purpose=LinkPurpose.SIGN_IN, user_id=ana.id)
    with db.writing() as session:
        service.edit_user(session, actor=SYSTEM, user_id=ana.id, entry=UserPatch(active=False))
    with db.writing() as session:
        service.edit_user(session, actor=SYSTEM, user_id=ana.id, entry=UserPatch(active=True))
    with db.reading() as session:
        assert service.identify(session, cookie, "") is None
        assert service.identify(session, "", bearer) is None
        with pytest.raises(Conflict, match="withdrawn"):
            service.open_link(session, link, LinkPurpose.SIGN_IN)


def test_record_holds_no_name_and_no_address(db: Database) -> None:
    admin = make_user(db, "admin", name="Grace Hopper", email="grace@example.org")
    with db.writing() as session:
        ana = service.add_user(session, actor=admin, entry=entry()).id
        service.issue_link(session, actor=admin, purpose=LinkPurpose.SIGN_IN, user_id=ana)
        service.edit_user(session, actor=admin, user_id=ana, entry=UserPatch(name="Ana Smith"))
        service.erase_user(session, actor=admin, user_id=ana)
    with db.reading() as session:
        bodies = " ".join(row.body for row in session.exec(select(AuditEvent))).lower()
        assert "account.user.erased" in bodies
        assert not [
            word for word in ("grace", "hopper", "ana", "ruiz", "smith", "example.org") if word in bodies
        ]


def test_renamed_person_is_renamed_in_the_side_table(db: Database) -> None:
    ana = make_user(db, "reader", name="Ana")
    with db.writing() as session:
        service.edit_me(session, actor=ana, entry=MeIn(time_zone="Europe/Berlin"))
    with db.writing() as session:
        service.edit_me(session, actor=ana, entry=MeIn(name="Ana Maria"))
    with db.reading() as session:
        assert session.get_one(ActorName, ana.id).name == "Ana Maria"
        assert session.get_one(User, ana.id).time_zone == "Europe/Berlin"


def test_erased_person_is_gone_and_the_chain_stays_whole(db: Database) -> None:
    admin, ana = make_user(db, "admin"), make_user(db, "reader", name="Ana", email="ana@example.org")
    with db.writing() as session:
        service.start_session(session, session.get_one(User, ana.id))
        service.edit_me(session, actor=ana, entry=MeIn(name="Ana Maria"))
        service.issue_link(
            session,
            actor=SYSTEM,
            purpose=LinkPurpose.APPROVE,
            user_id=ana.id,
            holder_name="Ana Maria",
            holder_email="ana@example.org",
            subject=("evaluation", uuid4()),
        )
    with db.writing() as session:
        service.erase_user(session, actor=admin, user_id=ana.id)
    with db.reading() as session:
        user = session.get_one(User, ana.id)
        link = session.exec(select(OneTimeLink)).one()
        assert "ana" not in f"{user.name}{user.email}".lower().replace(str(ana.id), "")
        assert (user.active, user.password_hash, link.holder_name, link.holder_email) == (False, None, "", "")
        assert session.get_one(ActorName, ana.id).name == user.name
        assert not session.exec(select(SignIn)).all()
        assert audit.verify(session).fault == ""


def test_fresh_store_gets_one_admin_who_can_enter(db: Database) -> None:
    with db.writing() as session:
        secret = service.ensure_first_admin(session)
        assert secret is not None
        assert service.ensure_first_admin(session) is None
    with db.writing() as session:
        link = service.consume_link(session, secret, LinkPurpose.PASSWORD)
        assert session.get_one(User, link.user_id).role_set() == {Role.ADMIN}
