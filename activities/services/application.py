"""What happens to an application: written, submitted, passed upward, decided."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activities.models import Application, Award, Evidence, EvidenceFile, SchemeLevel
from activities.models.application import (
    CLOSED_ERROR,
    EDITABLE_STATES,
    ApplicationState,
)
from activities.services.assessment import assess, missing
from activities.services.evidence import Typed, keep_evidence, remove_file
from activities.services.holiday import last_of_workdays
from chambers.models import User
from chambers.rights import may_review
from redleader.records import steps
from redleader.records.editing import next_version

DAYS: dict[str, str] = {
    ApplicationState.RECOGNISED: "认定日期"
}  # what the day of a paper is
PUBLICITY_AHEAD = 30  # days from today that a 公示 may begin


def locked(application: Application) -> Application:
    return Application.objects.select_for_update().get(pk=application.pk)


@transaction.atomic
def save_application(
    application: Application,
    *,
    user: User,
    version: int | None = None,
    typed: Mapping[int, Typed] | None = None,
) -> Application:
    """Save a new or changed draft with what is typed by indicator, or nothing.

    Raises EditConflictError when somebody saved it since, and ValidationError when
    it is closed or the title takes no applications.
    """
    if application.pk:
        stored = next_version(application, version)
        if stored.state not in EDITABLE_STATES:
            raise ValidationError(CLOSED_ERROR, code="closed")
    else:
        require_open(application.level)
        application.created_by = user
    application.full_clean()
    application.save()
    for key, row in (typed or {}).items():
        keep_evidence(application, key, row)
    return application


def require_open(level: SchemeLevel) -> None:
    if not SchemeLevel.objects.open(timezone.localdate()).filter(pk=level.pk).exists():
        raise ValidationError("这一称号现在不接受申报。", code="not_open")


@transaction.atomic
def delete_application(application: Application) -> None:
    """Delete a draft that was never submitted, with its papers."""
    application = locked(application)
    if application.state != ApplicationState.DRAFT or application.steps.exists():
        raise ValidationError("只有没有申报过的草稿可以删除。", code="closed")
    for file in EvidenceFile.objects.filter(evidence__application=application):
        remove_file(file)
    application.evidence.all().delete()
    application.delete()


@transaction.atomic
def submit_application(application: Application, *, user: User) -> Application:
    """Hand an application in; the counted values of this day are kept with it."""
    application = locked(application)
    if application.state not in EDITABLE_STATES:
        raise steps.already_done(application)
    if application.state == ApplicationState.DRAFT:
        require_open(application.level)
    if not application.statement.strip():
        raise ValidationError("请填写自评总结后再申报。", code="no_statement")
    goods = assess(application.level, application.chamber, application)
    lacking = missing(goods)
    if lacking:
        words = "；".join(f"{row.criterion}（{row.gap}）" for row in lacking[:5])
        more = f" 等 {len(lacking)} 项" if len(lacking) > 5 else ""
        raise ValidationError(f"必备指标还没有达到：{words}{more}。", code="missing")
    for good in goods:
        for standing in good.standings:
            if standing.rule:
                Evidence.objects.update_or_create(
                    application=application,
                    criterion=standing.criterion,
                    defaults={"value": standing.value},
                )
    changes = {"submitted_by": user, "submitted_at": timezone.now()}
    return steps.take_step(
        application,
        to=ApplicationState.SUBMITTED,
        user=user,
        changes=changes | {"return_reason": "", "return_criteria": []},
    )


def withdraw_application(application: Application, *, user: User) -> Application:
    """Take an application back before anybody has reviewed it."""
    return steps.take_step(application, to=ApplicationState.DRAFT, user=user)


def take_step(
    application: Application,
    *,
    to: str,
    user: User,
    version: int | None = None,
    first: date | None = None,
    criteria: Sequence[int] = (),
    document_on: date | None = None,
    **fields: Any,
) -> Application:
    """Review an application: send it back, pass it on, publicise, grant or refuse it.

    ``criteria`` are the indicators to mend, ``first`` is the day that 公示 begins.
    See ``redleader.records.steps.take_step``; also raises ValidationError without
    the right, and for a review of one's own.
    """
    if not may_review(user):
        raise ValidationError("您没有审核权限。", code="no_right")

    def prepare(row: Application) -> None:
        steps.refuse_own(row, user)
        check_day(row, "document_on", DAYS.get(to, "文件日期"), document_on)
        if to == ApplicationState.RETURNED:
            row.return_reason = fields.get("reason", "").strip()
            row.return_criteria = sorted(criteria)
        elif to == ApplicationState.PUBLICITY and first:
            begin_publicity(row, first)
        elif to == ApplicationState.RECOGNISED and document_on:
            grant(row, on=document_on, paper=fields.get("document_number", ""))

    return steps.take_step(
        application,
        to=to,
        user=user,
        version=version,
        check=prepare,
        document_on=document_on,
        **fields,
    )


def begin_publicity(application: Application, first: date) -> None:
    """Set the days of 公示: as many working days as the version asks for."""
    check_day(application, "first", "公示起", first, ahead=PUBLICITY_AHEAD)
    days = application.level.version.publicity_days
    application.publicity_from = first
    application.publicity_until = last_of_workdays(first, days)


def grant(application: Application, *, on: date, paper: str) -> None:
    """Make the award of a title; it renews the one before if there is one."""
    level = application.level
    recipient = {
        "chamber": None
        if application.branch or application.site
        else application.chamber,
        "branch": application.branch,
        "site": application.site,
    }
    award = Award(
        version=level.version,
        title=level.title,
        level=level.level,
        grantor=level.grantor,
        cycle_label=level.cycle_label,
        document_number=paper,
        granted_on=on,
        valid_until=level.valid_until,
        renews=last_award(level, recipient, before=on),
        source="本系统申报认定",
        is_demo=application.is_demo,
        **recipient,
    )
    award.full_clean()
    award.save()
    application.award, application.decided_on = award, on


def last_award(level: SchemeLevel, recipient: dict, *, before: date) -> Award | None:
    """Return the newest award of the same title family that nothing renews yet."""
    awards = Award.objects.filter(
        **recipient,
        version__scheme=level.version.scheme,
        level=level.level,
        renewal__isnull=True,
        revoked_on__isnull=True,
    ).exclude(granted_on__gte=before)
    return awards.order_by("-granted_on", "-pk").first()


def check_day(
    application: Application, name: str, label: str, day: date | None, ahead: int = 0
) -> None:
    """Refuse a day before the cycle, or more than so many days after today."""
    first, today = application.level.cycle_start, timezone.localdate()
    last = today + timedelta(days=ahead)
    if day and day < first:
        raise ValidationError(
            {name: f"{label}（{day:%Y-%m-%d}）早于周期起（{first:%Y-%m-%d}），请核对。"}
        )
    if day and day > last:
        limit = f" {ahead} 天以后" if ahead else "今天"
        raise ValidationError({name: f"{label}不能晚于{limit}，请核对年份。"})
