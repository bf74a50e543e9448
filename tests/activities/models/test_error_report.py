import pytest
from django.utils import timezone

from tests.factories.activities import ErrorReportFactory
from tests.factories.chambers import UserFactory
from tests.rules import assert_constraint_is_kept, assert_trigger_is_kept, changed

pytestmark = pytest.mark.django_db
CONSTRAINTS = {
    "activities_errorreport_content_given": lambda: changed(
        ErrorReportFactory.build(), content=""
    ),
    "activities_errorreport_answer_complete": lambda: changed(
        ErrorReportFactory(), answer="已改正。"
    ),
}


def answered():
    return ErrorReportFactory(
        answer="已改正。", answered_by=UserFactory(), answered_at=timezone.now()
    )


TRIGGERS = {
    "activities_errorreport.answer_stays": lambda: changed(
        answered(), answer="没有错。"
    ).save(),
    "activities_errorreport.content_stays": lambda: changed(
        ErrorReportFactory(), content="另一处。"
    ).save(),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_error_report_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_error_report_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])
