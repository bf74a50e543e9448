"""What a reader of the site may report."""

from django import forms

from activities.models import ErrorReport
from redleader.people.public_forms import StrangerFormMixin
from redleader.records.forms import ModelForm


class ErrorReportForm(StrangerFormMixin, ModelForm):
    class Meta:
        model = ErrorReport
        fields = ["page", "kind", "content"]
        widgets = {"content": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "page": "页面的地址或名称；从页面底部的“找错”进来的，已经填好。",
            "content": "写明错在哪里、应该是什么，500 字以内；请勿填写身份证号码和"
            "联系方式。",
        }
