"""The words of a lecture: its kinds and states, and what a record says."""

from django.db import models

from redleader.records.constraints import sql_list


class LectureKind(models.TextChoices):
    """domain.md 2.4 and 3."""

    PARTY_LECTURE = "party_lecture", "党课"
    HALL = "hall", "讲堂"
    ASSEMBLY = "assembly", "支部党员大会"
    COMMITTEE = "committee", "支部委员会会议"
    GROUP = "group", "党小组会"
    PARTY_DAY = "party_day", "主题党日"
    ORGANISATION_LIFE = "organisation_life", "组织生活会"
    APPRAISAL = "appraisal", "民主评议党员"
    CONVICTION = "conviction", "理想信念教育"
    EXCHANGE = "exchange", "考察交流、调研"


# Meetings of Party members alone: their roster is the branch, not the chamber.
MEMBER_KINDS = [
    LectureKind.ASSEMBLY,
    LectureKind.COMMITTEE,
    LectureKind.GROUP,
    LectureKind.ORGANISATION_LIFE,
    LectureKind.APPRAISAL,
]


class Theme(models.TextChoices):
    """The three activities of the county's brand; public report, line 11."""

    RECITE = "recite", "党章传诵我来讲"
    SHINE = "shine", "党徽闪光我担当"
    LEAD = "lead", "党旗飘扬我先行"


class Organiser(models.TextChoices):
    CHAMBER = "chamber", "商会"
    BRANCH = "branch", "党组织"
    FEDERATION = "federation", "县工商联"


class LecturerRole(models.TextChoices):
    BRANCH_SECRETARY = "branch_secretary", "商会党支部书记"
    COUNTY_LEADER = "county_leader", "县领导"
    EXPERT = "expert", "专家"
    MODEL = "model", "先进典型"
    OTHER = "other", "其他"


class LectureState(models.TextChoices):
    PLANNED = "planned", "计划"
    CANCELLED = "cancelled", "已取消"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    ACCEPTED = "accepted", "通过"
    RETURNED = "returned", "退回"
    ARCHIVED = "archived", "已归档"
    SUPERSEDED = "superseded", "已更正"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    LectureState.PLANNED: [LectureState.DRAFT, LectureState.CANCELLED],
    LectureState.CANCELLED: [LectureState.PLANNED],
    LectureState.DRAFT: [LectureState.SUBMITTED],
    LectureState.SUBMITTED: [
        LectureState.DRAFT,
        LectureState.ACCEPTED,
        LectureState.RETURNED,
    ],
    LectureState.RETURNED: [LectureState.SUBMITTED],
    LectureState.ACCEPTED: [LectureState.ARCHIVED, LectureState.SUPERSEDED],
    LectureState.ARCHIVED: [LectureState.SUPERSEDED],
    LectureState.SUPERSEDED: [],
}
FIRST_STATES = [LectureState.PLANNED, LectureState.DRAFT]
# A plan may lack what only the event itself brings.
PLAN_STATES = [LectureState.PLANNED, LectureState.CANCELLED]
EDITABLE_STATES = [LectureState.PLANNED, LectureState.DRAFT, LectureState.RETURNED]
PUBLIC_STATES = [LectureState.ACCEPTED, LectureState.ARCHIVED]


EDITABLE_SQL = sql_list(EDITABLE_STATES)
CLOSED_ERROR = "该记录已提交审核，不能修改；如需更正请先“撤回”。"
MAX_PEOPLE = 2000


# What a record says; closed while it is under review and afterwards.
CONTENT_FIELDS = [
    "kind",
    "theme",
    "issue",
    "topic",
    "organiser",
    "chamber",
    "branch",
    "course",
    "site",
    "started_at",
    "ended_at",
    "venue",
    "lecturer_name",
    "lecturer_role",
    "host_name",
    "recorder_name",
    "attendance_basis",
    "expected",
    "present",
    "on_leave",
    "absent",
    "guests",
    "content",
    "decision",
    "public_summary",
]
RELATIONS = {"issue", "chamber", "branch", "course", "site"}
CONTENT_COLUMNS = [
    f"{name}_id" if name in RELATIONS else name for name in CONTENT_FIELDS
]


class AttendanceBasis(models.TextChoices):
    """What an attendance stands on; every report says which."""

    NUMBERS = "numbers", "仅人数"
    NAMES = "names", "按名单"
    BOTH = "both", "人数和名单"


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", "实到"
    ON_LEAVE = "on_leave", "请假"
    ABSENT = "absent", "缺席"


class PhotoKind(models.TextChoices):
    SCENE = "scene", "现场照片"
    SCAN = "scan", "签到表扫描件"
