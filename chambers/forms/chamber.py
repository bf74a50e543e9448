"""What staff may enter about a chamber."""

from django import forms
from django.core.files.base import ContentFile

from chambers.models import Chamber
from chambers.models.chamber import Trade
from redleader.admin import AdminForm
from redleader.uploads.photos import LOGO_LIMITS, clean_photo


class ChamberForm(AdminForm):
    trades = forms.MultipleChoiceField(
        label="涉及行业",
        choices=Trade,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="按国民经济行业分类（GB/T 4754）门类，可多选。",
    )
    new_logo = forms.FileField(
        label="会徽", required=False, help_text="JPG、PNG 或 WebP，边长不小于 64 像素。"
    )

    class Meta:
        model = Chamber
        exclude = ["logo"]

    def clean_new_logo(self):
        upload = self.cleaned_data["new_logo"]
        return clean_photo(upload, LOGO_LIMITS) if upload else None

    def save(self, commit=True):
        logo = self.cleaned_data.get("new_logo")
        if logo:
            self.instance.logo.save("logo.jpg", ContentFile(logo.thumbnail), save=False)
        return super().save(commit)
