"""What staff say when they put two rows of one person together."""

from django import forms

from redleader.records.forms import Form


class MergeForm(Form):
    bar = "workbench/member/_bar.html"

    sure = forms.BooleanField(label="我已核对，这是同一个人")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = "请先核对，再勾选“我已核对，这是同一个人”。"
        self.fields["sure"].error_messages["required"] = words
