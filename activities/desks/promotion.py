"""招商推介会 at work: the register, and the projects that came of each."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from activities.counting import RULES, until
from activities.desks.base import Desk, rights
from activities.forms.promotion import PromotionForm
from activities.models import Project, PromotionEvent
from activities.services.project import totals_of
from activities.services.promotion import save_promotion
from redleader.records.column import Kind, Shown
from redleader.records.filters import text_choice, year_choice
from redleader.records.register import REGISTERS, serve

SHOWN = 100  # projects of a promotion that its page lists


@serve
class Promotions(Desk):
    name, address, model = "promotion", "promotions/", PromotionEvent
    rights = rights("list", "create", "export", "detail", "update")
    title, noun = "招商推介会", "推介会"
    empty = "还没有推介会。办了一场，点“登记推介会”即可。"
    hint = "名称、日期、城市和来了几个项目会公开。"
    codes, sheet = ["promotion-events"], "招商推介会"
    day, alone = "held_on", ("created_by",)
    form = PromotionForm
    detail_template = "workbench/promotion/detail.html"
    choices = [
        text_choice(
            "名称、城市或商会",
            "商会可用拼音",
            columns=["name", "place"],
            names=["organiser__"],
        ),
        year_choice("held_on"),
    ]
    columns = [
        Shown("名称", width=36, value="name", place=1, is_link=True),
        Shown("举办日期", Kind.DATE, 12, "held_on", place=2),
        Shown("举办城市", width=16, value="place", place=3),
        Shown("主办", width=26, value="host", place=4),
        Shown("来宾人数", Kind.INTEGER, 10, "guests", place=5, unit="人"),
        Shown("带来的项目", Kind.INTEGER, 12, "brought", place=6, unit="个"),
    ]

    def editable(self, user):
        return PromotionEvent.objects.editable_by(user)

    def shown(self, rows: Any, user: Any) -> Any:
        mine = Project.objects.visible_to(user)
        scope = until(timezone.localdate())
        brought = RULES["promotion-projects"].each(scope, "promotion", mine)
        return rows.with_names().annotate(brought=brought)

    def links(self, request):
        return [("全部项目", reverse("workbench:project-list"))]

    def save(self, user, row, *, version):
        return save_promotion(row, user=user, version=version)

    def doors(self, user, row=None):
        if row is None or self.editable(user).filter(pk=row.pk).exists():
            return super().doors(user, row)
        return {}

    def detail_context(self, request, row):
        projects = Project.objects.visible_to(request.user).filter(promotion=row)
        return {
            "projects": projects.with_names()[:SHOWN],
            "project_columns": REGISTERS["project"].columns,
            "shown": SHOWN,
            "may_edit": bool(self.doors(request.user, row)),
            "totals": totals_of(projects),
        }
