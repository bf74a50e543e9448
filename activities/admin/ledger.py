from django import forms
from django.contrib import admin

from activities.counting import choices
from activities.models import Baseline
from redleader.admin import AdminForm, ModelAdmin


class BaselineForm(AdminForm):
    rule = forms.ChoiceField(label="计数口径")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "rule" in self.fields:
            self.fields["rule"].choices = [("", "请选择"), *choices()]  # type: ignore[attr-defined]


@admin.register(Baseline)
class BaselineAdmin(ModelAdmin):
    """历史基数: entered once, with its document."""

    form = BaselineForm
    deletable = True
    list_display = ["name", "chamber", "value", "until", "document"]
    list_select_related = ["chamber"]
    autocomplete_fields = ["chamber"]

    @admin.display(description="计数口径")
    def name(self, baseline):
        return dict(choices()).get(baseline.rule, baseline.rule)
