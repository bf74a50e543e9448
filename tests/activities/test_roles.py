"""What each role may do: the matrix that is shown, and the addresses themselves."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Application, Lecture
from activities.views.workbench.role import AREAS, NONE, READS, WRITES, matrix
from chambers.models import Branch, Chamber, Role, User
from chambers.rights import person
from tests.activities.test_addresses import TABLE, World
from tests.factories.activities import LeadFactory, LectureFactory
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    MemberFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db


def user_of(role, world):
    """A user who sees the world's chamber as far as the role allows."""
    chamber = world.chamber
    if role == Role.SECRETARY:
        return world["own"]
    if role == Role.TOWNSHIP:
        chamber.township = chamber.township or RegionFactory()
        chamber.save()
        return UserFactory(role=role, township=chamber.township)
    if role == Role.BRANCH_SECRETARY:
        return branch_secretary(BranchFactory(chambers=[chamber]))
    return UserFactory(role=role)


def branch_secretary(branch, **dates):
    member = MemberFactory()
    AppointmentFactory(
        member=member, branch=branch, chamber=None, post="branch_secretary", **dates
    )
    return UserFactory(role=Role.BRANCH_SECRETARY, member=member)


@pytest.mark.parametrize("role", Role)
def test_matrix_says_what_the_addresses_do(role, sign_in):
    world = World()
    world["own"] = secretary_of(world.chamber)
    world["honours"] = "leads"  # what secretaries may import, too
    user = user_of(role, world)
    client = sign_in(user)
    seen = {}
    for area in AREAS:
        keys, *_ = TABLE[f"workbench:{area.reading}"]
        answer = client.get(reverse(f"workbench:{area.reading}"))
        assert not keys
        word = READS if answer.status_code == 200 else NONE
        if area.writing:
            keys, *_ = TABLE[f"workbench:{area.writing}"]
            to = reverse(f"workbench:{area.writing}", args=[world[key] for key in keys])
            if client.post(to).status_code not in (403, 404, 405):
                word = WRITES
        seen[area.label] = word

    assert seen == {area.label: area.cell(person(role)) for area in AREAS}


def test_matrix_page(sign_in):
    page = sign_in(UserFactory()).get(reverse("workbench:role-matrix"))

    assert page.context["rows"] == matrix()
    assert [role for role, _ in matrix()[0][1]] == Role.labels


# New roles at addresses: answers to GET and to POST of township, branch secretary of
# the record, another branch secretary, auditor. The record is of the branch.
NEW = {
    "lecture-list": ([200, 200, 200, 200], [403, 405, 405, 403]),
    "lecture-create": ([403, 200, 200, 403], [403, 422, 422, 403]),
    "lecture-detail": ([200, 200, 404, 200], [403, 405, 405, 403]),
    "lecture-update": ([403, 200, 404, 403], [403, 422, 404, 403]),
    "lecture-submit": ([405, 405, 405, 405], [403, 302, 404, 403]),
    "lead-list": ([200, 404, 404, 200], [403, 404, 404, 403]),
    "lead-detail": ([200, 404, 404, 200], [403, 404, 404, 403]),
    "lead-update": ([403, 404, 404, 403], [403, 404, 404, 403]),
    "mediation-list": ([404, 404, 404, 404], [404, 404, 404, 403]),
    "report-list": ([403, 404, 404, 200], [403, 404, 404, 403]),
    "import-list": ([403, 404, 404, 403], [403, 404, 404, 403]),
    "audit-list": ([403, 404, 404, 200], [403, 404, 404, 403]),
    "draft-keep": ([405, 405, 405, 405], [403, 400, 400, 403]),
}


def test_new_roles_at_the_addresses(sign_in):
    world = World()
    chamber = world.chamber
    actors = [user_of(Role.TOWNSHIP, world)]
    branch = BranchFactory(chambers=[chamber])
    actors += [branch_secretary(branch), branch_secretary(BranchFactory())]
    actors.append(UserFactory(role=Role.AUDITOR))
    chamber.refresh_from_db()
    lecture = LectureFactory(chamber=chamber, branch=branch, organiser="branch")
    world["draft"] = lecture.pk
    world["lead"] = LeadFactory(chamber=chamber).pk
    clients = [sign_in(actor) for actor in actors]
    for name, expected in NEW.items():
        keys, *_ = TABLE[f"workbench:{name}"]
        address = reverse(f"workbench:{name}", args=[world[key] for key in keys])
        for method, codes in zip(["get", "post"], expected, strict=True):
            found = [getattr(c, method)(address).status_code for c in clients]
            assert found == codes, (name, method)


def test_auditor_reads_the_back_office_and_writes_nothing(sign_in):
    client = sign_in(UserFactory(role=Role.AUDITOR))
    chamber = ChamberFactory()
    change = reverse("admin:chambers_chamber_change", args=[chamber.pk])

    assert client.get(reverse("admin:chambers_chamber_changelist")).status_code == 200
    assert client.get(change).status_code == 200
    assert client.post(change).status_code == 403
    assert client.get(reverse("admin:chambers_chamber_add")).status_code == 403
    assert client.get(reverse("admin:chambers_user_changelist")).status_code == 403
    assert not person(Role.AUDITOR).has_perm("chambers.change_chamber")


def test_township_sees_its_own_chambers():
    here, there = RegionFactory(), RegionFactory()
    own = ChamberFactory(township=here)
    ChamberFactory(township=there)
    ChamberFactory(township=None)
    user = UserFactory(role=Role.TOWNSHIP, township=here)

    assert list(Chamber.objects.visible_to(user)) == [own]
    assert not Application.objects.visible_to(user).exists()


def test_branch_secretary_sees_the_lectures_of_the_branch_today():
    chamber = ChamberFactory()
    branch = BranchFactory(chambers=[chamber])
    own = LectureFactory(chamber=chamber, branch=branch, organiser="branch")
    LectureFactory(chamber=chamber)
    today = timezone.localdate()
    user = branch_secretary(branch, started_on=date(2024, 1, 1), ended_on=today)

    assert list(Lecture.objects.visible_to(user)) == [own]
    assert list(Branch.objects.visible_to(user)) == [branch]

    yesterday = today - timedelta(days=1)
    user.member.appointments.update(ended_on=yesterday)

    assert not Lecture.objects.visible_to(user).exists()
    assert not Branch.objects.visible_to(user).exists()
    assert not Chamber.objects.visible_to(user).exists()


def test_branch_secretary_records_for_a_branch_only(sign_in):
    branch = BranchFactory()
    client = sign_in(branch_secretary(branch))

    page = client.get(reverse("workbench:lecture-create"))

    assert page.context["form"].fields["branch"].required
    assert list(page.context["form"].fields["branch"].queryset) == [branch]


def test_every_role_has_a_row_of_rights():
    for role in Role:
        user = User(role=role, is_active=True)
        assert user.has_perm("chambers.view_chamber") == user.is_staff
