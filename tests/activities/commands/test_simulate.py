import pytest
from django.core.management import CommandError, call_command

from activities.demo.simulate import names
from chambers.models import Chamber
from redleader.records.search import grams
from tests.factories.chambers import ChamberFactory

pytestmark = pytest.mark.django_db


def test_simulate_refuses_a_real_installation(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="不是演示环境"):
        call_command("simulate")


def test_simulate_refuses_a_database_that_is_not_a_new_demo(settings):
    settings.DEMO = True
    ChamberFactory()
    with pytest.raises(CommandError, match="没有做任何改动"):
        call_command("simulate", chambers=2700)
    assert Chamber.objects.count() == 1


def test_a_dry_run_says_how_much_and_writes_nothing(settings, capsys):
    settings.DEMO = True
    ChamberFactory.create_batch(27)
    call_command("simulate", chambers=2700, dry_run=True)
    assert "会员 245,700" in capsys.readouterr().out
    assert Chamber.objects.count() == 27


def test_invented_names_are_distinct_and_searchable():
    people = list(names.persons())
    assert len(people) == len(set(people)) == names.PERSONS
    number, name, text, array, key = names.person(7, "单伟")
    assert (number, name, key) == (7, "单伟", "shan wei")
    assert text == "单伟 shanwei sw"
    assert array == "{" + ",".join(grams(text)) + "}"
