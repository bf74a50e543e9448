"""How our pages look, shown by the parts themselves."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import Award, OfficialFigure
from activities.models.figure import FigureGroup, Qualifier
from activities.models.honour import HonourLevel
from activities.models.lecture import LectureState
from chambers.access import UserRequest
from chambers.rights import is_staff, right, sees_records
from redleader.records.filters import say_day
from redleader.records.forms import Form

USES = {
    "ink": "正文",
    "soft-ink": "次要文字",
    "paper": "页面底",
    "card": "卡片底",
    "line": "分隔线",
    "field-line": "输入框的边",
    "red": "操作、标记",
    "deep-red": "指上去",
    "gold": "线、国家级称号",
    "gold-wash": "国家级称号的底",
    "gold-ink": "金底上的字",
    "green": "通过、有效",
    "amber": "待办、到期",
    "slate": "中性标签",
    "wash": "次要区块的底",
}


@dataclass(frozen=True)
class Colour:
    name: str
    use: str
    light: str
    dark: str


def colours() -> list[Colour]:
    """Return the colours as the style sheet itself gives them."""
    sheet = Path(settings.BASE_DIR, "static/css/site.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): ([^;]+);", b)) for b in blocks[:2])
    return [Colour(name, use, light[name], dark[name]) for name, use in USES.items()]


def figures() -> list[OfficialFigure]:
    return [
        OfficialFigure(
            number="例",
            label=label,
            value=Decimal(value),
            unit=unit,
            qualifier=qualifier,
            scope="示例",
            source="来源写在这里",
            as_of=date(2026, 6, 30),
            group=FigureGroup.OVERVIEW,
        )
        for label, value, unit, qualifier in [
            ("商会", "27", "个", Qualifier.EXACT),
            ("累计投资", "708.3", "亿元", Qualifier.OVER),
            ("慰问金", "1000", "万元", Qualifier.ABOUT_OVER),
        ]
    ]


class ExampleForm(Form):
    """One field that is right and one that is wrong."""

    sections = (("一组字段", "name", "day"),)
    bar = ""

    name = forms.CharField(label="名称", help_text="一句话说明怎么填。")
    day = forms.DateField(
        label="日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def example() -> ExampleForm:
    today = timezone.localdate()
    form = ExampleForm({"name": "临江镇商会", "day": today})
    form.add_error("day", f"日期不能晚于今天，请改为 {say_day(today)} 或以前。")
    return form


@right(sees_records, is_staff)
@require_safe
def style_page(request: UserRequest) -> HttpResponse:
    context = {
        "colours": colours(),
        "figures": figures(),
        "levels": HonourLevel.choices,
        "award": Award.objects.titles().held().for_roll().first(),
        "states": LectureState.choices,
        "form": example(),
    }
    return render(request, "workbench/style/page.html", context)
