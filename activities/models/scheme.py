"""Schemes that grant titles: their versions, levels and criteria are data."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from redleader.records.constraints import Refuse, one_of


class HonourLevel(models.TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCIAL = "provincial", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"


LEVEL_ORDER = {level: order for order, level in enumerate(HonourLevel.values)}


class SchemeKind(models.TextChoices):
    FOUR_GOODS = "four_goods", "“四好”商会"
    PILOT = "pilot", "试点"
    TITLE = "title", "先进和示范称号"
    PRAISE = "praise", "工作肯定"


class RecipientKind(models.TextChoices):
    CHAMBER = "chamber", "商会"
    BRANCH = "branch", "党组织"
    SITE = "site", "基地"


class Proof(models.TextChoices):
    """What shows that an indicator is met."""

    COUNT = "count", "系统计数"
    TEXT = "text", "文字说明"
    FILE = "file", "上传材料"


def chambers_only() -> list[str]:
    return [RecipientKind.CHAMBER]


@pghistory.track()
class Scheme(models.Model):
    """A family of titles, such as 四好商会; 工作肯定 is recorded but is not a title."""

    name = models.CharField("名称", max_length=60, unique=True)
    kind = models.CharField("类别", max_length=12, choices=SchemeKind)

    class Meta:
        verbose_name = verbose_name_plural = "荣誉项目"
        ordering = ["name"]
        constraints = [one_of(SchemeKind, "kind", "类别")]

    def __str__(self):
        return self.name


@pghistory.track()
class SchemeVersion(models.Model):
    """A scheme as one document set it out; its rules change nearly every year."""

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="versions", verbose_name="荣誉项目"
    )
    label = models.CharField("版本", max_length=60, help_text="如年份或办法名称。")
    year = models.PositiveSmallIntegerField(
        "年份",
        null=True,
        blank=True,
        validators=[MinValueValidator(1949), MaxValueValidator(2100)],
    )
    document = models.CharField("实施办法（文件）", max_length=120, blank=True)
    recipient_kinds = ArrayField(
        models.CharField(max_length=10, choices=RecipientKind),
        verbose_name="授予对象",
        default=chambers_only,
    )
    is_open = models.BooleanField("接受申报", default=False)
    apply_until = models.DateField("申报截止", null=True, blank=True)
    publicity_days = models.PositiveSmallIntegerField(
        "公示工作日",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="按“节假日”表计算；办法另有规定的，按规定填写。",
    )
    review_months = models.PositiveSmallIntegerField(
        "到期前几个月起待复评",
        default=6,
        validators=[MinValueValidator(0), MaxValueValidator(24)],
    )
    is_provisional = models.BooleanField(
        "评价标准为草稿",
        default=True,
        help_text="勾选时，申报页面注明“评价标准为草稿，须经主管单位确认”。",
    )
    note = models.TextField("说明", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目版本"
        ordering = ["scheme__name", "-year", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "label"],
                name="%(app_label)s_%(class)s_label_unique",
                violation_error_message="该项目已有同名版本。",
            ),
            models.CheckConstraint(
                condition=Q(recipient_kinds__contained_by=RecipientKind.values)
                & Q(recipient_kinds__len__gt=0),
                name="%(app_label)s_%(class)s_recipients_valid",
                violation_error_message="请选择授予对象：商会、党组织或基地。",
            ),
            models.CheckConstraint(
                condition=Q(publicity_days__range=(1, 60)),
                name="%(app_label)s_%(class)s_publicity_limited",
                violation_error_message="公示工作日应为 1–60 的整数。",
            ),
            models.CheckConstraint(
                condition=Q(review_months__lte=24),
                name="%(app_label)s_%(class)s_review_limited",
                violation_error_message="待复评的月数应为 0–24 的整数。",
            ),
        ]

    def __str__(self):
        return f"{self.scheme} {self.label}"


class SchemeLevelQuerySet(models.QuerySet["SchemeLevel"]):
    def open(self, day):
        """Levels that take applications on a day."""
        return self.filter(version__is_open=True).filter(
            Q(version__apply_until__isnull=True) | Q(version__apply_until__gte=day)
        )

    def in_order(self):
        """The nearest level first: county, city, province, nation."""
        return self.order_by(
            "version__scheme__name", "-version__year", "version", level_order().desc()
        )


def level_order(column: str = "level"):
    """Return the expression that puts the nation first and the county last."""
    return models.Case(
        *(models.When(**{column: name}, then=n) for name, n in LEVEL_ORDER.items()),
        output_field=models.SmallIntegerField(),
    )


def level_rank(column: str) -> str:
    """Return the same order as SQL: one digit."""
    ranks = " ".join(f"WHEN '{name}' THEN {n}" for name, n in LEVEL_ORDER.items())
    return f"(CASE {column} {ranks} ELSE {len(LEVEL_ORDER)} END)::text"


@pghistory.track()
class SchemeLevel(models.Model):
    """What one level grants under a version: its title, who grants it, its cycle."""

    version = models.ForeignKey(
        SchemeVersion, models.CASCADE, related_name="levels", verbose_name="项目版本"
    )
    level = models.CharField("级别", max_length=12, choices=HonourLevel)
    title = models.CharField("称号", max_length=80)
    noun = models.CharField(
        "结果名称",
        max_length=20,
        default="认定",
        help_text="如 认定、优秀案例、试点。",
    )
    grantor = models.CharField("授予单位", max_length=60, blank=True)
    cycle_label = models.CharField(
        "周期", max_length=30, blank=True, help_text="如 2025—2026年度。"
    )
    cycle_start = models.DateField("周期起")
    cycle_end = models.DateField("周期止")
    valid_until = models.DateField(
        "有效期至", null=True, blank=True, help_text="办法没有规定的不填。"
    )

    objects = SchemeLevelQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "级别和周期"
        ordering = ["version", "pk"]
        constraints = [
            one_of(HonourLevel, "level", "级别"),
            models.UniqueConstraint(
                fields=["version", "level"],
                name="%(app_label)s_%(class)s_level_unique",
                violation_error_message="该版本已有这一级别。",
            ),
            models.CheckConstraint(
                condition=Q(cycle_end__gte=F("cycle_start")),
                name="%(app_label)s_%(class)s_cycle_in_order",
                violation_error_message="周期止不能早于周期起。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("cycle_start")),
                name="%(app_label)s_%(class)s_valid_after_start",
                violation_error_message="有效期不能早于周期起。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("workbench:gap-list", args=[self.pk])


# A version whose rules chambers have already followed stays as it was.
IN_USE = """EXISTS (
    SELECT 1 FROM activities_application a
    JOIN activities_schemelevel l ON l.id = a.level_id
    WHERE l.version_id = {row}.version_id AND a.state <> 'draft'
)"""
IN_USE_ERROR = "已有商会按这一版申报，评价标准不能再改；请复制为新版本后修改。"


@pghistory.track()
class Criterion(models.Model):
    """One of the goods (no parent), or an indicator under it.

    ``rule`` is the code of a counting rule; ``target`` is the least value that
    meets it. Points are optional and never official.
    """

    version = models.ForeignKey(
        SchemeVersion, models.CASCADE, related_name="criteria", verbose_name="项目版本"
    )
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name="所属一级指标",
    )
    number = models.PositiveSmallIntegerField("序号", default=1)
    name = models.CharField("名称", max_length=60)
    description = models.CharField("要求", max_length=300, blank=True)
    proof = models.CharField("佐证方式", max_length=8, choices=Proof, blank=True)
    rule = models.CharField("计数口径", max_length=40, blank=True)
    target = models.PositiveIntegerField("最低数", null=True, blank=True)
    points = models.DecimalField(
        "分值", max_digits=5, decimal_places=1, null=True, blank=True
    )
    is_required = models.BooleanField("必备", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "评价标准"
        ordering = ["version", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(parent__isnull=False),
                name="%(app_label)s_%(class)s_name_unique",
                violation_error_message="该一级指标下已有同名的指标。",
            ),
            models.UniqueConstraint(
                fields=["version", "name"],
                condition=Q(parent__isnull=True),
                name="%(app_label)s_%(class)s_good_unique",
                violation_error_message="该版本已有同名的一级指标。",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, proof="", rule="", target=None)
                | Q(parent__isnull=False, proof=Proof.COUNT, target__isnull=False)
                & ~Q(rule="")
                | Q(
                    parent__isnull=False,
                    proof__in=[Proof.TEXT, Proof.FILE],
                    rule="",
                    target=None,
                ),
                name="%(app_label)s_%(class)s_proof_fits",
                violation_error_message="一级指标不填佐证方式；二级指标须选佐证方式，"
                "其中“系统计数”须填计数口径和最低数，其他方式不填。",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0),
                name="%(app_label)s_%(class)s_points_not_negative",
                violation_error_message="分值不能为负。",
            ),
        ]
        triggers = [
            Refuse(
                name="parent_is_good",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NEW.parent_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM activities_criterion p
                    WHERE p.id = NEW.parent_id AND p.version_id = NEW.version_id
                        AND p.parent_id IS NULL
                )""",
                message="所属一级指标须是同一版本的一级指标。",
            ),
            Refuse(
                name="in_use_stays",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=IN_USE.format(row="NEW"),
                message=IN_USE_ERROR,
            ),
            Refuse(
                name="in_use_is_kept",
                operation=pgtrigger.Delete,
                test=IN_USE.format(row="OLD"),
                message=IN_USE_ERROR,
            ),
        ]

    def __str__(self):
        return self.name
