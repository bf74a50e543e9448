"""Chambers of commerce and their terms (届)."""

from datetime import timedelta

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from chambers.models.appointment import Appointment
from chambers.models.enterprise import CreditCodeField, credit_code_constraints
from chambers.models.lifetime import (
    AbstractTerm,
    inside_life,
    life_holds,
    term_constraints,
)
from redleader.records.constraints import ends_after_start, one_of
from redleader.records.record import DemoMark
from redleader.records.search import (
    SEARCH_COLUMNS,
    SearchGramsField,
    SearchTextField,
    SortKeyField,
    search_index,
)
from redleader.uploads.storage import random_name


class ChamberKind(models.TextChoices):
    TOWNSHIP = "township", "乡镇商会"
    TRADE = "trade", "行业商（协）会"
    YOUTH = "youth", "青年企业家商会"
    REMOTE = "remote", "异地商会"
    GENERAL = "general", "总商会及其他"


class ChamberState(models.TextChoices):
    PREPARING = "preparing", "筹备中"
    ACTIVE = "active", "正常"
    CLOSED = "closed", "已停用"


class CharterClause(models.TextChoices):
    """Version of the Party clause in the charter; domain.md 2.3."""

    UNKNOWN = "unknown", "未登记"
    NONE = "none", "未写入"
    Y2018 = "2018", "2018年版（民函〔2018〕78号）"
    Y2019 = "2019", "2019年版（民函〔2019〕54号）"


class CharterAdoption(models.TextChoices):
    ASSEMBLY = "assembly", "会员大会通过"
    ADVANCE = "advance", "先行写入"


class Trade(models.TextChoices):
    """Sections of the national industry classification, GB/T 4754-2017."""

    A = "A", "农、林、牧、渔业"
    B = "B", "采矿业"
    C = "C", "制造业"
    D = "D", "电力、热力、燃气及水生产和供应业"
    E = "E", "建筑业"
    F = "F", "批发和零售业"
    G = "G", "交通运输、仓储和邮政业"
    H = "H", "住宿和餐饮业"
    I = "I", "信息传输、软件和信息技术服务业"  # noqa: E741  section letter
    J = "J", "金融业"
    K = "K", "房地产业"
    L = "L", "租赁和商务服务业"
    M = "M", "科学研究和技术服务业"
    N = "N", "水利、环境和公共设施管理业"
    O = "O", "居民服务、修理和其他服务业"  # noqa: E741  section letter
    P = "P", "教育"
    Q = "Q", "卫生和社会工作"
    R = "R", "文化、体育和娱乐业"
    S = "S", "公共管理、社会保障和社会组织"
    T = "T", "国际组织"


def logo_path(chamber, filename):
    return random_name("logos", ".jpg")


class ChamberQuerySet(models.QuerySet["Chamber"]):
    def active(self):
        return self.filter(state=ChamberState.ACTIVE)

    def public(self):
        """Chambers of the public list."""
        return self.exclude(state=ChamberState.CLOSED)

    def term_overdue(self):
        """Chambers whose present term should have ended."""
        return self.with_present_term(due_on__lt=timezone.localdate())

    def term_due_soon(self):
        """Chambers whose present term ends within six months."""
        today = timezone.localdate()
        soon = today + timedelta(days=183)
        return self.with_present_term(due_on__range=(today, soon))

    def with_present_term(self, **conditions):
        """Chambers whose present term is as the conditions say."""
        terms = ChamberTerm.objects.filter(ended_on__isnull=True, **conditions)
        return self.filter(pk__in=terms.order_by().values("chamber"))

    def led_by(self, user):
        """Chambers whose records this user keeps today, by appointment."""
        posts = Appointment.objects.of_user(user).giving_access()
        own = posts.filter(chamber__isnull=False).values("chamber")
        covered = posts.filter(branch__coverages__isnull=False)
        # A union of keys is found through indexes; OR would read every chamber.
        return self.filter(
            pk__in=own.order_by().union(
                covered.order_by().values("branch__coverages__chamber")
            )
        )

    def visible_to(self, user):
        """All for staff, a township's for the township.

        For a secretary those of a present appointment, for a branch secretary those
        that the branch covers.
        """
        if user.is_staff:
            return self
        if not user.is_active:
            return self.none()
        if user.role == "township":
            return self.filter(township__isnull=False, township=user.township_id)
        if user.role == "branch_secretary":
            posts = Appointment.objects.heading(user)
            return self.filter(pk__in=posts.values("branch__coverages__chamber"))
        return self.led_by(user)


def headed_by(user, *, chamber):
    """Return the posts by which a user heads a branch that covers a chamber."""
    return Appointment.objects.heading(user).filter(branch__coverages__chamber=chamber)


@pghistory.track(exclude=SEARCH_COLUMNS)
class Chamber(DemoMark):
    """A chamber of commerce or trade association of the county.

    Rows are never deleted: a chamber is closed.
    """

    name = models.CharField("商会名称", max_length=60, unique=True)
    short_name = models.CharField("简称", max_length=30, blank=True)
    kind = models.CharField("类型", max_length=10, choices=ChamberKind)
    township = models.ForeignKey(
        "chambers.Region",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"level": "township"},
        related_name="chambers",
        verbose_name="所在乡镇",
        help_text="全县性的商会不填。",
    )
    trades = ArrayField(
        models.CharField(max_length=1, choices=Trade),
        verbose_name="涉及行业",
        default=list,
        blank=True,
        help_text="按国民经济行业分类（GB/T 4754）门类，可多选。",
    )
    credit_code = CreditCodeField()
    state = models.CharField(
        "状态", max_length=10, choices=ChamberState, default=ChamberState.ACTIVE
    )
    founded_on = models.DateField("成立日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    charter_clause = models.CharField(
        "党建入章",
        max_length=10,
        choices=CharterClause,
        default=CharterClause.UNKNOWN,
    )
    charter_adoption = models.CharField(
        "写入方式", max_length=10, choices=CharterAdoption, blank=True
    )
    charter_approved_on = models.DateField("章程核准日期", null=True, blank=True)
    introduction = models.TextField("简介", max_length=2000, blank=True)
    logo = models.ImageField("会徽", upload_to=logo_path, blank=True)
    search_text = SearchTextField("name", "short_name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    objects = ChamberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "商会"
        ordering = ["sort_key", "pk"]
        constraints = [
            *credit_code_constraints(),
            one_of(ChamberKind, "kind", "类型"),
            one_of(ChamberState, "state", "状态"),
            one_of(CharterClause, "charter_clause", "党建入章版本"),
            ends_after_start("founded_on", "closed_on"),
            models.CheckConstraint(
                condition=Q(trades__contained_by=Trade.values),
                name="%(app_label)s_%(class)s_trades_valid",
                violation_error_message="所选涉及行业无效，请重新选择。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ChamberKind.TOWNSHIP) | Q(township__isnull=False),
                name="%(app_label)s_%(class)s_township_known",
                violation_error_message="乡镇商会须填写所在乡镇。",
            ),
            models.CheckConstraint(
                condition=Q(state=ChamberState.CLOSED) | Q(closed_on__isnull=True),
                name="%(app_label)s_%(class)s_closed_has_state",
                violation_error_message="只有已停用的商会才填写停用日期。",
            ),
        ]
        indexes = [
            search_index(),  # chamber list, honour roll, admin
            models.Index(fields=["sort_key", "id"], name="chambers_chamber_by_name"),
        ]
        triggers = life_holds(
            "chambers_appointment",
            "chambers_chamberterm",
            column="chamber_id",
            end="closed_on",
        )

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("public:chamber-detail", args=[self.pk])

    @property
    def trade_labels(self):
        return [Trade(code).label for code in self.trades]


@pghistory.track()
class ChamberTerm(AbstractTerm):
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="terms", verbose_name="商会"
    )

    class Meta:
        verbose_name = verbose_name_plural = "商会届次"
        ordering = ["-started_on", "pk"]
        constraints = term_constraints("chamber")
        triggers = inside_life("term", "chambers_chamber", "chamber_id", "closed_on")
