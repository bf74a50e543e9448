"""Choices among more rows than a page can carry."""

import pytest
from django import forms as django_forms
from django.http import QueryDict

from chambers.models import Chamber, Enterprise
from redleader.records import filters, forms, paging
from redleader.records.filters import Filters, RowOptions
from redleader.records.forms import NamedChoiceField, type_if_many
from redleader.records.paging import EstimatingPaginator, page_by_name, say_count
from tests.factories.chambers import ChamberFactory, EnterpriseFactory

pytestmark = pytest.mark.django_db


class FirmForm(django_forms.Form):
    firm = django_forms.ModelChoiceField(Enterprise.objects.all(), label="企业")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        type_if_many(self, "firm")


@pytest.fixture
def firms():
    return [EnterpriseFactory(name=name) for name in ("云溪甲厂", "云溪乙厂", "丙厂")]


@pytest.fixture
def few(monkeypatch):
    """Let a page carry two rows at most."""
    monkeypatch.setattr(forms, "OFFERED", 2)
    monkeypatch.setattr(forms, "NAMED", 2)
    monkeypatch.setattr(filters, "OFFERED", 2)


def test_few_rows_are_chosen_from_a_list(firms):
    assert type(FirmForm().fields["firm"]) is django_forms.ModelChoiceField


def test_of_many_rows_the_name_is_typed_and_none_is_on_the_page(firms, few):
    form = FirmForm({"firm": "丙厂"})
    assert isinstance(form.fields["firm"], NamedChoiceField)
    assert "甲厂" not in str(form)
    assert form.is_valid()
    assert form.cleaned_data["firm"] == firms[2]


def test_a_part_of_a_name_is_refused_with_the_names_that_were_meant(firms, few):
    form = FirmForm({"firm": "云溪"})
    assert not form.is_valid()
    (message,) = form.errors["firm"]
    assert "云溪甲厂" in message
    assert "云溪乙厂" in message
    assert "丙厂" not in message


def test_a_filter_lists_few_rows_and_finds_one_of_many(firms, few):
    rows = RowOptions(Enterprise.objects.order_by("pk"))
    query = QueryDict(f"firm={firms[0].pk}")
    assert list(rows) == []
    assert Filters(query, firm=rows).word("firm") == "云溪甲厂"
    assert Filters(QueryDict("firm=0"), firm=rows).ignored
    assert Filters(QueryDict("firm=x"), firm=rows).ignored
    short = RowOptions(Enterprise.objects.filter(pk=firms[0].pk))
    assert dict(short) == {str(firms[0].pk): "云溪甲厂"}


def test_each_row_comes_once_by_name_even_among_homonyms():
    keys = [ChamberFactory(name=f"云溪商会{n}").pk for n in range(3)]
    Chamber.objects.update(sort_key="yun xi")
    keys.append(ChamberFactory(name="安平商会").pk)
    token, found = "", []
    for _ in keys:
        page = page_by_name(Chamber.objects.all(), token, size=1)
        found += [row.pk for row in page.rows]
        token = page.older
    assert token == ""
    assert found == [keys[3], *keys[:3]]


def test_a_made_up_token_gives_the_first_page(firms):
    page = page_by_name(Enterprise.objects.all(), "made-up")
    assert (page.is_first, page.ignored, len(page.rows)) == (True, True, 3)


def test_counts_end_at_the_limit(firms, monkeypatch):
    rows = Enterprise.objects.all()
    assert say_count(rows) == "3"
    assert EstimatingPaginator(rows, 2).count == 3
    monkeypatch.setattr(paging, "COUNTED", 2)
    assert say_count(rows) == "超过 2"
    assert EstimatingPaginator(rows, 2).count >= 3
