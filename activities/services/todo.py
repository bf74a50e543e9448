"""What a user should do next, in plain words; the deadlines are a setting."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.models import (
    Application,
    Award,
    ContactAssignment,
    Criterion,
    Deadlines,
    Demand,
    Donation,
    ErrorReport,
    Lead,
    Lecture,
    MediationCase,
    MediationRequest,
    Objection,
    Pairing,
    Project,
)
from activities.models.application import ApplicationState
from activities.models.lecture import LectureQuerySet, LectureState
from activities.models.liaison.demand import DemandState
from activities.models.requirement import Period
from activities.services.honour import expiring_groups
from activities.services.liaison import board_rows
from activities.services.requirement import Meetings, Summary, quarter_summary
from chambers.models import Branch, Chamber, ChamberTerm, Role, User
from chambers.rights import may_review
from redleader.records.money import say_money
from redleader.records.quarters import Quarter, span

LIMIT = 10  # of each group; more are named by their number
MOST = 999  # rows that are counted for a number on the desk
DAYS_AHEAD = 14
REVIEW, RETURNED, UNRECORDED = "待审核", "退回，待修改", "到期未登记"
MEDIATION = "商会调解"
CONFIRM_DAYS = 7  # before the time for 司法确认 ends
TERMS, SOON = "换届", timedelta(days=183)
HONOUR, EXPIRING, WORKS = "荣誉申报", "称号快到期", "各项工作"
PLEDGED = "认捐未到"
PLEDGE_DAYS = 90
DRAFTS, PLANS, ASKED, COMING = "草稿，尚未提交", "季度计划", "还要开的会", "近期计划"


@dataclass(frozen=True)
class Todo:
    """One thing to do: what (a link), why, and until when."""

    group: str
    label: str
    detail: str
    address: str
    due_on: date | None = None
    overdue: bool = False


def todos(user: User) -> list[Todo]:
    """Return what waits for a user, group by group; staff get numbers with links.

    The number of queries does not depend on the number of rows.
    """
    lectures = Lecture.objects.visible_to(user)
    found: list[Todo] = []
    if may_review(user):
        found += counted(
            REVIEW, lectures.waiting(), "份记录等待审核", waiting_address()
        )
        found += review_of_honours()
        found += leads_to_check()
        found += demands_to_handle()
        found += errors_to_answer()
    found += mediation_todos(user)
    found += pairings_to_close(user)
    found += projects_to_check(user)
    if user.role == Role.MEDIATOR:
        return found
    if user.role == Role.BRANCH_SECRETARY:
        return found + lectures_of(lectures, user)
    if user.is_staff or user.role == Role.TOWNSHIP:
        return found + terms(user) + county(lectures, user) + expiring(user)
    return found + terms(user) + own(lectures, user)


def review_of_honours() -> list[Todo]:
    """Return what waits for a reviewer in the applications for titles."""
    applications = Application.objects.all()
    address = reverse("workbench:application-list")
    desk = reverse("workbench:honour-desk")
    ended = applications.filter(
        state=ApplicationState.PUBLICITY, publicity_until__lt=timezone.localdate()
    )
    return [
        *counted(
            REVIEW,
            applications.waiting(),
            "份荣誉申报等待审核",
            f"{address}?state=submitted",
        ),
        *counted(REVIEW, Objection.objects.open(), "件公示异议等待答复", desk),
        *counted(
            HONOUR, ended, "项公示已期满，等待登记结果", f"{address}?state=publicity"
        ),
    ]


def leads_to_check() -> list[Todo]:
    address = f"{reverse('workbench:lead-list')}?state=waiting"
    return counted(REVIEW, Lead.objects.waiting(), "条引才信息等待核实", address)


def errors_to_answer() -> list[Todo]:
    address = reverse("admin:activities_errorreport_changelist")
    rows = ErrorReport.objects.open()
    return counted(
        REVIEW, rows, "条网站找错等待答复", f"{address}?answered_at__isempty=1"
    )


def mediation_todos(user: User) -> list[Todo]:
    """Return what waits in the requests and cases that this user may see."""
    cases = MediationCase.objects.visible_to(user)
    today = timezone.localdate()
    address = reverse("workbench:mediation-list")
    return [
        *counted(
            MEDIATION,
            MediationRequest.objects.visible_to(user).waiting(),
            "件调解申请等待登记",
            reverse("workbench:mediation-request-list"),
        ),
        *counted(
            MEDIATION,
            cases.slow(today),
            "件案件调解已超过一个月（一般一个月内办结，双方同意的可以延长）",
            f"{address}?due=slow",
        ),
        *counted(
            MEDIATION,
            cases.to_confirm(today, within=CONFIRM_DAYS),
            f"份调解协议申请司法确认的期限在 {CONFIRM_DAYS} 天内截止",
            f"{address}?due=confirm",
        ),
        *counted(
            MEDIATION,
            cases.late(today),
            "份调解协议履行期限已过，请回访并登记",
            f"{address}?due=late",
        ),
    ]


def demands_to_handle() -> list[Todo]:
    demands, address = Demand.objects.all(), reverse("workbench:demand-list")
    new = demands.filter(state=DemandState.COLLECTED)
    late = demands.overdue(timezone.localdate())
    return [
        *counted(WORKS, new, "件商会诉求等待交办", f"{address}?state=collected"),
        *counted(WORKS, late, "件商会诉求超过办理期限", f"{address}?overdue=1"),
    ]


def answered_demands(user: User) -> list[Todo]:
    """Return the demands whose answer the chamber has to accept or refuse."""
    rows = Demand.objects.visible_to(user).filter(state=DemandState.ANSWERED)
    detail = "承办单位已经答复，请确认办结或重新办理。"
    return [
        Todo(WORKS, f"诉求：{row}", detail, row.get_absolute_url())
        for row in rows[:LIMIT]
    ]


def duties_to_do(user: User) -> list[Todo]:
    """Return the yearly duties still open, in the last quarter only."""
    today = timezone.localdate()
    if today < Quarter(today.year, 4).first:
        return []
    assignments = ContactAssignment.objects.visible_to(user).on(today)
    found = []
    for row in board_rows(assignments, today.year):
        words = [f"{duty.duty.name}还差 {duty.missing} 次" for duty in row.missing]
        if words:
            label = f"定点联系今年{'、'.join(words)}"
            address = row.assignment.get_absolute_url()
            found.append(Todo(WORKS, label, str(row.assignment), address))
    return found[:LIMIT]


def pairings_to_close(user: User) -> list[Todo]:
    rows = Pairing.objects.visible_to(user).overdue(timezone.localdate())
    address = f"{reverse('workbench:pairing-list')}?state=active"
    return counted(WORKS, rows, "项村企结对到期，待登记完成或修改日期", address)


def pledge_todos(user: User) -> list[Todo]:
    """Return the donations that were pledged long ago and are not there yet."""
    last = timezone.localdate() - timedelta(days=PLEDGE_DAYS)
    late = Donation.objects.visible_to(user).pledged().filter(pledged_on__lt=last)
    rows = list(late.with_names().order_by("pledged_on", "pk")[: LIMIT + 1])
    found = [pledge_todo(row) for row in rows[:LIMIT]]
    if len(rows) > LIMIT:
        address = f"{reverse('workbench:donation-list')}?received=no"
        found.append(Todo(PLEDGED, "其余认捐未到的捐赠", "", address))
    return found


def pledge_todo(donation: Donation) -> Todo:
    return Todo(
        PLEDGED,
        str(donation),
        f"{donation.pledged_on:%Y-%m-%d} 认捐，{say_money(donation.value)}。"
        "到账了请补填到账日期；捐赠自愿，不催缴。",
        donation.get_absolute_url(),
    )


def projects_to_check(user: User) -> list[Todo]:
    projects = Project.objects.visible_to(user)
    address = f"{reverse('workbench:project-list')}?check="
    return [
        *counted(
            WORKS,
            projects.without_entry(),
            "个签约以后的项目还没有登记到位资金和就业",
            f"{address}no-entry",
        ),
        *counted(
            WORKS,
            projects.overpaid(),
            "个项目到位资金超过签约金额，请核对",
            f"{address}over",
        ),
    ]


def expiring(user: User) -> list[Todo]:
    """Return how many titles end within 3, 6 and 12 months, nearest first."""
    awards = Award.objects.visible_to(user).titles()
    address = f"{reverse('workbench:honour-desk')}#expiring"
    found = []
    for group in expiring_groups(awards, timezone.localdate()):
        if group.awards:
            text = f"{group.count} 项称号{group.label}，请准备复评"
            due_on = group.awards[0].valid_until
            found.append(Todo(EXPIRING, text, "", address, due_on))
    return found


def application_todos(user: User) -> list[Todo]:
    """Return the applications that wait for the chamber."""
    open_ones = Application.objects.visible_to(user).filter(
        state__in=[ApplicationState.DRAFT, ApplicationState.RETURNED]
    )
    found = []
    for row in open_ones.with_names()[:LIMIT]:
        detail = "草稿，尚未申报。"
        if row.state == ApplicationState.RETURNED:
            detail = f"退回原因：{row.return_reason}"
        due_on = row.level.version.apply_until
        found.append(Todo(HONOUR, str(row), detail, row.get_absolute_url(), due_on))
    return found


def terms(user: User) -> list[Todo]:
    """Return the chambers whose 换届 is overdue or due within six months."""
    chambers = Chamber.objects.visible_to(user).active()
    if user.is_staff:
        address = reverse("admin:chambers_chamber_changelist")
        return [
            *counted(
                TERMS,
                chambers.term_overdue(),
                "个商会换届已逾期",
                f"{address}?term=overdue",
            ),
            *counted(
                TERMS,
                chambers.term_due_soon(),
                "个商会应在六个月内换届",
                f"{address}?term=soon",
            ),
        ]
    due = ChamberTerm.objects.current().filter(
        chamber__in=chambers, due_on__lte=timezone.localdate() + SOON
    )
    rows = list(due.select_related("chamber").order_by("due_on", "pk")[:LIMIT])
    missed = missed_by_overdue() if any(row.is_overdue for row in rows) else ""
    return [term_todo(row, missed) for row in rows]


def term_todo(term: ChamberTerm, missed: str) -> Todo:
    chamber = term.chamber
    return Todo(
        TERMS,
        f"{chamber}{term}应换届",
        missed if term.is_overdue else "请按章程准备换届，提前向主管单位报告。",
        f"{reverse('workbench:handover')}?chamber={chamber.pk}",
        term.due_on,
        term.is_overdue,
    )


def missed_by_overdue() -> str:
    """Say which criteria an overdue chamber does not meet."""
    criteria = Criterion.objects.filter(rule="term-in-time", version__is_open=True)
    words = [
        f"{row.version.scheme.name}{'的必备项' if row.is_required else ''}“{row.name}”"
        for row in criteria.select_related("version__scheme")
    ]
    known = "、".join(dict.fromkeys(words)) or "“按期换届”"
    return f"逾期期间不符合{known}；换届后请登记实际换届日期和新一届。"


def county(lectures: LectureQuerySet, user: User) -> list[Todo]:
    """Return what the county, or a township, has open, one line for each group."""
    records = reverse("workbench:lecture-list")
    plan = reverse("workbench:plan")
    quarter = Quarter.present()
    return [
        *counted(
            RETURNED,
            lectures.filter(state=LectureState.RETURNED),
            "份记录已退回，等登记人修改",
            f"{records}?state=returned",
        ),
        *counted(
            UNRECORDED,
            lectures.unrecorded(),
            "项计划时间已到，还没有登记",
            f"{records}?state=planned",
        ),
        *counted(
            PLANS,
            without_plan(Chamber.objects.visible_to(user), quarter),
            f"个商会还没有{quarter}的计划",
            f"{plan}?quarter={quarter.code}",
        ),
        *counted(
            COMING,
            coming(lectures),
            f"项计划在 {DAYS_AHEAD} 天内",
            f"{plan}?quarter={quarter.code}",
        ),
    ]


def counted(group: str, rows: QuerySet, text: str, address: str) -> list[Todo]:
    """Return a line with the number of rows, if any; nobody needs a large one."""
    count = rows.order_by()[: MOST + 1].count()
    number = str(count) if count <= MOST else f"超过 {MOST}"
    return [Todo(group, f"{number} {text}", "", address)] if count else []


def own(lectures: LectureQuerySet, user: User) -> list[Todo]:
    """Return what a secretary has to do, each thing on a line of its own."""
    return [
        *unfinished(lectures),
        *application_todos(user),
        *expiring(user),
        *answered_demands(user),
        *duties_to_do(user),
        *plan_todos(user, Deadlines.load()),
        *asked_todos(user),
        *pledge_todos(user),
        *next_lectures(lectures),
    ]


def lectures_of(lectures: LectureQuerySet, user: User) -> list[Todo]:
    """Return what a branch secretary has to do."""
    return [*unfinished(lectures), *asked_todos(user), *next_lectures(lectures)]


def unfinished(lectures: LectureQuerySet) -> list[Todo]:
    """Return the records that were returned, are late or were never handed in."""
    deadlines = Deadlines.load()
    records = reverse("workbench:lecture-list")
    return [
        *first_rows(
            lectures.filter(state=LectureState.RETURNED),
            returned_todo,
            Todo(RETURNED, "其余退回的记录", "", f"{records}?state=returned"),
        ),
        *first_rows(
            lectures.unrecorded().order_by("started_at", "pk"),
            lambda lecture: unrecorded_todo(lecture, deadlines),
            Todo(UNRECORDED, "其余到期的计划", "", f"{records}?state=planned"),
        ),
        *first_rows(
            lectures.filter(state=LectureState.DRAFT),
            draft_todo,
            Todo(DRAFTS, "其余草稿", "", f"{records}?state=draft"),
        ),
    ]


def next_lectures(lectures: LectureQuerySet) -> list[Todo]:
    return first_rows(
        coming(lectures).order_by("started_at", "pk"),
        coming_todo,
        Todo(COMING, "其余计划", "", reverse("workbench:plan")),
    )


def first_rows(lectures: LectureQuerySet, todo, rest: Todo) -> list[Todo]:
    """Return the first rows of a group, and a last line when there are more."""
    rows = list(lectures.of_organiser()[: LIMIT + 1])
    found = [todo(lecture) for lecture in rows[:LIMIT]]
    return [*found, rest] if len(rows) > LIMIT else found


def day_of(lecture: Lecture) -> date:
    return timezone.localtime(lecture.started_at).date()


def day_and_organiser(lecture: Lecture) -> str:
    return f"{day_of(lecture):%Y-%m-%d}，{lecture.organiser_name}"


def returned_todo(lecture: Lecture) -> Todo:
    detail = f"退回原因：{lecture.return_reason}"
    if lecture.return_fields:
        detail += f" 需要改正：{'、'.join(lecture.return_labels)}。"
    detail += f"（{day_and_organiser(lecture)}）"
    return Todo(RETURNED, lecture.topic, detail, lecture.get_absolute_url())


def unrecorded_todo(lecture: Lecture, deadlines: Deadlines) -> Todo:
    due_on = day_of(lecture) + timedelta(days=deadlines.record_days)
    return Todo(
        UNRECORDED,
        lecture.topic,
        f"{day_and_organiser(lecture)}。请登记；没有举行的请取消计划。",
        reverse("workbench:lecture-update", args=[lecture.pk]),
        due_on,
        due_on < timezone.localdate(),
    )


def draft_todo(lecture: Lecture) -> Todo:
    detail = day_and_organiser(lecture)
    return Todo(DRAFTS, lecture.topic, detail, lecture.get_absolute_url())


def coming(lectures: LectureQuerySet) -> LectureQuerySet:
    now = timezone.now()
    return lectures.filter(
        state=LectureState.PLANNED,
        started_at__gt=now,
        started_at__lte=now + timedelta(days=DAYS_AHEAD),
    )


def coming_todo(lecture: Lecture) -> Todo:
    at = timezone.localtime(lecture.started_at)
    words = [f"{at:%Y-%m-%d %H:%M}", lecture.venue, lecture.organiser_name]
    detail = "，".join(word for word in words if word)
    return Todo(COMING, lecture.topic, detail, lecture.get_absolute_url())


def without_plan(chambers: QuerySet[Chamber], quarter: Quarter) -> QuerySet[Chamber]:
    """Return the chambers with nothing planned or held in a quarter."""
    begin, end = span(quarter.first, quarter.last)
    planned = Lecture.objects.filter(
        chamber=OuterRef("pk"), started_at__gte=begin, started_at__lt=end
    )
    return chambers.active().filter(~Exists(planned))  # type: ignore[attr-defined]


def plan_todos(user: User, deadlines: Deadlines) -> list[Todo]:
    quarter = Quarter.present()
    due_on = quarter.first.replace(day=deadlines.plan_day)
    address = f"{reverse('workbench:plan')}?quarter={quarter.code}"
    return [
        Todo(
            PLANS,
            f"报{quarter}的计划",
            f"{chamber}还没有计划。",
            address,
            due_on,
            due_on < timezone.localdate(),
        )
        for chamber in without_plan(Chamber.objects.visible_to(user), quarter)[:LIMIT]
    ]


def asked_todos(user: User) -> list[Todo]:
    """Return what the requirements still ask of each branch at present."""
    quarter = Quarter.present()
    branches = Branch.objects.visible_to(user)
    found = []
    for row in quarter_summary(branches, quarter.year, quarter.number)[:LIMIT]:
        words = list(asked_words(row.summaries, quarter))
        if words:
            address = f"{reverse('workbench:plan')}?quarter={quarter.code}"
            label = "、".join(words)
            found.append(Todo(ASKED, label, str(row.branch), address))
    return found


def asked_words(summaries: Iterable[Summary], quarter: Quarter) -> Iterable[str]:
    """Say what is still to be held, less what is planned or waits for review.

    A yearly meeting is named in the last quarter only.
    """
    for summary in summaries:
        for period in summary.periods:
            if period.is_current and period.last <= quarter.last:
                count = still_open(period)
                if count:
                    when = {"month": "本月", "quarter": "本季度", "year": "今年"}
                    kind = summary.requirement.get_kind_display()
                    word = when[Period(summary.requirement.period).value]
                    yield f"{kind}{word}还要开 {count} 次"


def still_open(period: Meetings) -> int:
    return max(0, period.missing - period.waiting - period.planned)


def waiting_address() -> str:
    """Return the address of the list of records that wait for review."""
    address = reverse("admin:activities_lecture_changelist")
    return f"{address}?state__exact={LectureState.SUBMITTED}"
