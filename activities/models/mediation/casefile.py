"""The file of a case: its steps, sittings, visits and papers."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from activities.models.mediation.case import MediationCase
from activities.models.mediation.states import (
    CASE_CLOSED,
    INFORMED,
    REASONED,
    CaseState,
)
from redleader.records.constraints import Refuse, one_of
from redleader.records.record import Record
from redleader.records.steps import Step, state_field, step_constraints, steps_stay
from redleader.uploads.storage import random_name


@pghistory.track()
class CaseStep(Step):
    """Who took a case from one state to the next, when and why."""

    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="steps", verbose_name="案件"
    )
    before = state_field(CaseState, "原状态")
    state = state_field(CaseState)
    informed = models.BooleanField("已告知当事人其他救济途径", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "调解办理记录"
        ordering = ["case", "number"]
        constraints = [
            *step_constraints(CaseState, "case"),
            models.CheckConstraint(
                condition=~Q(state__in=REASONED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="不予受理、调解不成、撤回和未履行须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=INFORMED) | Q(informed=True),
                name="%(app_label)s_%(class)s_parties_informed",
                violation_error_message="调解不成或协议未履行，须告知当事人可以通过"
                "仲裁、行政、司法等途径维护权利（人民调解法第二十六条、第三十一条）。",
            ),
        ]
        triggers = steps_stay()

    @property
    def detail(self):
        told = "已告知当事人可以通过仲裁、行政、司法等途径维护权利。"
        return told if self.informed else ""


@pghistory.track()
class CaseSession(Record):
    """调解记录: one sitting of a mediation."""

    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="sessions", verbose_name="案件"
    )
    held_on = models.DateField("调解日期", default=timezone.localdate)
    place = models.CharField("地点", max_length=60, blank=True)
    text = models.TextField("调解记录", max_length=4000)

    class Meta:
        verbose_name = verbose_name_plural = "调解记录"
        ordering = ["held_on", "pk"]
        triggers = [
            Refuse(
                name="case_is_open",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase c
                    WHERE c.id = NEW.case_id AND (
                        c.accepted_on IS NULL OR c.state = 'archived'
                        OR NEW.held_on < c.accepted_on
                    )
                )""",
                message="调解记录写在受理以后、归档以前，日期不能早于受理日期。",
            )
        ]

    def __str__(self):
        return f"{self.held_on} 调解"

    def get_absolute_url(self):
        return f"{self.case.get_absolute_url()}#sessions"


@pghistory.track()
class CaseVisit(Record):
    """回访: how an agreement is performed."""

    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="visits", verbose_name="案件"
    )
    visited_on = models.DateField("回访日期", default=timezone.localdate)
    result = models.TextField("回访情况", max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        ordering = ["visited_on", "pk"]
        triggers = [
            Refuse(
                name="case_has_agreement",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase c
                    WHERE c.id = NEW.case_id AND (
                        c.effective_on IS NULL OR c.state = 'archived'
                        OR NEW.visited_on < c.effective_on
                    )
                )""",
                message="回访在达成协议以后、归档以前登记，日期不能早于协议生效日期。",
            )
        ]

    def __str__(self):
        return f"{self.visited_on} 回访"

    def get_absolute_url(self):
        return f"{self.case.get_absolute_url()}#visits"


class PaperKind(models.TextChoices):
    AGREEMENT = "agreement", "调解协议书"
    APPLICATION = "application", "申请书"
    EVIDENCE = "evidence", "证据材料"
    CONFIRMATION = "confirmation", "司法确认材料"
    OTHER = "other", "其他"


def case_paper_path(paper, filename):
    return random_name("mediation", ".pdf" if paper.is_pdf else ".jpg")


@pghistory.track()
class CasePaper(models.Model):
    """A scan or PDF in the file of a case; internal."""

    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="papers", verbose_name="案件"
    )
    kind = models.CharField("材料", max_length=12, choices=PaperKind)
    file = models.FileField("文件", upload_to=case_paper_path, editable=False)
    name = models.CharField("文件名", max_length=100)
    is_pdf = models.BooleanField("PDF", default=False)
    size = models.PositiveIntegerField("字节", editable=False)
    sha256 = models.CharField("原件摘要", max_length=64, editable=False)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "案卷材料"
        ordering = ["pk"]
        constraints = [
            one_of(PaperKind, "kind", "材料"),
            models.UniqueConstraint(
                fields=["case", "sha256"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这份材料已在本案上传过，未重复保存。",
            ),
        ]
        triggers = [
            Refuse(
                name="file_is_archived",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase c
                    WHERE c.id = NEW.case_id AND c.state = 'archived'
                )""",
                message="案件已归档，不能再添加或修改材料。",
            ),
            Refuse(
                name="paper_stays",
                operation=pgtrigger.Delete,
                test=CASE_CLOSED.format(row="OLD"),
                message="该案件已有结果，材料不能删除。",
            ),
        ]

    def __str__(self):
        return self.name
