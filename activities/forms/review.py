"""What a reviewer may type about a submitted record."""

from django import forms

from activities.models import Lecture
from activities.models.lecture import CONTENT_FIELDS
from redleader.records.forms import Form


def field_choices() -> list[tuple[str, str]]:
    """Return the fields that a person fills in, by the names on the form."""
    fields = [Lecture._meta.get_field(name) for name in CONTENT_FIELDS]
    return [
        (field.name, str(getattr(field, "verbose_name", field.name)))
        for field in fields
        if getattr(field, "editable", False)
    ]


class ReturnForm(Form):
    reason = forms.CharField(
        label="退回原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    # Named as the argument of the service; forms keep declared fields elsewhere.
    fields = forms.MultipleChoiceField(  # type: ignore[assignment]
        label="需要改正的项目",
        choices=field_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class AcceptForm(Form):
    publish_photos = forms.BooleanField(label="照片可公开", required=False)
