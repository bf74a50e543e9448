"""What happens to an application: written, submitted, passed upward, decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from activities.counting import RULES, CountingRule, Scope
from activities.models import (
    Application,
    ApplicationStep,
    Award,
    Criterion,
    Evidence,
    EvidenceFile,
    Objection,
    SchemeLevel,
)
from activities.models.application import (
    CLOSED_ERROR,
    EDITABLE_STATES,
    ApplicationState,
)
from activities.models.scheme import Proof
from activities.services.holiday import last_of_workdays
from chambers.models import Chamber, User
from chambers.rights import may_review
from redleader.records.forms import EditConflictError
from redleader.uploads.papers import clean_paper

MAX_FILES = 10  # of one indicator
PUBLICITY_AHEAD = 30  # days from today that a 公示 may begin


@dataclass(frozen=True)
class Typed:
    """What a form brings for one indicator."""

    text: str = ""
    points: Decimal | None = None


@dataclass(frozen=True)
class Standing:
    """One indicator of a level: what is asked, what is there, whether it is met.

    ``value`` is counted now, ``submitted_value`` stood at the last submission; both
    are None for indicators that are not counted.
    """

    criterion: Criterion
    evidence: Evidence | None
    rule: CountingRule | None
    value: int | None
    files: list[EvidenceFile]

    @property
    def is_met(self) -> bool:
        match self.criterion.proof:
            case Proof.COUNT:
                return (self.value or 0) >= (self.criterion.target or 0)
            case Proof.FILE:
                return bool(self.files)
            case _:
                return bool(self.evidence and self.evidence.text)

    @property
    def is_missing(self) -> bool:
        return self.criterion.is_required and not self.is_met

    @property
    def lacks(self) -> int:
        """How many are still to come, for a counted indicator."""
        return max(0, (self.criterion.target or 0) - (self.value or 0))

    @property
    def submitted_value(self) -> int | None:
        return self.evidence.value if self.evidence else None

    @property
    def has_moved(self) -> bool:
        """The number is no longer what stood in the submission."""
        return self.submitted_value is not None and self.submitted_value != self.value

    @property
    def words(self) -> str:
        return self.rule.words(self.value) if self.rule else ""

    @property
    def submitted_words(self) -> str:
        return self.rule.words(self.submitted_value) if self.rule else ""

    @property
    def demand(self) -> str:
        """What is asked, as it follows the number; a plain yes needs no words."""
        if not self.rule or self.rule.is_yes_no:
            return ""
        return f"，要求不少于 {self.criterion.target} {self.rule.unit}"

    @property
    def gap(self) -> str:
        """What is missing, in words; empty when nothing is."""
        if self.is_met:
            return ""
        if self.criterion.proof == Proof.FILE:
            return "还没有上传材料"
        if self.criterion.proof == Proof.TEXT:
            return "还没有填写说明"
        if not self.rule:
            return "计数口径已停用，请联系管理员"
        if self.rule.is_yes_no:
            return "还没有达到"
        return f"还差 {self.lacks} {self.rule.unit}"


@dataclass(frozen=True)
class Good:
    """One of the goods with the standing of its indicators."""

    criterion: Criterion
    standings: list[Standing]

    @property
    def met(self) -> int:
        return sum(standing.is_met for standing in self.standings)


def scope_of(level: SchemeLevel, chamber: Chamber) -> Scope:
    """Return the days of a cycle that have passed, of one chamber."""
    last = min(level.cycle_end, timezone.localdate())
    return Scope(level.cycle_start, max(last, level.cycle_start), chamber)


def assess(
    level: SchemeLevel, chamber: Chamber, application: Application | None = None
) -> list[Good]:
    """Return the goods of a level and how a chamber stands with each indicator."""
    scope = scope_of(level, chamber)
    criteria = list(level.version.criteria.all())
    found = {}
    if application:
        rows = application.evidence.prefetch_related("files")
        found = {row.criterion_id: row for row in rows}
    values = {
        code: RULES[code].count(scope) for code in {c.rule for c in criteria} & {*RULES}
    }
    return [
        Good(
            good,
            [
                Standing(
                    criterion,
                    found.get(criterion.pk),
                    RULES.get(criterion.rule),
                    values.get(criterion.rule),
                    list(found[criterion.pk].files.all())
                    if criterion.pk in found
                    else [],
                )
                for criterion in criteria
                if criterion.parent_id == good.pk
            ],
        )
        for good in criteria
        if good.parent_id is None
    ]


def missing(goods: list[Good]) -> list[Standing]:
    """Return the required indicators that are not met."""
    return [row for good in goods for row in good.standings if row.is_missing]


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
        stored = locked(application)
        if version != stored.version:
            raise EditConflictError(stored)
        if stored.state not in EDITABLE_STATES:
            raise ValidationError(CLOSED_ERROR, code="closed")
        application.version = stored.version + 1
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


def keep_evidence(application: Application, criterion: int, typed: Typed) -> Evidence:
    """Keep what is typed for one indicator; untouched ones get no row."""
    evidence = Evidence.objects.filter(
        application=application, criterion=criterion
    ).first()
    if evidence is None:
        evidence = Evidence(application=application, criterion_id=criterion)
        if typed == Typed():
            return evidence
    evidence.text, evidence.points = typed.text, typed.points
    evidence.full_clean()
    evidence.save()
    return evidence


@transaction.atomic
def add_files(
    application: Application, criterion: Criterion, uploads: list[UploadedFile]
) -> list[EvidenceFile]:
    """Clean and keep pictures and PDFs of one indicator; all of them or none."""
    application = open_application(application)
    evidence, _ = Evidence.objects.get_or_create(
        application=application, criterion=criterion
    )
    known = set(evidence.files.values_list("sha256", flat=True))
    if len(known) + len(uploads) > MAX_FILES:
        raise ValidationError(
            {
                "files": f"每项指标最多 {MAX_FILES} 份材料，已有 {len(known)} 份，"
                f"本次选择了 {len(uploads)} 份。"
            }
        )
    made = []
    for upload in uploads:
        try:
            paper = clean_paper(upload)
        except ValidationError as error:
            raise ValidationError({"files": error}) from error
        if paper.sha256 in known:
            raise ValidationError(
                {"files": f"“{paper.name}”已在这项指标下上传过，未重复保存。"}
            )
        known.add(paper.sha256)
        row = EvidenceFile(
            evidence=evidence,
            name=paper.name,
            is_pdf=paper.is_pdf,
            size=len(paper.content),
            sha256=paper.sha256,
        )
        row.file.save(paper.name, ContentFile(paper.content), save=False)
        row.save()
        made.append(row)
    return made


@transaction.atomic
def remove_file(file: EvidenceFile) -> None:
    """Take a paper off an open application; the file goes after the commit."""
    open_application(file.evidence.application)
    storage, name = file.file.storage, file.file.name
    file.delete()
    transaction.on_commit(partial(storage.delete, str(name)))


def open_application(application: Application) -> Application:
    application = locked(application)
    if application.state not in EDITABLE_STATES:
        raise ValidationError(CLOSED_ERROR, code="closed")
    return application


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
        raise already_done(application)
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
    application.submitted_by, application.submitted_at = user, timezone.now()
    application.return_reason, application.return_criteria = "", []
    return step(application, ApplicationState.SUBMITTED, user=user)


@transaction.atomic
def withdraw_application(application: Application, *, user: User) -> Application:
    """Take an application back before anybody has reviewed it."""
    application = locked(application)
    if application.state != ApplicationState.SUBMITTED:
        raise already_done(application)
    return step(application, ApplicationState.DRAFT, user=user)


@transaction.atomic
def return_application(
    application: Application,
    *,
    user: User,
    opinion: str,
    criteria: list[int],
    version: int | None = None,
) -> Application:
    """Send an application back with the reason and the indicators to mend."""
    application = reviewed(
        application, user=user, to=ApplicationState.RETURNED, version=version
    )
    application.return_reason = opinion.strip()
    application.return_criteria = sorted(criteria)
    return step(application, ApplicationState.RETURNED, user=user, opinion=opinion)


@transaction.atomic
def pass_application(
    application: Application,
    *,
    to: str,
    user: User,
    document_number: str = "",
    document_on: date | None = None,
    opinion: str = "",
    version: int | None = None,
) -> Application:
    """Record that the county, or an authority above it, has passed it."""
    application = reviewed(application, user=user, to=to, version=version)
    return step(
        application,
        to,
        user=user,
        document_number=document_number,
        document_on=document_on,
        opinion=opinion,
    )


@transaction.atomic
def publicise(
    application: Application,
    *,
    user: User,
    first: date,
    document_number: str,
    document_on: date,
    opinion: str = "",
    version: int | None = None,
) -> Application:
    """Begin 公示 on a day; it lasts the working days of the version."""
    application = reviewed(
        application, user=user, to=ApplicationState.PUBLICITY, version=version
    )
    check_day(application, "first", "公示起", first, ahead=PUBLICITY_AHEAD)
    days = application.level.version.publicity_days
    application.publicity_from = first
    application.publicity_until = last_of_workdays(first, days)
    return step(
        application,
        ApplicationState.PUBLICITY,
        user=user,
        document_number=document_number,
        document_on=document_on,
        opinion=opinion,
    )


@transaction.atomic
def recognise(
    application: Application,
    *,
    user: User,
    document_number: str,
    document_on: date,
    opinion: str = "",
    version: int | None = None,
) -> Application:
    """Grant the title: make its award, which renews the one before if there is one."""
    application = reviewed(
        application, user=user, to=ApplicationState.RECOGNISED, version=version
    )
    check_day(application, "document_on", "认定日期", document_on)
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
        document_number=document_number,
        granted_on=document_on,
        valid_until=level.valid_until,
        renews=last_award(level, recipient, before=document_on),
        source="本系统申报认定",
        is_demo=application.is_demo,
        **recipient,
    )
    award.full_clean()
    award.save()
    application.award, application.decided_on = award, document_on
    return step(
        application,
        ApplicationState.RECOGNISED,
        user=user,
        document_number=document_number,
        document_on=document_on,
        opinion=opinion,
    )


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


@transaction.atomic
def fail_application(
    application: Application,
    *,
    user: User,
    opinion: str,
    document_number: str = "",
    document_on: date | None = None,
    version: int | None = None,
) -> Application:
    """Record that the title is not granted, with the reason."""
    application = reviewed(
        application, user=user, to=ApplicationState.FAILED, version=version
    )
    return step(
        application,
        ApplicationState.FAILED,
        user=user,
        document_number=document_number,
        document_on=document_on,
        opinion=opinion,
    )


def reviewed(
    application: Application, *, user: User, to: str, version: int | None
) -> Application:
    """Return the locked application if this user may take it to a state.

    ``version`` is the one that the reviewer has seen. Raises ValidationError
    without the right, for one's own application, when the step is not next, and
    when somebody else has taken one since.
    """
    if not may_review(user):
        raise ValidationError("您没有审核权限。", code="no_right")
    application = locked(application)
    stale = version is not None and version != application.version
    if stale or to not in application.next_states:
        raise already_done(application)
    if user.pk in (application.submitted_by_id, application.created_by_id):
        raise ValidationError("不得审核本人提交的申请。", code="own")
    return application


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


def already_done(application: Application) -> ValidationError:
    last = application.steps.select_related("by").order_by("-number").first()
    text = f"该申报现在是“{application.get_state_display()}”，不能这样操作。"
    if last:
        at = timezone.localtime(last.at)
        text = f"已由 {last.by} 于 {at:%Y-%m-%d %H:%M} 处理。" + text
    return ValidationError(text, code="already_done")


def step(
    application: Application,
    state: str,
    *,
    user: User,
    document_number: str = "",
    document_on: date | None = None,
    opinion: str = "",
) -> Application:
    """Write the step and change the state, after checking every rule of both."""
    check_day(application, "document_on", "文件日期", document_on)
    application.version += 1
    row = ApplicationStep(
        application=application,
        number=application.version,
        before=application.state,
        state=state,
        by=user,
        at=timezone.now(),
        document_number=document_number.strip(),
        document_on=document_on,
        opinion=opinion.strip(),
    )
    row.full_clean()
    row.save()
    application.state = state
    application.full_clean()
    application.save()
    return application


@transaction.atomic
def object_to(objection: Objection) -> Objection:
    """Keep an objection of the public while the 公示 lasts."""
    application = locked(objection.application)
    today = timezone.localdate()
    if not Application.objects.in_publicity(today).filter(pk=application.pk).exists():
        raise ValidationError("公示期已结束，不能再提出异议。", code="over")
    objection.full_clean()
    objection.save()
    return objection


@transaction.atomic
def answer_objection(
    objection: Objection, *, user: User, outcome: str, answer: str
) -> Objection:
    """Answer an objection once; the receipt shows the answer to its writer."""
    if not may_review(user):
        raise ValidationError("您没有审核权限。", code="no_right")
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.answered_at:
        at = timezone.localtime(objection.answered_at)
        raise ValidationError(
            f"已由 {objection.answered_by} 于 {at:%Y-%m-%d %H:%M} 处理。",
            code="already_done",
        )
    objection.outcome, objection.answer = outcome, answer.strip()
    objection.answered_by, objection.answered_at = user, timezone.now()
    objection.full_clean()
    objection.save()
    return objection
