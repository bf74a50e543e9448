"""Titles that were granted: to whom, by whom, from when and until when."""

import datetime

import pghistory
import pgtrigger
from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Value, When
from django.utils import timezone

from activities.models.course import Site
from activities.models.scheme import (
    HonourLevel,
    SchemeKind,
    SchemeVersion,
    level_rank,
)
from chambers.models import Branch, Chamber
from redleader.records.constraints import Refuse, exactly_one, one_of
from redleader.records.record import DemoMark
from redleader.records.search import (
    WORDS,
    SearchGramsField,
    SearchTextField,
    search,
    search_index,
)


class AwardState(models.TextChoices):
    """What a title is on a day; the dates say it, so nothing is stored."""

    VALID = "valid", "有效"
    DUE = "due", "待复评"
    RENEWED = "renewed", "已再次认定"
    EXPIRED = "expired", "已到期"
    REVOKED = "revoked", "已取消"


HELD_STATES = [AwardState.VALID, AwardState.DUE]
NO_CYCLE = "年度未载明"


# Columns that follow from others: no history, and free of what a revocation keeps.
KEPT = ["search_text", "search_grams", "roll_key", "renewed_on"]


class Months(Func):
    """An interval of so many months."""

    template = "MAKE_INTERVAL(months => %(expressions)s)"
    output_field = models.DurationField()


def state_on(day: datetime.date) -> Case:
    """Return the expression of an award's state on a day."""
    review_from = models.ExpressionWrapper(
        F("valid_until") - Months(F("version__review_months")),
        output_field=models.DateTimeField(),
    )
    return Case(
        When(revoked_on__lte=day, then=Value(AwardState.REVOKED)),
        When(renewed_on__lte=day, then=Value(AwardState.RENEWED)),
        When(valid_until__lt=day, then=Value(AwardState.EXPIRED)),
        When(
            models.lookups.LessThanOrEqual(
                review_from, Value(day, output_field=models.DateField())
            ),
            then=Value(AwardState.DUE),
        ),
        default=Value(AwardState.VALID),
        output_field=models.CharField(),
    )


def has_ended(day: datetime.date) -> Q:
    """Return the condition of neither of ``HELD_STATES`` on a day."""
    return Q(revoked_on__lte=day) | Q(renewed_on__lte=day) | Q(valid_until__lt=day)


class AwardQuerySet(models.QuerySet["Award"]):
    def titles(self):
        """Awards that are titles; praise is not."""
        return self.exclude(version__scheme__kind=SchemeKind.PRAISE)

    def on(self, day=None):
        """What was granted by a day (today), each with its ``state`` on that day.

        A title whose source states no date is on the roll of every day.
        """
        day = day or timezone.localdate()
        known = Q(granted_on__isnull=True) | Q(granted_on__lte=day)
        return self.filter(known).annotate(state=state_on(day))

    def held(self, day=None):
        """Valid or due for review, in terms of columns that the planner knows."""
        return self.on(day).exclude(has_ended(day or timezone.localdate()))

    def ended(self, day=None):
        return self.on(day).filter(has_ended(day or timezone.localdate()))

    def expiring(self, day, *, months):
        """Titles that end within so many months after a day and have no successor."""
        until = day + relativedelta(months=months)
        return self.held(day).filter(
            valid_until__range=(day, until), renewed_on__isnull=True
        )

    def four_goods(self, level):
        return self.filter(version__scheme__kind=SchemeKind.FOUR_GOODS, level=level)

    def any_of(self, *conditions):
        """Awards that match any of the conditions, by a union of keys.

        It uses indexes, where OR would read every award.
        """
        keys = [
            Award.objects.filter(each).order_by().values("pk") for each in conditions
        ]
        return self.filter(pk__in=keys[0].union(*keys[1:]))

    def of_chamber(self, chamber):
        """Awards of a chamber itself, its Party organisations and its sites."""
        return self.any_of(
            Q(chamber=chamber),
            Q(branch__coverages__chamber=chamber),
            Q(site__chamber=chamber),
        )

    def visible_to(self, user):
        """All for staff; for a secretary the awards of the chambers they keep."""
        if user.is_staff:
            return self
        chambers = Chamber.objects.visible_to(user)
        return self.any_of(
            Q(chamber__in=chambers),
            Q(branch__in=Branch.objects.visible_to(user)),
            Q(site__chamber__in=chambers),
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
        """Awards of which each word is in the title or in the recipient's name."""
        found = self.filter()
        recipients = {"chamber": Chamber, "branch": Branch, "site": Site}
        for word in query.replace("\0", "").split()[:WORDS]:
            found = found.any_of(
                Q(pk__in=search(Award.objects.order_by(), word).values("pk")),
                *(
                    Q(**{f"{name}__in": search(model.objects.order_by(), word)})
                    for name, model in recipients.items()
                ),
            )
        return found

    def for_roll(self):
        """In the order of the roll: national first, then by recipient."""
        return (
            self.select_related(
                "version__scheme", "chamber", "branch", "site", "site__chamber"
            )
            .prefetch_related("branch__chambers")
            .defer(*UNREAD)
            .order_by("roll_key", "pk")
        )

    def with_places(self):
        """With the townships of the recipients."""
        return self.select_related(
            "chamber__township", "site__township"
        ).prefetch_related("branch__chambers__township")


# Columns that only searches read, of an award and of its recipient.
UNREAD = [
    f"{path}{column}"
    for path in ("", "chamber__", "branch__", "site__", "site__chamber__")
    for column in ("search_text", "search_grams")
]


@pghistory.track(exclude=KEPT)
class Award(DemoMark):
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
    renews = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="renewal",
        verbose_name="再次认定",
        help_text="上一次的同一称号；再次认定另立一条，原来的保留。",
    )
    revoked_on = models.DateField("取消日期", null=True, blank=True)
    revocation_reason = models.CharField("取消原因", max_length=200, blank=True)
    revocation_document = models.CharField("取消文号", max_length=60, blank=True)
    source = models.CharField("来源", max_length=100, blank=True)
    recorded_on = models.DateField(
        "登记日期", default=timezone.localdate, editable=False
    )
    search_text = SearchTextField("title")
    search_grams = SearchGramsField()
    # Both are kept by a trigger: the day of ``renewal``, and the order of the roll,
    # which is the level, then the recipient's name by pinyin.
    renewed_on = models.DateField("再次认定日期", null=True, editable=False)
    roll_key = models.CharField(
        "榜上次序", max_length=410, db_collation="C", default="", editable=False
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉"
        ordering = ["pk"]
        indexes = [
            search_index(),
            models.Index(fields=["roll_key", "id"], name="activities_award_roll"),
            models.Index(  # the first stop of the roll's rail
                fields=["granted_on"], name="activities_award_granted"
            ),
            # titles that end soon, and whether any has ended
            models.Index(fields=["valid_until", "id"], name="activities_award_until"),
            models.Index(
                fields=["renewed_on"],
                name="activities_award_renewed",
                condition=Q(renewed_on__isnull=False),
            ),
            models.Index(
                fields=["revoked_on"],
                name="activities_award_revoked",
                condition=Q(revoked_on__isnull=False),
            ),
        ]
        constraints = [
            one_of(HonourLevel, "level", "级别"),
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
                    Q(revoked_on__isnull=False)
                    & ~Q(revocation_reason="")
                    & ~Q(revocation_document="")
                )
                | Q(
                    revoked_on__isnull=True,
                    revocation_reason="",
                    revocation_document="",
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
            models.CheckConstraint(
                condition=Q(renews__isnull=True) | Q(granted_on__isnull=False),
                name="%(app_label)s_%(class)s_renewal_dated",
                violation_error_message="再次认定须填写授予日期。",
            ),
        ]
        triggers = [
            Refuse(
                name="renews_its_own",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NEW.renews_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM activities_award former
                    JOIN activities_schemeversion v ON v.id = former.version_id
                    JOIN activities_schemeversion w ON w.id = NEW.version_id
                    WHERE former.id = NEW.renews_id AND former.id <> NEW.id
                        AND v.scheme_id = w.scheme_id AND former.level = NEW.level
                        AND (former.granted_on IS NULL
                            OR former.granted_on < NEW.granted_on)
                        AND former.chamber_id IS NOT DISTINCT FROM NEW.chamber_id
                        AND former.branch_id IS NOT DISTINCT FROM NEW.branch_id
                        AND former.site_id IS NOT DISTINCT FROM NEW.site_id
                )""",
                message="再次认定须是同一获得者、同一项目、同一级别的较早称号。",
            ),
            Refuse(
                name="revocation_stays",
                operation=pgtrigger.Update,
                test=f"""OLD.revoked_on IS NOT NULL AND
                    to_jsonb(NEW) - ARRAY{KEPT} IS DISTINCT FROM
                    to_jsonb(OLD) - ARRAY{KEPT}""",
                message="称号取消后不能恢复，也不能再改；需要恢复的，请重新认定。",
            ),
            pgtrigger.Trigger(
                name="keep_roll",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                    NEW.roll_key := {level_rank("NEW.level")} || coalesce(
                        (SELECT sort_key FROM chambers_chamber
                            WHERE id = NEW.chamber_id),
                        (SELECT sort_key FROM chambers_branch
                            WHERE id = NEW.branch_id),
                        (SELECT sort_key FROM activities_site
                            WHERE id = NEW.site_id),
                        '');
                    NEW.renewed_on := (SELECT granted_on FROM activities_award
                        WHERE renews_id = NEW.id);
                    RETURN NEW;""",
            ),
            pgtrigger.Trigger(
                name="renewal_tells",
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("renews_id", "granted_on")
                | pgtrigger.Delete,
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        UPDATE activities_award SET renewed_on = NULL
                            WHERE id = OLD.renews_id;
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        UPDATE activities_award SET renewed_on = NULL
                            WHERE id = NEW.renews_id;
                    END IF;
                    RETURN NULL;""",
            ),
        ]

    def __str__(self):
        return f"{self.recipient} {self.title}"

    @property
    def recipient(self):
        return self.chamber or self.branch or self.site

    @property
    def chambers(self):
        """The chambers of the recipient: itself, or those of its branch or site."""
        if self.branch_id:
            return list(self.branch.chambers.all())
        chamber = self.chamber or self.site.chamber
        return [chamber] if chamber else []

    @property
    def state_label(self):
        """The word of the state; the query must have asked ``on`` a day."""
        return AwardState(self.state).label

    @property
    def is_held(self):
        return self.state in HELD_STATES

    @property
    def anchor(self):
        return f"award-{self.pk}"
