"""Applications for a title: from the chamber's own assessment to the decision."""

import secrets

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from activities.models.certificate import ALPHABET
from activities.models.course import Site
from activities.models.honour import Award
from activities.models.scheme import (
    Criterion,
    HonourLevel,
    RecipientKind,
    SchemeLevel,
)
from chambers.models import Branch, Chamber
from redleader.records.constraints import (
    Refuse,
    one_of,
    sql_list,
)
from redleader.records.record import DemoMark, Record, Sent, Written
from redleader.uploads.storage import random_name


class ApplicationState(models.TextChoices):
    """domain.md 1.5; the steps above the county are recorded by staff."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已申报，待县审核"
    RETURNED = "returned", "退回"
    COUNTY = "county", "县审核通过"
    CITY = "city", "市审核通过"
    PROVINCE = "province", "省审核通过"
    NATION = "nation", "国家评审通过"
    PUBLICITY = "publicity", "公示"
    RECOGNISED = "recognised", "认定"
    FAILED = "failed", "未通过"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    ApplicationState.DRAFT: [ApplicationState.SUBMITTED],
    ApplicationState.SUBMITTED: [
        ApplicationState.DRAFT,
        ApplicationState.RETURNED,
        ApplicationState.COUNTY,
        ApplicationState.FAILED,
    ],
    ApplicationState.RETURNED: [ApplicationState.SUBMITTED],
    ApplicationState.COUNTY: [
        ApplicationState.CITY,
        ApplicationState.PUBLICITY,
        ApplicationState.FAILED,
    ],
    ApplicationState.CITY: [
        ApplicationState.PROVINCE,
        ApplicationState.PUBLICITY,
        ApplicationState.FAILED,
    ],
    ApplicationState.PROVINCE: [
        ApplicationState.NATION,
        ApplicationState.PUBLICITY,
        ApplicationState.FAILED,
    ],
    ApplicationState.NATION: [ApplicationState.PUBLICITY, ApplicationState.FAILED],
    ApplicationState.PUBLICITY: [
        ApplicationState.RECOGNISED,
        ApplicationState.FAILED,
    ],
    ApplicationState.RECOGNISED: [],
    ApplicationState.FAILED: [],
}
# The state in which the level that grants the title has passed it.
PASSED = {
    HonourLevel.COUNTY: ApplicationState.COUNTY,
    HonourLevel.CITY: ApplicationState.CITY,
    HonourLevel.PROVINCIAL: ApplicationState.PROVINCE,
    HonourLevel.NATIONAL: ApplicationState.NATION,
}
LADDER = list(PASSED.values())
EDITABLE_STATES = [ApplicationState.DRAFT, ApplicationState.RETURNED]
# Steps that rest on a paper of an authority.
DOCUMENTED = [*LADDER[1:], ApplicationState.PUBLICITY, ApplicationState.RECOGNISED]
REVIEW_STATES = [
    *LADDER,
    ApplicationState.RETURNED,
    ApplicationState.PUBLICITY,
    ApplicationState.RECOGNISED,
    ApplicationState.FAILED,
]
CLOSED_ERROR = "该申报已提交审核，不能修改；如需更正请先“撤回”。"


def legal_steps() -> str:
    """Return SQL that tells whether a step is in the table and fits the level.

    A step above the level of the title is refused, and so is 公示 before it.
    """
    passes = []
    for old, news in TRANSITIONS.items():
        for new in news:
            test = f"OLD.state = '{old.value}' AND NEW.state = '{new.value}'"
            if new in LADDER[1:]:
                levels = list(PASSED)[LADDER.index(new) :]
                test += f" AND granting IN ({sql_list(levels)})"
            elif new == ApplicationState.PUBLICITY:
                level = next(key for key, state in PASSED.items() if state == old)
                test += f" AND granting = '{level.value}'"
            passes.append(f"({test})")
    return " OR ".join(passes)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the chambers they keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def waiting(self):
        return self.filter(state=ApplicationState.SUBMITTED)

    def in_publicity(self, day):
        """Applications that are under 公示 on a day."""
        return self.filter(
            state=ApplicationState.PUBLICITY,
            publicity_from__lte=day,
            publicity_until__gte=day,
        )

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related(
            "level__version__scheme", "chamber__township", "branch", "site"
        )


@pghistory.track()
class Application(Record, Written, DemoMark):
    """A chamber's application for one title, for itself, its branch or its site.

    ``state`` changes only together with a row of ``ApplicationStep``.
    """

    level = models.ForeignKey(
        SchemeLevel, models.PROTECT, related_name="applications", verbose_name="称号"
    )
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="applications", verbose_name="申报商会"
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="党组织",
    )
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="基地",
    )
    statement = models.TextField("自评总结", max_length=2000, blank=True)
    state = models.CharField(
        "状态",
        max_length=12,
        choices=ApplicationState,
        default=ApplicationState.DRAFT,
        editable=False,
    )
    publicity_from = models.DateField("公示起", null=True, editable=False)
    publicity_until = models.DateField("公示止", null=True, editable=False)
    decided_on = models.DateField("认定日期", null=True, editable=False)
    award = models.OneToOneField(
        Award,
        models.PROTECT,
        null=True,
        related_name="application",
        editable=False,
        verbose_name="荣誉",
    )
    submitted_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="submitted_applications",
        editable=False,
        verbose_name="申报人",
    )
    submitted_at = models.DateTimeField("申报时间", null=True, editable=False)
    return_reason = models.CharField(
        "退回原因", max_length=300, blank=True, editable=False
    )
    return_criteria = ArrayField(
        models.BigIntegerField(),
        verbose_name="需要补正的指标",
        default=list,
        blank=True,
        editable=False,
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉申报"
        ordering = ["-pk"]
        constraints = [
            one_of(ApplicationState, "state", "状态"),
            models.CheckConstraint(
                condition=Q(branch__isnull=True) | Q(site__isnull=True),
                name="%(app_label)s_%(class)s_one_recipient",
                violation_error_message="申报对象只能是党组织或基地中的一个。",
            ),
            models.UniqueConstraint(
                fields=["level", "chamber"],
                condition=Q(branch__isnull=True, site__isnull=True),
                name="%(app_label)s_%(class)s_one_of_chamber",
                violation_error_message="该商会已有这一称号的申报，请在原申报上继续。",
            ),
            models.UniqueConstraint(
                fields=["level", "branch"],
                condition=Q(branch__isnull=False),
                name="%(app_label)s_%(class)s_one_of_branch",
                violation_error_message="该党组织已有这一称号的申报，请在原申报上继续。",
            ),
            models.UniqueConstraint(
                fields=["level", "site"],
                condition=Q(site__isnull=False),
                name="%(app_label)s_%(class)s_one_of_site",
                violation_error_message="该基地已有这一称号的申报，请在原申报上继续。",
            ),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.DRAFT)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False)
                & ~Q(statement=""),
                name="%(app_label)s_%(class)s_submission_signed",
                violation_error_message="请填写自评总结后再申报。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.RETURNED) | ~Q(return_reason=""),
                name="%(app_label)s_%(class)s_return_has_reason",
                violation_error_message="退回须写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(publicity_from__isnull=True, publicity_until__isnull=True)
                | Q(publicity_until__gte=F("publicity_from")),
                name="%(app_label)s_%(class)s_publicity_in_order",
                violation_error_message="公示止不能早于公示起。",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[ApplicationState.PUBLICITY, ApplicationState.RECOGNISED]
                )
                | Q(publicity_from__isnull=False, publicity_until__isnull=False),
                name="%(app_label)s_%(class)s_publicity_dated",
                violation_error_message="公示须有起止日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.RECOGNISED)
                | Q(award__isnull=False, decided_on__gt=F("publicity_until")),
                name="%(app_label)s_%(class)s_decided_after_publicity",
                violation_error_message="公示期满后才能认定，认定日期须晚于公示止。",
            ),
        ]
        triggers = [
            Refuse(
                name="begins_as_draft",
                operation=pgtrigger.Insert,
                test="NEW.state <> 'draft'",
                message="新的申报须从草稿开始。",
            ),
            Refuse(
                name="legal_step",
                operation=pgtrigger.Update,
                declare=[("granting", "text")],
                before="""SELECT l.level INTO granting FROM activities_schemelevel l
                    WHERE l.id = NEW.level_id;""",
                test=f"NEW.state <> OLD.state AND NOT ({legal_steps()})",
                message="申报的状态已经改变，或不能越级办理。",
            ),
            Refuse(
                name="step_is_written",
                operation=pgtrigger.Update,
                test="""NEW.state <> OLD.state AND NOT EXISTS (
                    SELECT 1 FROM activities_applicationstep s
                    WHERE s.application_id = NEW.id AND s.number = NEW.version
                        AND s.before = OLD.state AND s.state = NEW.state
                )""",
                message="状态改变须同时记下办理的人、时间和依据。",
            ),
            Refuse(
                name="objections_are_answered",
                operation=pgtrigger.Update,
                test="""NEW.state = 'recognised' AND OLD.state <> 'recognised'
                    AND EXISTS (
                        SELECT 1 FROM activities_objection o
                        WHERE o.application_id = NEW.id AND o.answered_at IS NULL
                    )""",
                message="还有异议没有答复，不能认定。",
            ),
            Refuse(
                name="content_is_closed",
                operation=pgtrigger.Update,
                test=f"""OLD.state NOT IN ({sql_list(EDITABLE_STATES)}) AND (
                    NEW.statement <> OLD.statement
                    OR NEW.level_id <> OLD.level_id
                    OR NEW.chamber_id <> OLD.chamber_id
                    OR NEW.branch_id IS DISTINCT FROM OLD.branch_id
                    OR NEW.site_id IS DISTINCT FROM OLD.site_id
                )""",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="recipient_fits",
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("kinds", "text[]")],
                before="""SELECT v.recipient_kinds INTO kinds
                    FROM activities_schemelevel l
                    JOIN activities_schemeversion v ON v.id = l.version_id
                    WHERE l.id = NEW.level_id;""",
                test="""NOT (CASE WHEN NEW.branch_id IS NOT NULL THEN 'branch'
                    WHEN NEW.site_id IS NOT NULL THEN 'site'
                    ELSE 'chamber' END = ANY(kinds))""",
                message="该称号不授予这一类对象，请重新选择。",
            ),
            Refuse(
                name="only_drafts_go",
                operation=pgtrigger.Delete,
                test="OLD.state <> 'draft'",
                message="只有草稿可以删除。",
            ),
        ]
        indexes = [
            # list of staff, newest first
            models.Index(
                fields=["-created_at", "-id"], name="activities_application_newest"
            ),
            # list of a chamber in the workbench
            models.Index(
                fields=["chamber", "-id"], name="activities_application_chamber"
            ),
            # public lists of 公示, newest first
            models.Index(
                fields=["-publicity_until", "-id"],
                name="activities_application_past",
                condition=Q(publicity_until__isnull=False),
            ),
            # 公示 that goes on
            models.Index(
                fields=["publicity_until"],
                name="activities_application_public",
                condition=Q(state=ApplicationState.PUBLICITY),
            ),
        ]

    def __str__(self):
        return f"{self.recipient} {self.level.title}"

    def get_absolute_url(self):
        return reverse("workbench:application-detail", args=[self.pk])

    @property
    def recipient(self):
        """Who would hold the title."""
        return self.branch or self.site or self.chamber

    @property
    def recipient_kind(self):
        if self.branch_id:
            return RecipientKind.BRANCH
        return RecipientKind.SITE if self.site_id else RecipientKind.CHAMBER

    @property
    def is_editable(self):
        return self.state in EDITABLE_STATES

    @property
    def is_waiting(self):
        return self.state == ApplicationState.SUBMITTED

    @property
    def is_closed(self):
        return not TRANSITIONS[ApplicationState(self.state)]

    @property
    def next_states(self):
        """The steps that the state and the level of the title allow."""
        passed = PASSED[HonourLevel(self.level.level)]
        state = ApplicationState(self.state)
        steps = []
        for step in TRANSITIONS[state]:
            above = step in LADDER and LADDER.index(step) > LADDER.index(passed)
            early = step == ApplicationState.PUBLICITY and state != passed
            if not above and not early:
                steps.append(step)
        return steps


@pghistory.track()
class ApplicationStep(models.Model):
    """Who took an application from one state to the next, when, and on what paper."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="steps", verbose_name="申报"
    )
    number = models.PositiveIntegerField("序号", editable=False)
    before = models.CharField("原状态", max_length=12, choices=ApplicationState)
    state = models.CharField("状态", max_length=12, choices=ApplicationState)
    by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        related_name="application_steps",
        verbose_name="办理人",
    )
    at = models.DateTimeField("办理时间")
    document_number = models.CharField("文件（文号）", max_length=80, blank=True)
    document_on = models.DateField("文件日期", null=True, blank=True)
    opinion = models.CharField("意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["application", "number"]
        constraints = [
            one_of(ApplicationState, "before", "原状态"),
            one_of(ApplicationState, "state", "状态"),
            models.UniqueConstraint(
                fields=["application", "number"],
                name="%(app_label)s_%(class)s_number_unique",
                violation_error_message="该申报刚刚由他人办理，请刷新后再试。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DOCUMENTED)
                | ~Q(document_number="") & Q(document_on__isnull=False),
                name="%(app_label)s_%(class)s_documented",
                violation_error_message="这一步须填写文件（文号）和文件日期。",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[ApplicationState.RETURNED, ApplicationState.FAILED]
                )
                | ~Q(opinion=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="退回和未通过须写明原因。",
            ),
        ]
        triggers = [
            Refuse(
                name="not_own_review",
                operation=pgtrigger.Insert,
                test=f"""NEW.state IN ({sql_list(REVIEW_STATES)}) AND EXISTS (
                    SELECT 1 FROM activities_application a
                    WHERE a.id = NEW.application_id
                        AND NEW.by_id IN (a.created_by_id, a.submitted_by_id)
                )""",
                message="不得审核本人提交的申请。",
            ),
            Refuse(
                name="step_stays",
                operation=pgtrigger.Update,
                test="TRUE",
                message="办理记录不能改动。",
            ),
        ]

    def __str__(self):
        return f"{self.application} {self.get_state_display()}"


def closed_to(row: str) -> str:
    """Return SQL: the application of this evidence takes no more changes."""
    return f"""EXISTS (
        SELECT 1 FROM activities_application a
        WHERE a.id = {row}.application_id
            AND a.state NOT IN ({sql_list(EDITABLE_STATES)})
    )"""


@pghistory.track()
class Evidence(models.Model):
    """What an application brings for one indicator.

    ``value`` is what the counting rule gave at the last submission.
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="evidence", verbose_name="申报"
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="evidence", verbose_name="指标"
    )
    text = models.TextField("说明", max_length=1000, blank=True)
    points = models.DecimalField(
        "自评分", max_digits=5, decimal_places=1, null=True, blank=True
    )
    value = models.PositiveIntegerField("申报时的数", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "佐证"
        ordering = ["application", "criterion"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "criterion"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这项指标已有佐证。",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0),
                name="%(app_label)s_%(class)s_points_not_negative",
                violation_error_message="自评分不能为负。",
            ),
        ]
        triggers = [
            Refuse(
                name="evidence_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=closed_to("NEW"),
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="evidence_stays",
                operation=pgtrigger.Delete,
                test=closed_to("OLD"),
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="criterion_fits",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NOT EXISTS (
                    SELECT 1 FROM activities_criterion c
                    JOIN activities_application a ON a.id = NEW.application_id
                    JOIN activities_schemelevel l ON l.id = a.level_id
                    WHERE c.id = NEW.criterion_id AND c.version_id = l.version_id
                        AND c.parent_id IS NOT NULL
                )""",
                message="这项指标不属于所申报的项目版本。",
            ),
        ]

    def __str__(self):
        return f"{self.criterion}"


def file_closed_to(row: str) -> str:
    """Return SQL: the application of this file takes no more changes."""
    return f"""EXISTS (
        SELECT 1 FROM activities_evidence e
        JOIN activities_application a ON a.id = e.application_id
        WHERE e.id = {row}.evidence_id
            AND a.state NOT IN ({sql_list(EDITABLE_STATES)})
    )"""


def evidence_path(file, filename):
    return random_name("evidence", ".pdf" if file.is_pdf else ".jpg")


@pghistory.track()
class EvidenceFile(models.Model):
    """A picture or PDF that shows an indicator; internal."""

    evidence = models.ForeignKey(
        Evidence, models.CASCADE, related_name="files", verbose_name="佐证"
    )
    file = models.FileField("文件", upload_to=evidence_path, editable=False)
    name = models.CharField("文件名", max_length=100)
    is_pdf = models.BooleanField("PDF", default=False)
    size = models.PositiveIntegerField("字节", editable=False)
    sha256 = models.CharField("原件摘要", max_length=64, editable=False)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "sha256"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这份材料已在这项指标下上传过，未重复保存。",
            )
        ]
        triggers = [
            Refuse(
                name="file_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=file_closed_to("NEW"),
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="file_stays",
                operation=pgtrigger.Delete,
                test=file_closed_to("OLD"),
                message=CLOSED_ERROR,
            ),
        ]

    def __str__(self):
        return self.name


def new_receipt() -> str:
    return "YY" + "".join(secrets.choice(ALPHABET) for _ in range(10))


class Outcome(models.TextChoices):
    UPHELD = "upheld", "异议成立"
    REJECTED = "rejected", "异议不成立"


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self):
        return self.filter(answered_at__isnull=True)


@pghistory.track()
class Objection(Sent, DemoMark):
    """What somebody of the public says against a title under 公示; internal.

    The receipt lets the writer read the answer; name and contact are never shown.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="objections", verbose_name="申报"
    )
    receipt = models.CharField(
        "回执编号", max_length=12, unique=True, default=new_receipt, editable=False
    )
    content = models.TextField("异议内容", max_length=1000)
    name = models.CharField("姓名或单位", max_length=40, blank=True)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    submitted_at = models.DateTimeField("提出时间", auto_now_add=True)
    outcome = models.CharField(
        "处理结果", max_length=10, choices=Outcome, blank=True, editable=False
    )
    answer = models.TextField("答复", max_length=500, blank=True, editable=False)
    answered_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="answered_objections",
        editable=False,
        verbose_name="答复人",
    )
    answered_at = models.DateTimeField("答复时间", null=True, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(content=""),
                name="%(app_label)s_%(class)s_content_given",
                violation_error_message="请填写异议内容。",
            ),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True,
                    answered_by__isnull=True,
                    outcome="",
                    answer="",
                )
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    outcome__in=Outcome.values,
                )
                & ~Q(answer=""),
                name="%(app_label)s_%(class)s_answer_complete",
                violation_error_message="答复须填写处理结果和答复内容。",
            ),
        ]
        triggers = [
            Refuse(
                name="only_in_publicity",
                operation=pgtrigger.Insert,
                test="""NOT EXISTS (
                    SELECT 1 FROM activities_application a
                    WHERE a.id = NEW.application_id AND a.state = 'publicity'
                )""",
                message="公示期以外不能提出异议。",
            ),
            Refuse(
                name="answer_stays",
                operation=pgtrigger.Update,
                test="""OLD.answered_at IS NOT NULL AND (
                    NEW.answer <> OLD.answer OR NEW.outcome <> OLD.outcome
                    OR NEW.answered_at IS DISTINCT FROM OLD.answered_at
                )""",
                message="该异议已经答复，不能再改。",
            ),
            Refuse(
                name="content_stays",
                operation=pgtrigger.Update,
                test="NEW.content <> OLD.content"
                " OR NEW.application_id <> OLD.application_id",
                message="异议的内容不能改动。",
            ),
        ]

    def __str__(self):
        return self.receipt
