"""702 pairs of a secretary and a foreign chamber, and nothing of it to be seen."""

import pytest
from django.urls import resolve, reverse
from django.utils import timezone

from activities.models import EvidenceFile
from activities.services.evidence import add_files
from activities.services.photo import add_photos
from chambers.models import Branch, Chamber, Member
from chambers.rights import is_public, right_of
from tests.factories.activities import (
    ApplicationFactory,
    CasePartyFactory,
    CharityActivityFactory,
    ContactActivityFactory,
    DemandFactory,
    FundFactory,
    LeadFactory,
    LectureFactory,
    MediationCaseFactory,
    MediationCommitteeFactory,
    MeetingRequirementFactory,
    PairingProjectFactory,
    ProjectFactory,
    PromotionEventFactory,
    SchemeLevelFactory,
    accepted,
    donated,
    indicator,
    planned,
    upload,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MembershipFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
CHAMBERS = 27
# What the rows of a chamber are called, with its number behind.
WORDS = [
    "甲",
    "草稿",
    "会员",
    "计划",
    "线索",
    "基金",
    "捐赠人",
    "慰问",
    "公司",
    "诉求",
    "项目",
    "推介",
]


@pytest.fixture
def county():
    return chambers_with_work(CHAMBERS)


@pytest.fixture
def neighbours():
    return chambers_with_work(2)


def chambers_with_work(count):
    """Chambers, each with branch, member, secretary, draft, photo, plan, lecture."""
    MeetingRequirementFactory(kind="assembly", period="quarter")
    level = SchemeLevelFactory()
    paper = indicator(level.version, proof="file")
    indicator(level.version, proof="count", rule="members", target=1)
    rows = []
    for number in range(count):
        chamber = ChamberFactory(name=f"甲{number:02}商会")
        branch = BranchFactory(name=f"甲{number:02}支部", chambers=[chamber])
        MembershipFactory(chamber=chamber, member__name=f"会员{number:02}号")
        user = secretary_of(chamber)
        fields = {"chamber": chamber, "created_by": user, "is_public": False}
        draft = LectureFactory(topic=f"草稿{number:02}", **fields)
        planned(topic=f"计划{number:02}", started_at=timezone.now(), **fields)
        (photo,) = add_photos(draft, [upload(number)])
        closed = accepted(topic=f"内部{number:02}", **fields)
        application = ApplicationFactory(level=level, chamber=chamber, created_by=user)
        add_files(application, paper, [upload(number)])
        fund = FundFactory(name=f"基金{number:02}", chamber=chamber)
        donated(fund, donor_kind="person", donor_name=f"捐赠人{number:02}")
        CharityActivityFactory(title=f"慰问{number:02}", chamber=chamber)
        LeadFactory(title=f"线索{number:02}", chamber=chamber, created_by=user)
        PairingProjectFactory(
            name=f"共建{number:02}",
            pairing__chamber=chamber,
            pairing__enterprise=EnterpriseFactory(name=f"结对企业{number:02}"),
        )
        committee = MediationCommitteeFactory(chamber=chamber)
        case = MediationCaseFactory(committee=committee)
        CasePartyFactory(case=case, name=f"公司{number:02}")
        ContactActivityFactory(assignment__branch=branch)
        DemandFactory(title=f"诉求{number:02}", chamber=chamber, created_by=user)
        ProjectFactory(name=f"项目{number:02}", chamber=chamber, created_by=user)
        PromotionEventFactory(name=f"推介{number:02}", organiser=chamber)
        rows.append((user, chamber, draft, photo, closed))
    return rows


def addresses_of(draft, photo, closed):
    """Return (method, address) of everything that leads to a record."""
    pages = [
        "lecture-detail",
        "lecture-update",
        "lecture-delete",
        "lecture-signin",
        "lecture-record",
    ]
    steps = ["lecture-submit", "lecture-withdraw", "photo-add"]
    for lecture in (draft, closed):
        yield from (
            ("get", reverse(f"workbench:{name}", args=[lecture.pk])) for name in pages
        )
        yield from (
            ("post", reverse(f"workbench:{name}", args=[lecture.pk]))
            for name in ["lecture-update", "lecture-delete", *steps]
        )
        yield "get", reverse("public:lecture-detail", args=[lecture.pk])
    plan = draft.chamber.lectures.planned().get()
    for name in ("plan-update", "plan-cancel"):
        yield "get", reverse(f"workbench:{name}", args=[plan.pk])
        yield "post", reverse(f"workbench:{name}", args=[plan.pk])
    yield "post", reverse("workbench:plan-reopen", args=[plan.pk])
    branch = draft.chamber.branches.get()
    yield "get", reverse("workbench:meeting-detail", args=[branch.pk, "assembly"])
    yield from addresses_of_application(draft.chamber)
    lead = draft.chamber.leads.get()
    yield "get", reverse("workbench:lead-detail", args=[lead.pk])
    for method in ("get", "post"):
        yield method, reverse("workbench:lead-update", args=[lead.pk])
    yield "post", reverse("workbench:lead-step", args=[lead.pk, "valid"])
    yield from addresses_of_pairing(draft.chamber.pairings.get())
    committee = draft.chamber.mediation_committees.get()
    yield from addresses_of_case(committee.cases.get())
    yield from addresses_of_welfare(draft.chamber)
    yield from addresses_of_liaison(draft.chamber)
    yield from addresses_of_project(draft.chamber.projects.get())
    keys = [draft.pk, photo.pk]
    yield "post", reverse("workbench:photo-delete", args=keys)
    yield "get", reverse("public:photo", args=[photo.pk, "full"])
    yield "get", reverse("public:photo", args=[photo.pk, "thumbnail"])


def addresses_of_pairing(pairing):
    project = pairing.projects.get()
    for name in ("detail", "update"):
        yield "get", reverse(f"workbench:pairing-{name}", args=[pairing.pk])
    yield "post", reverse("workbench:pairing-update", args=[pairing.pk])
    yield "post", reverse("workbench:pairing-step", args=[pairing.pk, "paired"])
    for method in ("get", "post"):
        yield method, reverse("workbench:pairing-project-create", args=[pairing.pk])
        for name in ("update", "delete"):
            address = f"workbench:pairing-project-{name}"
            yield method, reverse(address, args=[project.pk])


def addresses_of_case(case):
    for name in ("detail", "update", "assign", "confirmation", "session-create"):
        yield "get", reverse(f"workbench:mediation-{name}", args=[case.pk])
    for name in ("update", "assign", "session-create", "visit-create", "paper-add"):
        yield "post", reverse(f"workbench:mediation-{name}", args=[case.pk])
    yield "post", reverse("workbench:mediation-step", args=[case.pk, "accepted"])
    yield "get", reverse("workbench:mediation-form", args=[case.pk, "application"])
    party = case.parties.first()
    yield "get", reverse("workbench:mediation-party-update", args=[party.pk])


def addresses_of_liaison(chamber):
    demand = chamber.demands.get()
    assignment = chamber.branches.get().contact_assignments.get()
    contact = assignment.activities.get()
    yield "get", reverse("workbench:liaison-detail", args=[assignment.pk])
    yield "get", reverse("workbench:demand-detail", args=[demand.pk])
    yield "post", reverse("workbench:demand-step", args=[demand.pk, "closed"])
    for method in ("get", "post"):
        yield method, reverse("workbench:liaison-update", args=[assignment.pk])
        yield method, reverse("workbench:demand-update", args=[demand.pk])
        yield method, reverse("workbench:contact-update", args=[contact.pk])
        yield method, reverse("workbench:contact-delete", args=[contact.pk])


def addresses_of_project(project):
    yield "get", reverse("workbench:project-detail", args=[project.pk])
    yield "get", reverse("workbench:project-entry-create", args=[project.pk])
    yield "post", reverse("workbench:project-step", args=[project.pk, "talks"])
    promotion = project.chamber.promotions.get()
    yield "get", reverse("workbench:promotion-detail", args=[promotion.pk])
    for method in ("get", "post"):
        yield method, reverse("workbench:project-update", args=[project.pk])
        yield method, reverse("workbench:promotion-update", args=[promotion.pk])


def addresses_of_application(chamber):
    application = chamber.applications.get()
    file = EvidenceFile.objects.get(evidence__application=application)
    for name in ("detail", "update", "delete"):
        yield "get", reverse(f"workbench:application-{name}", args=[application.pk])
    for name in ("update", "delete", "submit", "withdraw"):
        yield "post", reverse(f"workbench:application-{name}", args=[application.pk])
    step = [application.pk, "county"]
    yield "post", reverse("workbench:application-step", args=step)
    yield "get", reverse("workbench:evidence-file", args=[file.pk])
    yield "post", reverse("workbench:evidence-file-delete", args=[file.pk])
    level = application.level_id
    query = f"?chamber={chamber.pk}"
    yield "get", reverse("workbench:gap-list", args=[level]) + query
    yield "get", reverse("workbench:rule-rows", args=[level, "members"]) + query


def addresses_of_welfare(chamber):
    fund = chamber.funds.get()
    rows = {
        "donation": chamber.donations.get().pk,
        "charity": chamber.charity_activities.get().pk,
        "fund-entry": fund.entries.get().pk,
    }
    for noun, pk in rows.items():
        for verb in ("update", "delete"):
            for method in ("get", "post"):
                yield method, reverse(f"workbench:{noun}-{verb}", args=[pk])
    yield "get", reverse("workbench:donation-detail", args=[rows["donation"]])
    yield "get", reverse("workbench:charity-detail", args=[rows["charity"]])
    for name in ("fund-detail", "fund-update", "fund-entry-export"):
        yield "get", reverse(f"workbench:{name}", args=[fund.pk])
    yield "post", reverse("workbench:fund-entry-create", args=[fund.pk])


def main_of(answer):
    """Return what a page says; the address of the menu around it differs."""
    return answer.content.partition(b"<main")[2].partition(b"</main>")[0]


def test_no_secretary_reaches_a_foreign_record(county, sign_in):
    pairs = 0
    known = {row[1]: list(addresses_of(*row[2:])) for row in county}
    for number, (user, chamber, *_) in enumerate(county):
        neighbour = county[number - 1][1]
        client = sign_in(user)
        missing = client.get(reverse("workbench:lecture-detail", args=[10**9]))
        closed_to_all = client.get(reverse("workbench:role-matrix"))
        for other, addresses in known.items():
            if other == chamber:
                continue
            pairs += 1
            # Each address of the next chamber is tried by every third secretary, the
            # other chambers at one address in turn.
            tried = [addresses[pairs % len(addresses)]]
            if other == neighbour:
                tried = addresses[number % 3 :: 3]
            for method, address in tried:
                answer = getattr(client, method)(address)
                # Who may not use a page at all is told so, whatever row is meant.
                page = resolve(address.partition("?")[0])
                may = is_public(page.func) or right_of(page.func).allows(
                    user, method.upper()
                )
                alike = missing if may else closed_to_all
                assert answer.status_code == (404 if may else 403), (method, address)
                assert main_of(answer) == main_of(alike)
    assert pairs == 702


def test_no_secretary_sees_a_foreign_row_in_a_list_or_a_choice(county, sign_in):
    pages = ["desk", "lecture-list", "lecture-create", "calendar"]
    pages += ["plan", "plan-create", "meeting-summary"]
    pages += ["honour-desk", "application-list"]
    pages += ["work-list", "lead-list", "lead-create", "lead-board"]
    pages += ["donation-list", "donation-create", "charity-list", "fund-list"]
    pages += ["liaison-list", "contact-list", "contact-create"]
    pages += ["pairing-list"]
    pages += ["demand-list", "demand-create"]
    pages += ["project-list", "project-create", "promotion-list", "promotion-create"]
    for number, (user, *_) in enumerate(county):
        client = sign_in(user)
        for name in pages:
            text = client.get(reverse(f"workbench:{name}")).content.decode()
            for other in range(CHAMBERS):
                for word in WORDS:
                    if other != number:
                        assert f"{word}{other:02}" not in text
        assert (
            f"草稿{number:02}"
            in client.get(reverse("workbench:lecture-list")).content.decode()
        )


def test_no_secretary_may_name_a_foreign_chamber_branch_or_member(neighbours, sign_in):
    user, *_ = neighbours[0]
    _, foreign, _, *_ = neighbours[1]
    client = sign_in(user)
    answer = client.post(
        reverse("workbench:lecture-create"),
        {
            "chamber": foreign.pk,
            "branch": foreign.branches.first().pk,
            f"roll-{foreign.members.first().pk}": "present",
            "topic": "混入",
        },
    )
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert "chamber" in errors
    assert "branch" in errors
    assert "roll" in errors


def test_no_secretary_may_plan_for_a_foreign_chamber_or_branch(neighbours, sign_in):
    user, *_ = neighbours[0]
    _, foreign, *_ = neighbours[1]
    data = {"chamber": foreign.pk, "branch": foreign.branches.first().pk}
    answer = sign_in(user).post(reverse("workbench:plan-create"), data)
    assert answer.status_code == 422
    assert {"chamber", "branch"} <= set(answer.context["form"].errors)


def test_no_secretary_enters_the_admin(county, sign_in):
    for user, chamber, draft, *_ in county:
        client = sign_in(user)
        for address in [
            reverse("admin:index"),
            reverse("admin:activities_lecture_changelist"),
            reverse("admin:activities_lecture_change", args=[draft.pk]),
            reverse("admin:chambers_chamber_change", args=[chamber.pk]),
            reverse("admin:autocomplete")
            + "?app_label=chambers&model_name=member&field_name=enterprise",
        ]:
            answer = client.get(address, follow=True)
            assert answer.status_code == 403


def test_each_queryset_is_narrowed_for_every_secretary(county):
    for user, chamber, draft, _, closed in county:
        assert list(Chamber.objects.visible_to(user)) == [chamber]
        assert list(Branch.objects.visible_to(user)) == [chamber.branches.get()]
        members = set(Member.objects.visible_to(user))
        assert members == set(chamber.members.all())
        lectures = set(type(draft).objects.visible_to(user))
        assert lectures == {draft, closed, chamber.lectures.planned().get()}


def test_access_ends_with_the_appointment(sign_in):
    chamber = ChamberFactory()
    user = secretary_of(chamber)
    draft = LectureFactory(chamber=chamber)
    client = sign_in(user)
    address = reverse("workbench:lecture-detail", args=[draft.pk])
    assert client.get(address).status_code == 200
    user.member.appointments.update(ended_on="2024-02-01")
    assert client.get(address).status_code == 404
