"""A questionnaire as its vendor's programs read it."""

from collections.abc import Mapping, Sequence

from app.core.errors import Problem
from app.core.questionnaire import Question
from app.files.models import File
from app.questionnaires.link_schemas import (
    ColleagueOut,
    LateValueOut,
    OwnFileOut,
    OwnQuestionOut,
    OwnSectionOut,
    ProposalOut,
    ProposalsOut,
    WorkOut,
)
from app.questionnaires.service import Handed, HeldResponse, LateValue, Proposal, doubt_of
from app.questionnaires.views.fill import may_type


def work_out(
    held: HeldResponse,
    names: tuple[str, str],
    late: Mapping[str, LateValue],
    returned: Mapping[str, str],
    files: Mapping[str, File],
    colleagues: Sequence[Handed],
) -> WorkOut:
    """Sections and questions with what stands; `names` are the vendor's and the asker's."""
    access = held.access
    template, row = access.template, access.response
    sections = [each for each in template.sections if access.only in ("", each.id)]
    return WorkOut(
        title=template.title,
        intro=template.intro,
        vendor=names[0],
        asked_by=names[1],
        state=row.state,
        due=row.due,
        deadline=access.deadline,
        ended=access.ended,
        sections=[
            OwnSectionOut(
                id=each.id,
                title=each.title,
                minutes=each.minutes,
                settled=held.progress.sections[each.id][0],
                asked=held.progress.sections[each.id][1],
            )
            for each in sections
        ],
        questions=[
            _question(held, question, late.get(question.id), returned.get(question.id, ""), files)
            for section in sections
            for question in section.questions
        ],
        colleagues=[ColleagueOut.model_validate(each, from_attributes=True) for each in colleagues],
    )


def _question(
    held: HeldResponse, question: Question, late: LateValue | None, returned: str, files: Mapping[str, File]
) -> OwnQuestionOut:
    row = held.rows.get(question.id)
    counted = row.value or [] if row is not None and question.type == "file" else []
    later = late.value or [] if late is not None and question.type == "file" else []
    return OwnQuestionOut(
        id=question.id,
        section_id=question.section,
        text=question.text,
        help=question.help,
        type=question.type,
        unit=question.unit,
        options={option.id: option.text for option in question.options},
        columns={column.id: column.text for column in question.columns},
        evidence=list(question.evidence),
        asked=bool(held.applies[question.id]),
        may_change=may_type(held.access, question.id),
        value=row.value if row is not None else None,
        comment=row.comment if row is not None else "",
        revision=row.revision if row is not None else 0,
        files=[
            OwnFileOut(id=files[name].id, name=files[name].name, size=files[name].size, is_late=name in later)
            for name in [*counted, *later]
            if name in files
        ],
        returned=returned,
        late=LateValueOut.model_validate(late, from_attributes=True) if late is not None else None,
    )


def proposals_out(found: Sequence[Proposal], problems: Sequence[Problem] = ()) -> ProposalsOut:
    """Answers to look at before they are saved, and what cannot be taken."""
    answers = [
        ProposalOut(
            question_id=each.question.id,
            value=each.value,
            comment=each.comment,
            revision=each.now.revision if each.now is not None else 0,
            is_old=each.is_old,
            doubt=doubt_of(each.question, each.value),
        )
        for each in found
    ]
    return ProposalsOut(answers=answers, problems=[f"{each.where}: {each.message}" for each in problems])
