"""One factory for each noun of activities."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from factory.django import DjangoModelFactory
from openpyxl import Workbook
from PIL import Image

from activities.models import (
    Application,
    ApplicationStep,
    Attendance,
    Award,
    Baseline,
    CaseMediator,
    CasePaper,
    CaseParty,
    CaseSession,
    CaseStep,
    CaseVisit,
    Certificate,
    CertificateTemplate,
    CharityActivity,
    CommitteeSeat,
    ContactActivity,
    ContactAssignment,
    ContactDuty,
    Course,
    Criterion,
    Deadlines,
    Demand,
    DemandStep,
    DisputeKind,
    Donation,
    ErrorReport,
    Evidence,
    EvidenceFile,
    ExportLog,
    Fund,
    FundEntry,
    Holiday,
    Issue,
    KeyIndustry,
    Lead,
    LeadStep,
    LeadTarget,
    Lecture,
    LectureStep,
    MediationAccess,
    MediationCase,
    MediationCommittee,
    MediationRequest,
    Mediator,
    MeetingRequirement,
    Objection,
    OfficialFigure,
    Pairing,
    PairingProgramme,
    PairingProject,
    PairingStep,
    Photo,
    Practice,
    PracticeItem,
    PracticeResult,
    Project,
    ProjectEntry,
    ProjectStep,
    PromotionEvent,
    QuarterLock,
    ReportTemplate,
    RequirementExemption,
    Scheme,
    SchemeLevel,
    SchemeVersion,
    Series,
    Site,
)
from activities.models.application import LADDER, PASSED, ApplicationState
from activities.models.pairing import TRANSITIONS as PAIRING_STEPS
from activities.models.pairing import PairingState
from activities.models.scheme import HonourLevel
from activities.services import pairing as pairings
from activities.services.application import submit_application
from activities.services.application import take_step as review
from activities.services.lead import take_step
from activities.services.lecture import (
    accept_lecture,
    cancel_plan,
    return_lecture,
    save_plan,
    submit_lecture,
)
from activities.services.photo import add_photos
from redleader.records.steps import path_to
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MemberFactory,
    UserFactory,
    VillageFactory,
)


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    name = factory.Sequence(lambda n: f"第{n}基地")
    kind = "base"


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    name = factory.Sequence(lambda n: f"第{n}课")


class MeetingRequirementFactory(DjangoModelFactory):
    class Meta:
        model = MeetingRequirement

    kind = "assembly"
    period = "quarter"


class RequirementExemptionFactory(DjangoModelFactory):
    class Meta:
        model = RequirementExemption

    branch = factory.SubFactory(BranchFactory)
    started_on = date(2026, 1, 1)
    ended_on = date(2026, 12, 31)
    reason = "支部改选期间"


class DeadlinesFactory(DjangoModelFactory):
    class Meta:
        model = Deadlines

    pk = 1  # the only one


class SchemeFactory(DjangoModelFactory):
    class Meta:
        model = Scheme

    name = factory.Sequence(lambda n: f"第{n}荣誉")
    kind = "four_goods"


class SchemeVersionFactory(DjangoModelFactory):
    class Meta:
        model = SchemeVersion

    scheme = factory.SubFactory(SchemeFactory)
    label = "2024年版"


class AwardFactory(DjangoModelFactory):
    class Meta:
        model = Award

    version = factory.SubFactory(SchemeVersionFactory)
    title = "全国“四好”商会"
    level = "national"
    chamber = factory.SubFactory(ChamberFactory)


class SchemeLevelFactory(DjangoModelFactory):
    class Meta:
        model = SchemeLevel

    version = factory.SubFactory(SchemeVersionFactory, is_open=True)
    level = "county"
    title = "县“四好”商会"
    grantor = "县工商联"
    cycle_label = "2026年度"
    cycle_start = date(2026, 1, 1)
    cycle_end = date(2026, 12, 31)
    valid_until = date(2028, 12, 31)


class CriterionFactory(DjangoModelFactory):
    """One of the goods; ``indicator()`` makes an indicator under one."""

    class Meta:
        model = Criterion

    version = factory.SubFactory(SchemeVersionFactory)
    name = factory.Sequence(lambda n: f"第{n}好")


def indicator(version, *, proof="text", **fields):
    good = fields.pop("parent", None) or CriterionFactory(version=version)
    return CriterionFactory(version=version, parent=good, proof=proof, **fields)


class ApplicationFactory(DjangoModelFactory):
    """A draft; ``application_at()`` takes it further by the services."""

    class Meta:
        model = Application

    level = factory.SubFactory(SchemeLevelFactory)
    chamber = factory.SubFactory(ChamberFactory)
    statement = "本周期各项工作总结。"
    created_by = factory.SubFactory(UserFactory, role="secretary")


class ApplicationStepFactory(DjangoModelFactory):
    class Meta:
        model = ApplicationStep

    application = factory.SubFactory(ApplicationFactory)
    number = 2
    before = "draft"
    state = "submitted"
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


class EvidenceFactory(DjangoModelFactory):
    class Meta:
        model = Evidence

    application = factory.SubFactory(ApplicationFactory)
    criterion = factory.LazyAttribute(
        lambda row: indicator(row.application.level.version)
    )


class EvidenceFileFactory(DjangoModelFactory):
    """A row without a file."""

    class Meta:
        model = EvidenceFile

    evidence = factory.SubFactory(EvidenceFactory)
    name = "章程.pdf"
    is_pdf = True
    size = 1000
    sha256 = factory.Sequence(lambda n: f"{n:064x}")


class ObjectionFactory(DjangoModelFactory):
    class Meta:
        model = Objection

    application = factory.LazyFunction(lambda: application_at("publicity"))
    content = "申报材料中的活动没有举行。"


class ErrorReportFactory(DjangoModelFactory):
    class Meta:
        model = ErrorReport

    page = "/chambers/"
    kind = "outdated"
    content = "换届以后名称没有改。"


class HolidayFactory(DjangoModelFactory):
    class Meta:
        model = Holiday

    day = factory.Sequence(lambda n: date(2030, 1, 1) + timedelta(days=n))
    kind = "off"
    name = "假日"


class CertificateTemplateFactory(DjangoModelFactory):
    class Meta:
        model = CertificateTemplate

    name = factory.Sequence(lambda n: f"第{n}模板")
    body = "经评审，认定{recipient}为{title}。"


class CertificateFactory(DjangoModelFactory):
    class Meta:
        model = Certificate

    award = factory.SubFactory(AwardFactory)
    issued_by = factory.SubFactory(UserFactory)


class PracticeFactory(DjangoModelFactory):
    class Meta:
        model = Practice

    name = factory.Sequence(lambda n: f"第{n}做法")


class PracticeItemFactory(DjangoModelFactory):
    class Meta:
        model = PracticeItem

    practice = factory.SubFactory(PracticeFactory)
    name = "统一品牌"


class PracticeResultFactory(DjangoModelFactory):
    class Meta:
        model = PracticeResult

    practice = factory.SubFactory(PracticeFactory)
    label = "农户增收"


class OfficialFigureFactory(DjangoModelFactory):
    class Meta:
        model = OfficialFigure

    number = factory.Sequence(lambda n: f"N{n % 100:02}")
    code = factory.Sequence(lambda n: f"figure-{n}")
    label = "某项数字"
    value = Decimal(27)
    unit = "个"
    qualifier = "exact"
    source = "测试"
    rule = "chambers"


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    name = factory.Sequence(lambda n: f"第{n}讲堂")


class IssueFactory(DjangoModelFactory):
    class Meta:
        model = Issue

    series = factory.SubFactory(SeriesFactory)
    number = 1


class LectureFactory(DjangoModelFactory):
    """A draft; ``submitted()`` and its like take it further by the services."""

    class Meta:
        model = Lecture

    topic = factory.Sequence(lambda n: f"第{n}讲")
    chamber = factory.SubFactory(ChamberFactory)
    started_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=2))
    venue = "商会会议室"
    lecturer_name = "李红"
    lecturer_role = "branch_secretary"
    present = 18
    created_by = factory.SubFactory(UserFactory, role="secretary")


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    lecture = factory.SubFactory(LectureFactory)
    member = factory.SubFactory(MemberFactory)


class LectureStepFactory(DjangoModelFactory):
    class Meta:
        model = LectureStep

    lecture = factory.SubFactory(LectureFactory)
    number = 2
    before = "draft"
    state = "submitted"
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


class PhotoFactory(DjangoModelFactory):
    """A row without a file."""

    class Meta:
        model = Photo

    lecture = factory.SubFactory(LectureFactory)
    width = 400
    height = 300
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    name = "照片.jpg"


def planned(**fields):
    """A plan for a week from now, with nothing but what a plan needs."""
    empty = {"venue": "", "lecturer_name": "", "lecturer_role": "", "present": None}
    soon = {"started_at": timezone.now() + timedelta(days=7)}
    chamber = fields.pop("chamber", None) or ChamberFactory()
    user = fields.pop("created_by", None) or UserFactory(role="secretary")
    lecture = LectureFactory.build(
        chamber=chamber, created_by=None, **empty | soon | fields
    )
    return save_plan(lecture, user=user)


def cancelled(reason="台风停办", **fields):
    plan = planned(**fields)
    return cancel_plan(plan, user=plan.created_by, reason=reason)


def submitted(**fields):
    lecture = LectureFactory(**fields)
    return submit_lecture(lecture, user=lecture.created_by)


def accepted(*, photos=0, **fields):
    lecture = LectureFactory(**fields)
    add_photos(lecture, [upload(n) for n in range(photos)])
    lecture = submit_lecture(lecture, user=lecture.created_by)
    return accept_lecture(lecture, user=UserFactory(), publish_photos=True)


def returned(reason="人数与签到表不符。", returning=(), **fields):
    lecture = submitted(**fields)
    return return_lecture(lecture, user=UserFactory(), reason=reason, fields=returning)


def upload(number=0, *, size=(400, 300), name="照片.jpg", **options):
    """Return an uploaded JPEG; each number has another picture."""
    content = BytesIO()
    colour = (number * 37 % 256, number * 91 % 256, 120)
    Image.new("RGB", size, colour).save(content, "JPEG", **options)
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def application_at(state, *, days_ago=60, **fields):
    """Take a new application by the services to a state of its ladder.

    ``days_ago`` is when its 公示 begins, if it gets that far.
    """
    application = ApplicationFactory(**fields)
    if state == "draft":
        return application
    application = submit_application(application, user=application.created_by)
    if state == "submitted":
        return application
    staff = UserFactory()
    if state == "returned":
        return review(
            application, to="returned", user=staff, reason="请补正总结。", criteria=[]
        )
    if state == "failed":
        return review(application, to="failed", user=staff, reason="条件不足。")
    day = timezone.localdate() - timedelta(days=days_ago)
    paper = {
        "document_number": "杭联〔2026〕1号",
        "document_on": min(day, timezone.localdate()),
    }
    passed = PASSED[HonourLevel(application.level.level)]
    for rung in LADDER[: LADDER.index(passed) + 1]:
        application = review(application, to=rung, user=staff, **paper)
        if rung == state:
            return application
    application = review(application, to="publicity", user=staff, first=day, **paper)
    if state == ApplicationState.PUBLICITY:
        return application
    paper["document_on"] = application.publicity_until + timedelta(days=1)
    return review(application, to="recognised", user=staff, **paper)


class KeyIndustryFactory(DjangoModelFactory):
    class Meta:
        model = KeyIndustry

    name = factory.Sequence(lambda n: f"第{n}产业")


class LeadTargetFactory(DjangoModelFactory):
    class Meta:
        model = LeadTarget

    year = factory.Sequence(lambda n: 2001 + n % 90)
    target = 20


class LeadFactory(DjangoModelFactory):
    """A lead that waits; ``lead_at()`` takes it further by the services."""

    class Meta:
        model = Lead

    chamber = factory.SubFactory(ChamberFactory)
    kind = "investment"
    title = factory.Sequence(lambda n: f"第{n}条信息")
    content = "拟投资建厂。"
    created_by = factory.SubFactory(UserFactory, role="secretary")


class LeadStepFactory(DjangoModelFactory):
    class Meta:
        model = LeadStep

    lead = factory.SubFactory(LeadFactory)
    number = 2
    before = "waiting"
    state = "valid"
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


LEAD_PATHS = {
    "waiting": [],
    "valid": ["valid"],
    "invalid": ["invalid"],
    "handed": ["valid", "handed"],
    "contact": ["valid", "handed", "contact"],
    "landed": ["valid", "handed", "contact", "landed"],
    "failed": ["valid", "handed", "contact", "failed"],
}


def lead_at(state, **fields):
    """Take a new lead by the services to a state."""
    lead = LeadFactory(**fields)
    staff = UserFactory()
    for to in LEAD_PATHS[state]:
        lead = take_step(lead, to=to, user=staff, unit="县商务局", reason="见说明。")
    return lead


class PairingProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = PairingProgramme

    name = factory.Sequence(lambda n: f"第{n}行动")


class PairingFactory(DjangoModelFactory):
    """An intent; ``pairing_at()`` takes it further by the service."""

    class Meta:
        model = Pairing

    village = factory.SubFactory(VillageFactory)
    enterprise = factory.SubFactory(EnterpriseFactory)
    chamber = factory.SubFactory(ChamberFactory)
    programme = factory.SubFactory(PairingProgrammeFactory)
    started_on = date(2025, 3, 1)
    created_by = factory.SubFactory(UserFactory, role="secretary")


class PairingProjectFactory(DjangoModelFactory):
    class Meta:
        model = PairingProject

    pairing = factory.SubFactory(PairingFactory)
    kind = "welfare"
    name = factory.Sequence(lambda n: f"第{n}项目")
    as_of = date(2026, 3, 1)


class PairingStepFactory(DjangoModelFactory):
    class Meta:
        model = PairingStep

    pairing = factory.SubFactory(PairingFactory)
    number = 2
    before = "intent"
    state = "paired"
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


def pairing_at(state, **fields):
    """Return a pairing that the service has taken to a state."""
    pairing, user = PairingFactory(**fields), UserFactory()
    for to in path_to(PAIRING_STEPS, PairingState.INTENT, PairingState(state)):
        pairing = pairings.take_step(pairing, to=to, user=user, reason="企业搬迁")
    return pairing


class DisputeKindFactory(DjangoModelFactory):
    class Meta:
        model = DisputeKind

    name = factory.Sequence(lambda n: f"第{n}类纠纷")


class MediationCommitteeFactory(DjangoModelFactory):
    """A committee that is not established; ``established()`` makes one that is."""

    class Meta:
        model = MediationCommittee

    name = factory.Sequence(lambda n: f"第{n}调解委员会")
    started_on = date(2025, 1, 1)
    due_on = date(2028, 1, 1)


class MediatorFactory(DjangoModelFactory):
    class Meta:
        model = Mediator

    name = factory.Sequence(lambda n: f"调解员{n}")
    kind = "part_time"
    source = "lawyer"
    committee = factory.SubFactory(MediationCommitteeFactory)
    engaged_on = date(2025, 1, 1)


class CommitteeSeatFactory(DjangoModelFactory):
    class Meta:
        model = CommitteeSeat

    committee = factory.SubFactory(MediationCommitteeFactory)
    mediator = factory.SubFactory(
        MediatorFactory, committee=factory.SelfAttribute("..committee")
    )
    started_on = date(2025, 1, 1)


def established(**fields):
    """Return an established committee of three members."""
    committee = MediationCommitteeFactory(**fields)
    for number in range(3):
        CommitteeSeatFactory(committee=committee, is_head=number == 0)
    committee.is_active = True
    committee.save()
    return committee


class MediationAccessFactory(DjangoModelFactory):
    class Meta:
        model = MediationAccess

    user = factory.SubFactory(UserFactory)
    started_on = date(2025, 1, 1)


class MediationCaseFactory(DjangoModelFactory):
    """A registered case; ``case_at()`` takes it further by the services.

    ``sides=[]`` makes one without parties, which no transaction may leave behind.
    """

    class Meta:
        model = MediationCase
        skip_postgeneration_save = True

    committee = factory.SubFactory(MediationCommitteeFactory)
    year = factory.LazyAttribute(lambda case: case.registered_on.year)
    number = factory.LazyAttribute(
        lambda case: (
            MediationCase.objects.filter(
                committee=case.committee, year=case.year
            ).count()
            + 1
        )
    )
    source = "party"
    kind = factory.SubFactory(DisputeKindFactory)
    summary = "货款纠纷。"
    registered_on = date(2026, 3, 1)
    created_by = factory.SubFactory(UserFactory)

    @classmethod
    def _generate(cls, strategy, params):
        with transaction.atomic():  # The sides are counted at its end.
            return super()._generate(strategy, params)

    @factory.post_generation
    def sides(self, create, extracted, **kwargs):
        for side in ["applicant", "respondent"] if extracted is None else extracted:
            CasePartyFactory(case=self, side=side)


class CasePartyFactory(DjangoModelFactory):
    class Meta:
        model = CaseParty

    case = factory.SubFactory(MediationCaseFactory)
    side = "applicant"
    kind = "legal"
    name = factory.Sequence(lambda n: f"第{n}公司")


class CaseMediatorFactory(DjangoModelFactory):
    class Meta:
        model = CaseMediator

    case = factory.SubFactory(MediationCaseFactory)
    mediator = factory.SubFactory(
        MediatorFactory, committee=factory.SelfAttribute("..case.committee")
    )


class CaseStepFactory(DjangoModelFactory):
    class Meta:
        model = CaseStep

    case = factory.SubFactory(MediationCaseFactory)
    number = 2
    before = "registered"
    state = "accepted"
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


class PromotionEventFactory(DjangoModelFactory):
    class Meta:
        model = PromotionEvent

    name = factory.Sequence(lambda n: f"第{n}推介会")
    held_on = date(2025, 5, 1)
    place = "东海市"
    organiser = factory.SubFactory(ChamberFactory)
    created_by = factory.SubFactory(UserFactory, role="secretary")


class ProjectFactory(DjangoModelFactory):
    """A hint; ``project_at()`` takes it further by the services."""

    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"第{n}项目")
    is_return = True
    investor = "东海公司"
    chamber = factory.SubFactory(ChamberFactory)
    created_by = factory.SubFactory(UserFactory, role="secretary")


class ProjectStepFactory(DjangoModelFactory):
    class Meta:
        model = ProjectStep

    project = factory.SubFactory(ProjectFactory)
    number = 2
    before = "lead"
    state = "talks"
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


CASE_PATHS = {
    "registered": [],
    "accepted": ["accepted"],
    "refused": ["refused"],
    "mediating": ["accepted", "mediating"],
    "agreed": ["accepted", "mediating", "agreed"],
    "failed": ["accepted", "mediating", "failed"],
    "withdrawn": ["accepted", "withdrawn"],
    "fulfilled": ["accepted", "mediating", "agreed", "fulfilled"],
    "unfulfilled": ["accepted", "mediating", "agreed", "unfulfilled"],
    "archived": ["accepted", "mediating", "agreed", "fulfilled", "archived"],
}


def case_at(state, *, mediators=None, accepted_on=None, agreement=None, **fields):
    """Take a new case by the services to a state."""
    from activities.services.mediation import take_step as step_case

    case = fields.pop("case", None) or MediationCaseFactory(**fields)
    staff = MediationAccessFactory().user
    if mediators is None:
        mediators = [MediatorFactory(committee=case.committee)]
    for to in CASE_PATHS[state]:
        more = {}
        if to == "accepted":
            more = {
                "mediators": mediators,
                "accepted_on": accepted_on or case.registered_on,
            }
        if to == "agreed":
            more = {
                "agreement_kind": "oral",
                "agreement_text": "分两期付清。",
                "effective_on": case.accepted_on,
            } | (agreement or {})
        informed = to in ("failed", "unfulfilled")
        case = step_case(
            case, to=to, user=staff, reason="见说明。", informed=informed, **more
        )
    return case


class CaseSessionFactory(DjangoModelFactory):
    class Meta:
        model = CaseSession

    case = factory.LazyFunction(lambda: case_at("mediating"))
    held_on = date(2026, 3, 5)
    text = "双方陈述。"


class CaseVisitFactory(DjangoModelFactory):
    class Meta:
        model = CaseVisit

    case = factory.LazyFunction(lambda: case_at("agreed"))
    visited_on = date(2026, 3, 20)
    result = "正在履行。"


class CasePaperFactory(DjangoModelFactory):
    class Meta:
        model = CasePaper

    case = factory.SubFactory(MediationCaseFactory)
    kind = "agreement"
    file = "mediation/ab/abc.pdf"
    name = "协议书.pdf"
    is_pdf = True
    size = 100
    sha256 = factory.Sequence(lambda n: f"{n:064x}")


class MediationRequestFactory(DjangoModelFactory):
    class Meta:
        model = MediationRequest

    enterprise = factory.Sequence(lambda n: f"第{n}申请企业")
    contact_name = "张三"
    phone = "13812345678"
    other_party = "对方公司"
    kind = factory.SubFactory(DisputeKindFactory)
    content = "货款没有付清。"


PROJECT_PATHS = {
    "lead": [],
    "talks": ["talks"],
    "signed": ["talks", "signed"],
    "started": ["talks", "signed", "started"],
    "operating": ["talks", "signed", "started", "operating"],
    "terminated": ["talks", "signed", "terminated"],
}


def project_at(state, *, signed_on=date(2025, 3, 1), contracted=5_000_000, **fields):
    """Take a new project by the service to a state; each step a month later."""
    from activities.services.project import take_step as step_project

    project = ProjectFactory(**fields)
    day = signed_on
    for to in PROJECT_PATHS[state]:
        dated = {} if to == "talks" else {"happened_on": day}
        if to != "talks":
            day += timedelta(days=30)
        project = step_project(
            project,
            to=to,
            user=project.created_by,
            contracted=Decimal(contracted),
            reason="见说明。",
            **dated,
        )
    return project


class ProjectEntryFactory(DjangoModelFactory):
    class Meta:
        model = ProjectEntry

    project = factory.LazyFunction(lambda: project_at("signed"))
    day = date(2025, 4, 1)
    paid_in = Decimal(1_000_000)
    jobs = 10
    created_by = factory.SubFactory(UserFactory, role="secretary")


class BaselineFactory(DjangoModelFactory):
    class Meta:
        model = Baseline

    rule = "lectures-held"
    value = Decimal(100)
    until = date(2022, 12, 31)
    document = "杭委组〔2023〕1号"


class QuarterLockFactory(DjangoModelFactory):
    class Meta:
        model = QuarterLock

    year = 2025
    number = 4
    by = factory.SubFactory(UserFactory, role="federation")


class ReportTemplateFactory(DjangoModelFactory):
    class Meta:
        model = ReportTemplate

    name = factory.Sequence(lambda n: f"第{n}号表")
    kind = "excel"
    content = factory.LazyFunction(lambda: workbook_of("{{引才有效信息_数}}"))
    names = ("引才有效信息_数",)
    uploaded_by = factory.SubFactory(UserFactory, role="federation")


def workbook_of(*texts):
    """Return an Excel file with a text in each cell of its first column."""
    book = Workbook()
    for number, text in enumerate(texts, start=1):
        book.active.cell(number, 1, text)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


class ExportLogFactory(DjangoModelFactory):
    class Meta:
        model = ExportLog

    by = factory.SubFactory(UserFactory)
    path = "/workbench/leads/export/"
    what = "商会引才信息"
    rows = 3


class FundFactory(DjangoModelFactory):
    class Meta:
        model = Fund

    name = factory.Sequence(lambda n: f"第{n}基金")
    chamber = factory.SubFactory(ChamberFactory)
    purpose = "助学。"
    founded_on = date(2024, 1, 1)


class FundEntryFactory(DjangoModelFactory):
    """A receipt of one 万元."""

    class Meta:
        model = FundEntry

    fund = factory.SubFactory(FundFactory)
    direction = "income"
    amount = Decimal(10_000)
    happened_on = date(2025, 3, 1)
    purpose = "募集"


class DonationFactory(DjangoModelFactory):
    """Anonymous cash, received; ``donated()`` brings it to a fund, too."""

    class Meta:
        model = Donation

    chamber = factory.SubFactory(ChamberFactory)
    donor_kind = "anonymous"
    purpose = "education"
    form = "cash"
    value = Decimal(10_000)
    pledged_on = date(2025, 3, 1)
    received_on = date(2025, 3, 5)


class CharityActivityFactory(DjangoModelFactory):
    class Meta:
        model = CharityActivity

    chamber = factory.SubFactory(ChamberFactory)
    kind = "visit"
    title = factory.Sequence(lambda n: f"第{n}次慰问")
    held_on = date(2025, 3, 1)


def donated(fund, **fields):
    """Return a donation to a fund, saved by the service with its receipt."""
    from activities.services.welfare import save_donation

    return save_donation(
        DonationFactory.build(fund=fund, chamber=fund.chamber, **fields)
    )


class ContactDutyFactory(DjangoModelFactory):
    class Meta:
        model = ContactDuty

    name = "实地调研"
    kind = "survey"


class ContactAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = ContactAssignment

    post = "县委常委、组织部部长"
    branch = factory.SubFactory(BranchFactory)
    started_on = date(2025, 1, 1)


class ContactActivityFactory(DjangoModelFactory):
    class Meta:
        model = ContactActivity

    assignment = factory.SubFactory(ContactAssignmentFactory)
    kind = "survey"
    held_on = factory.Sequence(lambda n: date(2025, 1, 1) + timedelta(days=n % 300))
    created_by = factory.SubFactory(UserFactory, role="secretary")


class DemandFactory(DjangoModelFactory):
    """A demand that was collected; ``demand_at()`` takes it further."""

    class Meta:
        model = Demand

    chamber = factory.SubFactory(ChamberFactory)
    title = factory.Sequence(lambda n: f"第{n}件诉求")
    content = "希望组织招聘。"
    collected_on = date(2025, 3, 1)
    created_by = factory.SubFactory(UserFactory, role="secretary")


class DemandStepFactory(DjangoModelFactory):
    class Meta:
        model = DemandStep

    demand = factory.SubFactory(DemandFactory)
    number = 2
    before = "collected"
    state = "returned"
    reason = "见说明。"
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)


def demand_at(state, **fields):
    """Take a new demand by the services to a state."""
    from activities.models.liaison.demand import TRANSITIONS, DemandState
    from activities.services import liaison
    from redleader.records.steps import path_to

    demand, staff = DemandFactory(**fields), UserFactory()
    for to in path_to(TRANSITIONS, DemandState.COLLECTED, DemandState(state)):
        more = {"reason": "见说明。"}
        if to == DemandState.ASSIGNED:
            due_on = timezone.localdate() + timedelta(days=30)
            more |= {"unit": "县人社局", "due_on": due_on}
        demand = liaison.take_step(demand, to=to, user=staff, **more)
    return demand


def make_overdue(demand):
    """Let the time for a demand run out."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Demand.objects.filter(pk=demand.pk).update(due_on=yesterday)
    demand.refresh_from_db()
    return demand
