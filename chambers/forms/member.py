"""What staff may enter about a member."""

import re
import unicodedata

from django import forms
from django.core.validators import RegexValidator

from chambers.models import Member
from redleader.admin import AdminForm
from redleader.records.forms import Form

COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")


class PhoneField(forms.CharField):
    """A mobile number, even as pasted: with +86, blanks, full-width digits.

    Its one validator says what a number looks like, so it needs no length limit.
    """

    def __init__(self, *, max_length=None, **kwargs):
        super().__init__(**kwargs)
        self.validators += [
            validator
            for validator in Member._meta.get_field("phone").validators
            if isinstance(validator, RegexValidator)
        ]

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", super().to_python(value))
        return COUNTRY.sub("", re.sub(r"[\s-]", "", text))


class MemberForm(AdminForm):
    class Meta:
        model = Member
        fields = "__all__"
        field_classes = {"phone": PhoneField}


class EraseForm(Form):
    reason = forms.CharField(label="依据", max_length=200)
    sure = forms.BooleanField(label="我知道清除以后不能恢复")
