"""Questionnaires of our own: versions, faults, what responses keep."""

from functools import partial
from typing import Any

import pytest

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.questionnaire import edit
from app.kit.db import Database
from app.questionnaires import service
from app.questionnaires.models import QuestionnaireVersion
from app.questionnaires.schemas import NewTemplateIn, StartIn
from app.questionnaires.service import own
from tests.conftest import make_user
from tests.questionnaires.conftest import Scene

ENTRY = NewTemplateIn(key="short-call", title="Short call")
SECTION: dict[str, Any] = {"id": "people", "title": "People", "weight": 10}
QUESTION: dict[str, Any] = {"id": "team", "text": "How large is the team?", "type": "number", "scored": False}


def changed(scene: Scene, change: Any, seen: int | None = None) -> QuestionnaireVersion:
    with scene.db.writing() as session:
        return own.edit(session, actor=scene.lead, key="short-call", seen=seen, change=change)


def drafted(scene: Scene) -> None:
    """A draft with one section and one question."""
    with scene.db.writing() as session:
        own.create(session, actor=scene.lead, entry=ENTRY)
    changed(scene, partial(edit.put_section, section="", values=SECTION))
    changed(scene, partial(edit.put_question, section="people", question="", values=QUESTION))


def published(scene: Scene) -> None:
    with scene.db.writing() as session:
        own.publish(session, actor=scene.lead, key="short-call")


def now(scene: Scene, number: int | None = None) -> service.Template:
    with scene.db.reading() as session:
        return service.template(session, actor=scene.lead, key="short-call", number=number)


def test_blank_draft_says_what_is_missing_and_is_not_published(scene: Scene) -> None:
    with scene.db.writing() as session:
        own.create(session, actor=scene.lead, entry=ENTRY)
    assert [problem.where for problem in now(scene).problems] == ["sections"]
    with scene.db.writing() as session, pytest.raises(Invalid):
        own.publish(session, actor=scene.lead, key="short-call")


def test_draft_is_asked_of_nobody_until_it_is_published(scene: Scene) -> None:
    drafted(scene)
    start = partial(service.start_response, actor=scene.lead, candidate_id=scene.candidates[0])
    with scene.db.writing() as session, pytest.raises(Conflict, match="publish it"):
        start(session, entry=StartIn(key="short-call"))
    published(scene)
    with scene.db.writing() as session:
        response_id = start(session, entry=StartIn(key="short-call")).id
    assert [question.id for question in scene.held(response_id=response_id).access.template.questions()] == [
        "team"
    ]


def test_response_keeps_its_version_when_the_questionnaire_goes_on(scene: Scene) -> None:
    drafted(scene)
    published(scene)
    with scene.db.writing() as session:
        response_id = service.start_response(
            session, actor=scene.lead, candidate_id=scene.candidates[0], entry=StartIn(key="short-call")
        ).id
        own.new_version(session, actor=scene.lead, key="short-call")
    changed(
        scene, partial(edit.put_question, section="", question="team", values={**QUESTION, "text": "New?"})
    )
    published(scene)
    template = scene.held(response_id=response_id).access.template
    assert (template.version, template.question("team").text) == (1, "How large is the team?")
    assert (now(scene).number, now(scene, 1).number) == (2, 1)


def test_published_version_is_frozen(scene: Scene) -> None:
    drafted(scene)
    published(scene)
    with pytest.raises(Conflict, match="frozen"):
        changed(scene, partial(edit.remove_question, question="team"))


def test_edit_of_a_version_that_changed_since_is_refused(scene: Scene) -> None:
    drafted(scene)
    seen = now(scene).row
    assert seen is not None
    changed(scene, partial(edit.put_section, section="people", values={**SECTION, "title": "Team"}))
    with pytest.raises(Conflict):
        changed(scene, partial(edit.remove_question, question="team"), seen=seen.version)


def test_taken_key_is_refused_at_its_field(scene: Scene) -> None:
    with scene.db.writing() as session:
        for key in ("discovery-call",):
            with pytest.raises(Conflict) as caught:
                own.create(session, actor=scene.lead, entry=NewTemplateIn(key=key, title="Mine"))
            assert caught.value.field == "key"


def test_copy_keeps_every_question_id(scene: Scene) -> None:
    with scene.db.writing() as session:
        own.fork(session, actor=scene.lead, key="discovery-call", entry=ENTRY)
    copy = now(scene).questionnaire
    with scene.db.reading() as session:
        source = service.template(session, actor=scene.lead, key="discovery-call").questionnaire
    assert copy is not None
    assert source is not None
    assert [question.id for question in copy.questions()] == [question.id for question in source.questions()]
    assert now(scene).problems == ()


def test_yaml_goes_out_and_comes_back_the_same(scene: Scene) -> None:
    with scene.db.writing() as session:
        own.fork(session, actor=scene.lead, key="security-mvsp", entry=ENTRY)
    before = now(scene)
    with scene.db.writing() as session:
        own.import_text(session, actor=scene.lead, text=own.yaml_of(before))
    assert now(scene).questionnaire == before.questionnaire


def test_import_of_a_published_key_begins_the_next_version(scene: Scene) -> None:
    drafted(scene)
    published(scene)
    with scene.db.writing() as session:
        own.import_text(session, actor=scene.lead, text=own.yaml_of(now(scene)))
    assert (now(scene).number, now(scene).is_draft) == (2, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format: assay/questionnaire@1\nid: discovery-call\n", "is missing"),
        ("a: &x 1\nb: *x\n", "aliases"),
        ("- 1\n", "keys with values"),
        ("format: assay/scorecard@1\n", "is read here"),
    ],
)
def test_import_names_every_fault_of_a_file(scene: Scene, text: str, says: str) -> None:
    with scene.db.writing() as session, pytest.raises(Invalid) as caught:
        own.import_text(session, actor=scene.lead, text=text)
    assert says in " ".join(map(str, caught.value.problems))


def test_import_with_a_circle_names_the_circle(scene: Scene) -> None:
    drafted(scene)
    other = {**QUESTION, "id": "other", "when": {"answer": "team", "is": "set"}}
    changed(scene, partial(edit.put_question, section="people", question="", values=other))
    circle = {**QUESTION, "when": {"answer": "other", "is": "set"}}
    changed(scene, partial(edit.put_question, section="", question="team", values=circle))
    (problem,) = now(scene).problems
    assert "team → other → team" in problem.message or "other → team → other" in problem.message


@pytest.mark.parametrize("value", [".inf", '"a\\0b"'])
def test_values_that_no_store_can_hold_are_refused(scene: Scene, value: str) -> None:
    drafted(scene)
    text = own.yaml_of(now(scene)) + f"intro: {value}\n"
    with scene.db.writing() as session, pytest.raises(Invalid):
        own.import_text(session, actor=scene.lead, text=text)


def test_changes_between_versions_name_what_was_added_removed_and_changed(scene: Scene) -> None:
    drafted(scene)
    published(scene)
    with scene.db.writing() as session:
        own.new_version(session, actor=scene.lead, key="short-call")
    values = {**QUESTION, "text": "How large is your team?"}
    changed(scene, partial(edit.put_question, section="", question="team", values=values))
    changed(
        scene, partial(edit.put_question, section="people", question="", values={**QUESTION, "id": "sites"})
    )
    with scene.db.reading() as session:
        _, _, found = own.compare(session, actor=scene.lead, key="short-call", before=1, after=2)
        _, _, back = own.compare(session, actor=scene.lead, key="short-call", before=2, after=1)
    assert [(change.id, change.kind) for change in found] == [("team", "changed"), ("sites", "added")]
    assert [(each.key, each.after) for each in found[0].differences] == [("text", "How large is your team?")]
    assert [(change.id, change.kind) for change in back] == [("team", "changed"), ("sites", "removed")]


def test_discarded_draft_leaves_the_published_version(scene: Scene) -> None:
    drafted(scene)
    published(scene)
    with scene.db.writing() as session:
        own.new_version(session, actor=scene.lead, key="short-call")
        own.discard(session, actor=scene.lead, key="short-call")
    assert now(scene).number == 1


def test_evaluator_reads_and_does_not_edit(scene: Scene, db: Database) -> None:
    reader = make_user(db, "reader")
    with db.writing() as session:
        with pytest.raises(Forbidden):
            own.create(session, actor=reader, entry=ENTRY)
        with pytest.raises(NotFound):
            service.template(session, actor=reader, key="nothing")


def test_questions_move_over_the_border_of_a_section(scene: Scene) -> None:
    drafted(scene)
    changed(scene, partial(edit.put_section, section="", values={**SECTION, "id": "more"}))
    changed(scene, partial(edit.move_question, question="team", step=1))
    body = now(scene).body
    assert [len(section["questions"]) for section in body["sections"]] == [0, 1]
    changed(scene, partial(edit.move_section, section="more", step=-1))
    assert [section["id"] for section in now(scene).body["sections"]] == ["more", "people"]
