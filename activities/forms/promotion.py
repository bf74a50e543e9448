"""What a person may type about a promotion event."""

from django import forms

from activities.forms.project import not_late
from activities.models import PromotionEvent
from chambers.models import Chamber, User
from redleader.records.editing import RecordForm
from redleader.records.forms import type_if_many, with_present


class PromotionForm(RecordForm):
    class Meta:
        model = PromotionEvent
        fields = ["name", "held_on", "place", "organiser", "guests", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "guests": "可不填；只填人数，不填姓名。",
            "summary": "可不填；只供内部使用，1000 字以内。",
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        organiser = self.fields["organiser"]
        chambers = Chamber.objects.visible_to(user).active()
        organiser.queryset = with_present(  # type: ignore[attr-defined]
            chambers, self.instance.organiser_id
        )
        type_if_many(self, "organiser")
        organiser = self.fields["organiser"]
        organiser.required = not user.is_staff
        organiser.help_text = "县里主办的不选。" if user.is_staff else ""
        if not self.instance.pk and not user.is_staff:
            self.initial.setdefault("organiser", chambers.first())

    def clean_held_on(self):
        return not_late(self.cleaned_data["held_on"])
