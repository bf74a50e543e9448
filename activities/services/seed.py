"""The rules a county begins with, which staff then edit: meetings, 四好, paper."""

from collections import Counter

from django.db import transaction
from django.utils import timezone

from activities.models import (
    CertificateTemplate,
    ContactDuty,
    DisputeKind,
    LeadTarget,
    MeetingRequirement,
    PairingProgramme,
)
from activities.models.lecture import LectureKind
from activities.models.liaison.contact import ContactKind
from activities.models.requirement import Applies, Period
from activities.services.certificate import load_templates
from activities.services.scheme import load_four_goods, load_holidays

REGULATION = "《中国共产党支部工作条例（试行）》"
# Kind, period, for whom, source; domain.md 2.4. Each is held once in its period.
MEETINGS = [
    (
        LectureKind.ASSEMBLY,
        Period.QUARTER,
        Applies.ALL,
        f"{REGULATION}：支部党员大会一般每季度召开 1 次。",
    ),
    (
        LectureKind.COMMITTEE,
        Period.MONTH,
        Applies.COMMITTEE,
        f"{REGULATION}：支部委员会会议一般每月召开 1 次。",
    ),
    (
        LectureKind.PARTY_LECTURE,
        Period.QUARTER,
        Applies.ALL,
        "地方通行做法：每季度 1 次；全国性规定只要求定期上党课，没有规定支部的次数。",
    ),
    (
        LectureKind.PARTY_DAY,
        Period.MONTH,
        Applies.ALL,
        f"{REGULATION}：每月相对固定 1 天开展主题党日。",
    ),
    (
        LectureKind.ORGANISATION_LIFE,
        Period.YEAR,
        Applies.ALL,
        f"{REGULATION}：每年至少召开 1 次组织生活会，一般在第四季度。",
    ),
    (
        LectureKind.APPRAISAL,
        Period.YEAR,
        Applies.ALL,
        f"{REGULATION}：一般每年开展 1 次民主评议党员。",
    ),
]

# Valid leads of a year; the report does not say whether of all chambers or of each.
LEAD_TARGET = 20
LEAD_SOURCE = "上杭县委组织部公开报道：引才网络每年提供有效信息不少于 20 条。"


# 全国工商联、司法部 2018 意见 names the first three; domain.md 4.5.
DISPUTE_KINDS = ["生产经营", "劳资", "知识产权", "合同", "其他"]
# The yearly duties of a leader; domain.md 4.4.
DUTY_SOURCE = "外地做法（湖南攸县），不是本县规定，工作人员可以修改或停用"
DUTIES = [
    ("实地调研", ContactKind.SURVEY),
    ("参加商会会议", ContactKind.MEETING),
    ("走访商会负责人", ContactKind.VISIT),
]

PROGRAMMES = ["红土同心•民企帮村", "万企兴万村•企村联建", "村企共建"]


@transaction.atomic
def load_seed(*, dry_run: bool = False) -> Counter[str]:
    """Create the missing rows, and return how many of each model.

    Existing rows, in use or not, are left to staff.
    """
    made: Counter[str] = Counter()
    known = set(MeetingRequirement.objects.values_list("kind", flat=True))
    for kind, period, applies_if, source in MEETINGS:
        if kind in known:
            continue
        requirement = MeetingRequirement(
            kind=kind, period=period, applies_if=applies_if, source=source
        )
        requirement.full_clean()
        requirement.save()
        made[str(MeetingRequirement._meta.verbose_name)] += 1
    load_programmes(made)
    load_dispute_kinds(made)
    load_duties(made)
    load_four_goods(made)
    load_holidays(made)
    templates = load_templates()
    if templates:
        made[str(CertificateTemplate._meta.verbose_name)] = templates
    if load_lead_target():
        made[str(LeadTarget._meta.verbose_name)] += 1
    if dry_run:
        transaction.set_rollback(True)
    return made


def load_lead_target() -> bool:
    """Set the target of this year unless staff have; tell whether it was new."""
    year = timezone.localdate().year
    if LeadTarget.objects.filter(year=year).exists():
        return False
    row = LeadTarget(year=year, target=LEAD_TARGET, source=LEAD_SOURCE)
    row.full_clean()
    row.save()
    return True


def load_programmes(made: Counter[str]) -> None:
    """Make the campaigns of 村企共建 that the public report names."""
    known = set(PairingProgramme.objects.values_list("name", flat=True))
    for name in PROGRAMMES:
        if name not in known:
            PairingProgramme.objects.create(name=name)
            made[str(PairingProgramme._meta.verbose_name)] += 1


def load_dispute_kinds(made: Counter[str]) -> None:
    """Make the kinds of dispute that are missing; staff may add others."""
    known = set(DisputeKind.objects.values_list("name", flat=True))
    for name in DISPUTE_KINDS:
        if name not in known:
            DisputeKind.objects.create(name=name)
            made[str(DisputeKind._meta.verbose_name)] += 1


def load_duties(made: Counter[str]) -> None:
    """Make the yearly duties of 定点联系, each once a year."""
    known = set(ContactDuty.objects.values_list("kind", flat=True))
    for name, kind in DUTIES:
        if kind not in known:
            ContactDuty.objects.create(name=name, kind=kind, source=DUTY_SOURCE)
            made[str(ContactDuty._meta.verbose_name)] += 1
