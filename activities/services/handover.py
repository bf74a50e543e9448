"""What a new secretary takes over: one chamber's posts, open matters and papers."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from activities.models import (
    Application,
    Award,
    Demand,
    EvidenceFile,
    Lead,
    Lecture,
    Pairing,
    Project,
)
from activities.models.application import ApplicationState
from activities.models.lecture import LectureState
from activities.models.liaison.demand import OPEN
from activities.models.pairing import PairingState
from activities.models.project import ProjectState
from chambers.models import Appointment, Chamber, ChamberTerm, User

LIMIT = 20  # of each list; the page of the noun has all


@dataclass
class Matters:
    """Some matters of one kind, and where to see all of them."""

    title: str
    address: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)  # label, detail, to


@dataclass
class Handover:
    chamber: Chamber
    posts: list[Appointment]
    term: ChamberTerm | None
    matters: list[Matters]
    papers: list[EvidenceFile]


def handover_of(chamber: Chamber, user: User) -> Handover:
    """Return what is open in a chamber, as far as the user may see it."""
    today = timezone.localdate()
    posts = Appointment.objects.giving_access().filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=today - timedelta(days=365)),
        Q(chamber=chamber) | Q(branch__coverages__chamber=chamber),
    )
    files = EvidenceFile.objects.filter(
        evidence__application__in=Application.objects.visible_to(user).filter(
            chamber=chamber
        )
    )
    return Handover(
        chamber,
        list(posts.select_related("member", "chamber", "branch").distinct()),
        chamber.terms.current().first(),  # type: ignore[attr-defined]
        open_matters(chamber, user),
        list(files.select_related("evidence__application").order_by("-pk")[:LIMIT]),
    )


def open_matters(chamber: Chamber, user: User) -> list[Matters]:
    lectures = Lecture.objects.visible_to(user).filter(chamber=chamber)
    applications = Application.objects.visible_to(user).filter(chamber=chamber)
    ended = [PairingState.DONE, PairingState.TERMINATED]
    pairings = Pairing.objects.visible_to(user).filter(chamber=chamber)
    pairings = pairings.exclude(state__in=ended)
    leads = Lead.objects.visible_to(user).filter(chamber=chamber).waiting()
    demands = Demand.objects.visible_to(user).filter(chamber=chamber)
    projects = Project.objects.visible_to(user).filter(chamber=chamber)
    awards = Award.objects.visible_to(user).filter(chamber=chamber).on()
    records = reverse("workbench:lecture-list")
    return [
        Matters(
            "草稿和退回的讲课记录",
            records,
            [
                (row.topic, row.get_state_display(), row.get_absolute_url())
                for row in lectures.filter(
                    state__in=[LectureState.DRAFT, LectureState.RETURNED]
                )[:LIMIT]
            ],
        ),
        Matters(
            "已提交、等待审核的讲课记录",
            f"{records}?state=submitted",
            [
                (row.topic, row.get_state_display(), row.get_absolute_url())
                for row in lectures.waiting()[:LIMIT]
            ],
        ),
        Matters(
            "没有办完的荣誉申报",
            reverse("workbench:application-list"),
            [
                (str(row), row.get_state_display(), row.get_absolute_url())
                for row in applications.exclude(
                    state__in=[ApplicationState.RECOGNISED, ApplicationState.FAILED]
                ).with_names()[:LIMIT]
            ],
        ),
        Matters(
            "进行中的村企结对",
            reverse("workbench:pairing-list"),
            [
                (str(row), row.get_state_display(), row.get_absolute_url())
                for row in pairings.with_names()[:LIMIT]
            ],
        ),
        Matters(
            "没有终止的回乡投资和乡村振兴项目",
            reverse("workbench:project-list"),
            [
                (row.name, row.get_state_display(), row.get_absolute_url())
                for row in projects.exclude(state=ProjectState.TERMINATED).with_names()[
                    :LIMIT
                ]
            ],
        ),
        Matters(
            "没有办结的诉求",
            reverse("workbench:demand-list"),
            [
                (row.title, row.get_state_display(), row.get_absolute_url())
                for row in demands.filter(state__in=OPEN).with_names()[:LIMIT]
            ],
        ),
        Matters(
            "等待核实的引才信息",
            f"{reverse('workbench:lead-list')}?state=waiting",
            [
                (row.title, row.get_state_display(), row.get_absolute_url())
                for row in leads.with_names()[:LIMIT]
            ],
        ),
        Matters(
            "持有的称号和证书",
            reverse("workbench:certificate-list"),
            [
                (
                    row.title,
                    f"有效期至 {row.valid_until:%Y-%m-%d}" if row.valid_until else "",
                    reverse("workbench:certificate-list"),
                )
                for row in awards[:LIMIT]
            ],
        ),
    ]
