"""What happens to a dispute: asked for, registered, mediated, performed, counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from activities.counting import RULES, Scope, totals
from activities.models import (
    CaseMediator,
    CasePaper,
    CaseParty,
    CaseSession,
    CaseVisit,
    DisputeKind,
    MediationCase,
    MediationCommittee,
    MediationRequest,
    Mediator,
)
from activities.models.mediation.casefile import PaperKind
from activities.models.mediation.committee import may_register
from activities.models.mediation.request import RequestState
from activities.models.mediation.states import (
    ARCHIVED_ERROR,
    CLOSED_ERROR,
    REGISTRAR_STEPS,
    AgreementKind,
    CaseState,
)
from activities.services.disclosure import SMALL, Cell, guarded
from chambers.models import User
from redleader.records import steps
from redleader.records.editing import next_version, refuse_future
from redleader.uploads.papers import clean_paper

MAX_PAPERS = 30  # of one case
AGREEMENT_MISSING = "达成协议须有书面协议或口头协议记录。"


def no_right() -> ValidationError:
    return ValidationError("您没有办理调解案件的权限。", code="no_right")


@transaction.atomic
def register_case(
    case: MediationCase,
    *,
    parties: Sequence[CaseParty],
    user: User,
    request: MediationRequest | None = None,
) -> MediationCase:
    """Give a new case its number and keep it with its parties.

    ``request`` is the enterprise's request that it comes from, which is answered with
    it. Raises ValidationError if that has already been answered.
    """
    if not may_register(user):
        raise no_right()
    refuse_future(case, registered_on="登记日期")
    committee = MediationCommittee.objects.select_for_update().get(pk=case.committee_id)
    case.year = case.registered_on.year
    latest = committee.cases.filter(year=case.year).aggregate(n=Max("number"))["n"]
    case.number = (latest or 0) + 1
    case.created_by = user
    case.full_clean()
    case.save()
    for party in parties:
        party.case = case
        party.full_clean()
        party.save()
    if request:
        answer_request(request, user=user, state=RequestState.REGISTERED, case=case)
    return case


@transaction.atomic
def save_case(case: MediationCase, *, version: int | None = None) -> MediationCase:
    """Save the changed content of a case that has no result yet."""
    stored = next_version(case, version)
    if not stored.is_editable:
        raise ValidationError(CLOSED_ERROR, code="closed")
    refuse_future(case, registered_on="登记日期")
    if case.registered_on.year != stored.year:
        raise ValidationError(
            {"registered_on": "卷号已经编定，登记日期不能改到另一年。"}
        )
    case.full_clean()
    case.save()
    return case


@transaction.atomic
def save_confirmation(
    case: MediationCase, *, version: int | None = None
) -> MediationCase:
    """Save what became of 司法确认, the court's confirmation of an agreement."""
    stored = next_version(case, version)
    if stored.is_archived:
        raise ValidationError(ARCHIVED_ERROR, code="closed")
    refuse_future(case, confirmation_applied_on="申请日期")
    case.full_clean()
    case.save()
    return case


@transaction.atomic
def save_part(
    part: CaseParty | CaseSession | CaseVisit, *, version: int | None = None
) -> Any:
    """Save a party, a sitting or a visit of a case."""
    case = MediationCase.objects.select_for_update().get(pk=part.case_id)
    if isinstance(part, CaseParty) and not case.is_editable:
        raise ValidationError(CLOSED_ERROR, code="closed")
    if case.is_archived:
        raise ValidationError(ARCHIVED_ERROR, code="closed")
    if part.pk:
        next_version(part, version)
    refuse_future(
        part,
        **{
            name: label
            for name, label in (("held_on", "调解日期"), ("visited_on", "回访日期"))
            if hasattr(part, name)
        },
    )
    part.full_clean()
    part.save()
    return part


def take_step(
    case: MediationCase,
    *,
    to: str,
    user: User,
    mediators: Iterable[Mediator] = (),
    accepted_on: date | None = None,
    agreement_kind: str = "",
    agreement_text: str = "",
    effective_on: date | None = None,
    due_on: date | None = None,
    **fields: Any,
) -> MediationCase:
    """Take a case to its next state; see ``redleader.records.steps.take_step``.

    Acceptance needs the mediators, an agreement its text or paper. Also raises
    ValidationError without the right to accept or refuse.
    """
    if to in REGISTRAR_STEPS and not may_register(user):
        raise no_right()
    changes: dict[str, Any] = {}

    def check(case: MediationCase) -> None:
        if to == CaseState.ACCEPTED:
            changes.update(accept(case, mediators, accepted_on))
        elif to == CaseState.AGREED:
            text = agreement_text.strip()
            changes.update(agree(case, agreement_kind, text, effective_on, due_on))

    return steps.take_step(
        case, to=to, user=user, check=check, changes=changes, **fields
    )


def accept(
    case: MediationCase, mediators: Iterable[Mediator], day: date | None
) -> dict[str, Any]:
    """Assign the mediators, and return what acceptance writes on the case."""
    day = day or timezone.localdate()
    require_order("accepted_on", "受理日期", day, case.registered_on, "登记")
    set_mediators(case, mediators)
    return {"accepted_on": day}


def agree(
    case: MediationCase, kind: str, text: str, day: date | None, due_on: date | None
) -> dict[str, Any]:
    """Check an agreement, and return what it writes on the case."""
    day = day or timezone.localdate()
    begun = case.accepted_on or case.registered_on
    require_order("effective_on", "生效日期", day, begun, "受理")
    if due_on and due_on < day:
        raise ValidationError({"due_on": "履行期限不能早于协议生效日期。"})
    require_agreement(case, kind, text)
    return {
        "agreement_kind": kind,
        "agreement_text": text,
        "effective_on": day,
        "due_on": due_on,
    }


def require_order(name: str, label: str, day: date, earlier: date, what: str) -> None:
    if day > timezone.localdate():
        raise ValidationError({name: f"{label}不能晚于今天。"})
    if day < earlier:
        raise ValidationError({name: f"{label}不能早于{what}日期（{earlier}）。"})


def require_agreement(case: MediationCase, kind: str, text: str) -> None:
    """A success needs the agreement itself: its text, or its paper if written."""
    has_paper = case.papers.filter(kind=PaperKind.AGREEMENT).exists()
    if not text and not (kind == AgreementKind.WRITTEN and has_paper):
        raise ValidationError({"agreement_text": AGREEMENT_MISSING})


@transaction.atomic
def assign(case: MediationCase, *, mediators: Iterable[Mediator]) -> None:
    """Assign the mediators of a case that has no result yet."""
    case = MediationCase.objects.select_for_update().get(pk=case.pk)
    if not case.is_editable:
        raise ValidationError(CLOSED_ERROR, code="closed")
    set_mediators(case, mediators)


def set_mediators(case: MediationCase, mediators: Iterable[Mediator]) -> None:
    """Add the new ones before the others leave: an accepted case is never alone."""
    wanted = {mediator.pk for mediator in mediators}
    if not wanted:
        raise ValidationError({"mediators": "请选择至少一名调解员。"})
    present = set(case.assignments.values_list("mediator", flat=True))
    for pk in sorted(wanted - present):
        CaseMediator.objects.create(case=case, mediator_id=pk)
    for row in case.assignments.exclude(mediator__in=wanted):
        row.delete()


@transaction.atomic
def add_paper(case: MediationCase, *, kind: str, upload: UploadedFile) -> CasePaper:
    """Clean and keep a scan or PDF of a case."""
    case = MediationCase.objects.select_for_update().get(pk=case.pk)
    if case.is_archived:
        raise ValidationError(ARCHIVED_ERROR, code="closed")
    if case.papers.count() >= MAX_PAPERS:
        raise ValidationError({"upload": f"每件案件最多 {MAX_PAPERS} 份材料。"})
    try:
        paper = clean_paper(upload)
    except ValidationError as error:
        raise ValidationError({"upload": error}) from error
    if case.papers.filter(sha256=paper.sha256).exists():
        raise ValidationError({"upload": "这份材料已在本案上传过，未重复保存。"})
    row = CasePaper(
        case=case,
        kind=kind,
        name=paper.name,
        is_pdf=paper.is_pdf,
        size=len(paper.content),
        sha256=paper.sha256,
    )
    row.file.save(paper.name, ContentFile(paper.content), save=False)
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def remove_paper(paper: CasePaper) -> None:
    """Remove a paper from a case without result; the file goes after the commit."""
    case = MediationCase.objects.select_for_update().get(pk=paper.case_id)
    if not case.is_editable:
        raise ValidationError(CLOSED_ERROR, code="closed")
    storage, name = paper.file.storage, str(paper.file.name)
    paper.delete()
    transaction.on_commit(lambda: storage.delete(name))


def contents_of(case: MediationCase) -> list[tuple[str, date]]:
    """Return what the file of a case holds by what is recorded, with its day."""
    found = [("人民调解申请书", case.registered_on)]
    found.append(("人民调解受理登记表", case.accepted_on or case.registered_on))
    found += [("人民调解记录", row.held_on) for row in case.sessions.all()]
    if case.effective_on:
        is_oral = case.agreement_kind == AgreementKind.ORAL
        name = "人民调解口头协议登记表" if is_oral else "人民调解协议书"
        found.append((name, case.effective_on))
    found += [("人民调解回访记录", row.visited_on) for row in case.visits.all()]
    found += [
        (f"{row.get_kind_display()}：{row.name}", timezone.localdate(row.uploaded_at))
        for row in case.papers.all()
    ]
    return found


@transaction.atomic
def answer_request(
    request: MediationRequest,
    *,
    user: User,
    state: str,
    case: MediationCase | None = None,
    reason: str = "",
) -> MediationRequest:
    """Answer a request once: it becomes a case, or is declined with a reason."""
    if not may_register(user):
        raise no_right()
    request = (
        MediationRequest.objects.select_for_update(of=["self"])
        .select_related("answered_by")
        .get(pk=request.pk)
    )
    if request.answered_at:
        at = timezone.localtime(request.answered_at)
        raise ValidationError(
            f"已由 {request.answered_by} 于 {at:%Y-%m-%d %H:%M} 处理："
            f"{request.get_state_display()}。",
            code="already_done",
        )
    request.state, request.case, request.reason = state, case, reason.strip()
    request.answered_by, request.answered_at = user, timezone.now()
    request.full_clean()
    request.save()
    return request


def percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}%" if whole else "—"


@dataclass(frozen=True)
class Rates:
    """Both rates of success, each with its own whole."""

    accepted: int
    succeeded: int
    open: int

    @classmethod
    def of(cls, scope: Scope, rows: QuerySet[MediationCase] | None = None) -> "Rates":
        codes = ["mediation-accepted", "mediation-succeeded", "mediation-open"]
        return cls(*(total.value for total in totals(codes, scope, rows)))

    @property
    def closed(self) -> int:
        """Accepted cases that have a result."""
        return self.accepted - self.open

    @property
    def of_accepted(self) -> str:
        return percent(self.succeeded, self.accepted)

    @property
    def of_closed(self) -> str:
        return percent(self.succeeded, self.closed)


@dataclass(frozen=True)
class YearTable:
    """Accepted cases by year and kind of dispute; the last cell of a line sums."""

    columns: list[str]
    lines: list[tuple[str, list[tuple[str, Cell]]]]

    @property
    def has_hidden(self) -> bool:
        return any(
            cell.is_small or cell.is_covered
            for _, cells in self.lines
            for _, cell in cells
        )


def year_table(scope: Scope) -> YearTable:
    """Return the public table of accepted cases."""
    found = RULES["mediation-accepted"].by(scope, "accepted_on__year", "kind")
    if sum(found.values()) < SMALL:
        return YearTable([], [])
    kinds = sorted({kind for _, kind in found})
    names = dict(DisputeKind.objects.values_list("pk", "name"))
    years = sorted({year for year, _ in found}, reverse=True)
    rows = [[found.get((year, kind), 0) for kind in kinds] for year in years]
    labels = [*(f"{year}年" for year in years), "合计"]
    columns = [*(names[kind] for kind in kinds), "合计"]
    lines = [
        (label, list(zip(columns, cells, strict=True)))
        for label, cells in zip(labels, guarded(rows), strict=True)
    ]
    return YearTable(columns, lines)
