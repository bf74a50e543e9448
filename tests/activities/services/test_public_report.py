import json

import pytest
from django.core.exceptions import ValidationError

from activities.models import Award, OfficialFigure, Scheme
from activities.services import public_report
from chambers.models import Branch, Chamber, Region
from redleader.records.history import changes

pytestmark = pytest.mark.django_db


def test_loads_the_facts_with_all_their_rules():
    made = public_report.load_public_report()
    assert made["商会"] == 10
    assert made["荣誉"] == 11
    assert (made["典型做法"], made["做法要点"], made["做法成效"]) == (1, 0, 1)
    assert made["公布数"] == OfficialFigure.objects.count() == 31
    assert Region.objects.townships().count() == 21
    assert Award.objects.titles().count() == 10  # One row is praise, not a title.
    assert not Award.objects.exclude(cycle_label="").exists()
    assert Branch.objects.get(name="稔田商会党支部").chambers.get().name == "稔田商会"


def test_a_second_run_adds_nothing_and_keeps_what_staff_changed():
    public_report.load_public_report()
    Chamber.objects.filter(name="稔田商会").update(introduction="已补充")
    assert not public_report.load_public_report()
    assert Chamber.objects.get(name="稔田商会").introduction == "已补充"


def test_a_dry_run_counts_and_keeps_nothing():
    assert public_report.load_public_report(dry_run=True)["商会"] == 10
    assert not Chamber.objects.exists()


def test_an_error_undoes_everything(monkeypatch):
    facts = public_report.read_facts()
    facts["figures"][-1]["qualifier"] = "wrong"
    monkeypatch.setattr(public_report, "read_facts", lambda: facts)
    with pytest.raises(ValidationError):
        public_report.load_public_report()
    assert not Chamber.objects.exists()
    assert not Scheme.objects.exists()


def test_each_row_has_a_history():
    public_report.load_public_report()
    (change,) = changes(Chamber.objects.get(name="稔田商会"))
    assert change.what == "新建"


def test_no_invented_field_and_no_persons_name_is_in_the_facts():
    text = public_report.FACTS.read_text(encoding="utf-8")
    assert not any(word in text for word in ("书记：", "开富", "note"))
    assert set(json.loads(text)["chambers"][0]) == {
        "name",
        "short_name",
        "kind",
        "township",
    }
