from django import forms
from django.contrib import admin

from activities.counting import choices
from activities.models import OfficialFigure
from redleader.admin import AdminForm, ModelAdmin


class OfficialFigureForm(AdminForm):
    rule = forms.ChoiceField(
        label="计数口径",
        required=False,
        help_text="由系统记录计出的数，按哪一个口径；不能计数的不选，并写明原因。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "rule" in self.fields:
            self.fields["rule"].choices = [("", "不能计数"), *choices()]  # type: ignore[attr-defined]


@admin.register(OfficialFigure)
class OfficialFigureAdmin(ModelAdmin):
    form = OfficialFigureForm
    list_display = ["number", "label", "text", "as_of", "source"]
    list_display_links = ["number", "label"]
    list_filter = ["qualifier", ("as_of", admin.EmptyFieldListFilter)]
    search_fields = ["number", "label"]
    autocomplete_fields = ["chamber"]

    @admin.display(description="公布数")
    def text(self, figure):
        return figure.text
