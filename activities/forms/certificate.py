"""The code that a visitor types, and the words of a template."""

from django import forms
from django.core.exceptions import ValidationError

from activities.models.certificate import (
    ALPHABET,
    CODE_LENGTH,
    FILLED,
    KNOWN,
    is_code,
    normal_code,
)
from activities.papers.certificate_sheet import lacking
from redleader.admin import AdminForm
from redleader.records.forms import Form


class CodeForm(Form):
    """Forgives lower case, blanks, dashes and full-width letters."""

    code = forms.CharField(
        label="验证编号",
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": "ABCD-EFGH-JKMN-PQRS-TVWX",
            }
        ),
    )

    def clean_code(self):
        code = normal_code(self.cleaned_data["code"])
        strange = "".join(dict.fromkeys(c for c in code if c not in ALPHABET))
        if strange:
            raise ValidationError(
                f"编号里没有“{strange[:10]}”这样的字符，请照证书核对。"
                "编号由数字和字母组成，不用 0、1、I、L、O、U。",
                code="strange",
            )
        if not is_code(code):
            raise ValidationError(
                f"编号共 {CODE_LENGTH} 位，现有 {len(code)} 位，请照证书核对。",
                code="length",
            )
        return code


class CertificateTemplateForm(AdminForm):
    """Refuses a character that the font of certificates does not have."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, text in {
            "body": f"一行是一段。可以使用的占位符：{KNOWN}。",
            "signature": "不填的，县级称号署授予单位，上级称号署本站主办单位。",
        }.items():
            if name in self.fields:
                self.fields[name].help_text = text

    def clean(self):
        cleaned = super().clean()
        for name in FILLED:
            missing = lacking(cleaned.get(name) or "")
            if missing:
                self.add_error(
                    name,
                    ValidationError(
                        f"证书字体里没有“{'、'.join(missing)}”，印不出来，请换一个字。",
                        code="font",
                    ),
                )
        return cleaned
