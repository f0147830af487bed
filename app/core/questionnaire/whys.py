"""The question behind a bad answer: why it is so, and what is done instead."""

from decimal import Decimal

from app.core.questionnaire.model import Combined, Condition, Question, Test

SUFFIX = "_why"
NAME_LENGTH = 80 - len(SUFFIX)
_TESTS = {"multiple": "includes", "single": "equals", "yes_no": "equals"}


def why_of(question: Question) -> Question | None:
    """The question that a bad answer to `question` brings up; None when no answer asks for one.

    It is not scored, has the id `<id>_why` and stands right behind: a gap with a compensating control is another
    thing than a gap.
    """
    tests = _bad_answers(question)
    if not tests:
        return None
    condition: Condition = tests[0] if len(tests) == 1 else Combined("any", tests)
    return Question(
        id=f"{question.id}{SUFFIX}",
        text="Why is that, and what do you do instead?",
        type="long_text",
        section=question.section,
        core=question.core,
        when=condition,
        help="Name the measure that makes up for it, who is responsible, and by when it will change.",
        why_we_ask="A gap that is known and made up for is another thing than a gap.",
        listen_for="A control that works today, with an owner and a date. A plan without a date is a gap.",
        follows=question.id,
    )


def _bad_answers(question: Question) -> tuple[Test, ...]:
    if question.ask_why_at_most is not None:
        return (Test("answer", question.id, "at_most", Decimal(question.ask_why_at_most)),)
    test = _TESTS.get(question.type, "")
    return tuple(
        Test("answer", question.id, test, option.id == "yes" if question.type == "yes_no" else option.id)
        for option in question.options
        if option.ask_why and test
    )
