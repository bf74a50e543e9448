import pytest

from tests.factories.activities import ReportTemplateFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db

CONSTRAINTS = {
    "activities_reporttemplate_kind_valid": lambda: changed(
        ReportTemplateFactory(), kind="lost"
    ),
    "activities_reporttemplate_briefing_is_word": lambda: changed(
        ReportTemplateFactory(), is_briefing=True
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_template_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])
