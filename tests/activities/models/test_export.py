import pytest

from tests.factories.activities import ExportLogFactory
from tests.rules import assert_trigger_is_kept

pytestmark = pytest.mark.django_db


def change():
    log = ExportLogFactory()
    log.rows = 1
    log.save()


TRIGGERS = {"activities_exportlog.stays": change}


@pytest.mark.parametrize("act", [change, lambda: ExportLogFactory().delete()])
def test_what_was_taken_out_stays_written(act):
    assert_trigger_is_kept("activities_exportlog.stays", act)
