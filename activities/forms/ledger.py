"""What closes a quarter."""

from django import forms

from redleader.records.forms import Form


class LockForm(Form):
    button = "封账"

    note = forms.CharField(label="说明（可不填）", max_length=200, required=False)
    sure = forms.BooleanField(label="已核对，封账后数字不能再改")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sure"].error_messages["required"] = "请勾选确认。"
