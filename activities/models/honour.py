"""Titles: the schemes that grant them and the awards that were made."""

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from activities.models.course import Site
from chambers.models import Branch, Chamber
from redleader.constraints import exactly_one, one_of
from redleader.search import search


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


class AwardState(models.TextChoices):
    VALID = "valid", "有效"
    EXPIRED = "expired", "已到期"
    REVOKED = "revoked", "已取消"


@pghistory.track()
class Scheme(models.Model):
    """A family of titles, such as 四好商会; praise is kept but is no title."""

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
    document = models.CharField("依据文件", max_length=120, blank=True)
    note = models.TextField("说明", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目版本"
        ordering = ["scheme__name", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "label"],
                name="%(app_label)s_%(class)s_label_unique",
                violation_error_message="该项目已有同名版本。",
            )
        ]

    def __str__(self):
        return f"{self.scheme} {self.label}"


class AwardQuerySet(models.QuerySet["Award"]):
    def titles(self):
        """Awards that are titles; praise is not."""
        return self.exclude(version__scheme__kind=SchemeKind.PRAISE)

    def held(self):
        return self.filter(state=AwardState.VALID)

    def four_goods(self, level):
        return self.filter(version__scheme__kind=SchemeKind.FOUR_GOODS, level=level)

    def of_chamber(self, chamber):
        """Awards of a chamber itself, its Party organisations and its sites."""
        return self.filter(
            Q(chamber=chamber)
            | Q(branch__coverages__chamber=chamber)
            | Q(site__chamber=chamber)
        ).distinct()

    def visible_to(self, user):
        """All for staff; for a secretary the awards of the chambers they keep."""
        if user.is_staff:
            return self
        chambers = Chamber.objects.visible_to(user)
        return self.filter(
            Q(chamber__in=chambers)
            | Q(branch__in=Branch.objects.visible_to(user))
            | Q(site__chamber__in=chambers)
        )

    def in_township(self, township):
        """Awards whose recipient belongs to a township."""
        covered = Branch.objects.filter(
            pk=OuterRef("branch"), chambers__township=township
        )
        return self.filter(
            Q(chamber__township=township) | Q(site__township=township) | Exists(covered)
        )

    def search(self, query):
        """Awards whose recipient's name, pinyin or initials match."""
        found = self.none()
        for recipient in ("chamber__", "branch__", "site__"):
            found |= search(self.filter(), query, prefix=recipient)
        return found

    def for_roll(self):
        """In the order of the roll: national first, then by recipient."""
        return (
            self.select_related(
                "version__scheme", "chamber__township", "branch", "site__township"
            )
            .annotate(
                level_order=models.Case(
                    *(
                        models.When(level=level, then=order)
                        for level, order in LEVEL_ORDER.items()
                    )
                ),
                recipient_key=Coalesce(
                    "chamber__sort_key", "branch__sort_key", "site__sort_key"
                ),
            )
            .order_by("level_order", "recipient_key", "pk")
        )


@pghistory.track()
class Award(models.Model):
    """A title that an authority gave to a chamber, a Party organisation or a site.

    Rows are never deleted: a title expires, or is revoked with its reason.
    """

    version = models.ForeignKey(
        SchemeVersion, models.PROTECT, related_name="awards", verbose_name="项目版本"
    )
    title = models.CharField("称号", max_length=80)
    level = models.CharField("级别", max_length=12, choices=HonourLevel)
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name="商会",
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name="党组织",
    )
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name="基地",
    )
    grantor = models.CharField(
        "授予单位", max_length=60, blank=True, help_text="来源未载明时不填。"
    )
    document_number = models.CharField("文号", max_length=60, blank=True)
    batch = models.CharField("批次", max_length=30, blank=True)
    cycle_label = models.CharField(
        "周期",
        max_length=30,
        blank=True,
        help_text="如 2021—2022年度；来源未载明时不填，页面显示“年度未载明”。",
    )
    granted_on = models.DateField("授予日期", null=True, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=AwardState, default=AwardState.VALID
    )
    revoked_on = models.DateField("取消日期", null=True, blank=True)
    revocation_reason = models.CharField("取消原因", max_length=200, blank=True)
    revocation_document = models.CharField("取消文号", max_length=60, blank=True)
    source = models.CharField("来源", max_length=100, blank=True)
    recorded_on = models.DateField(
        "登记日期", default=timezone.localdate, editable=False
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉"
        ordering = ["pk"]
        constraints = [
            one_of(HonourLevel, "level", "级别"),
            one_of(AwardState, "state", "状态"),
            exactly_one(
                "chamber",
                "branch",
                "site",
                name="one_recipient",
                message="获得者须从商会、党组织、基地中填写一个，且只能填写一个。",
            ),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="%(app_label)s_%(class)s_title_given",
                violation_error_message="请填写称号。",
            ),
            models.CheckConstraint(
                condition=Q(granted_on__isnull=True)
                | Q(granted_on__lte=F("recorded_on")),
                name="%(app_label)s_%(class)s_granted_in_past",
                violation_error_message="授予日期不能晚于登记日期。",
            ),
            models.CheckConstraint(
                condition=Q(granted_on__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("granted_on")),
                name="%(app_label)s_%(class)s_valid_after_granted",
                violation_error_message="有效期不能早于授予日期。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=AwardState.REVOKED, revoked_on__isnull=False)
                    & ~Q(revocation_reason="")
                    & ~Q(revocation_document="")
                )
                | (
                    ~Q(state=AwardState.REVOKED)
                    & Q(
                        revoked_on__isnull=True,
                        revocation_reason="",
                        revocation_document="",
                    )
                ),
                name="%(app_label)s_%(class)s_revocation_complete",
                violation_error_message="取消称号须填写取消日期、原因和文号。",
            ),
            models.CheckConstraint(
                condition=Q(granted_on__isnull=True)
                | Q(revoked_on__isnull=True)
                | Q(revoked_on__gte=F("granted_on")),
                name="%(app_label)s_%(class)s_revoked_after_granted",
                violation_error_message="取消日期不能早于授予日期。",
            ),
        ]

    def __str__(self):
        return f"{self.recipient} {self.title}"

    @property
    def recipient(self):
        return self.chamber or self.branch or self.site
