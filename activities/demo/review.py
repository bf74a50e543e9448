"""Accounts and marked rows for an acceptance from outside; they need the demo's rows.

Each marked row carries ``金丝雀-<number of its chamber>-<kind>``, so that whoever
meets the text on a page knows whose it is. A second run finds the rows again.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import (
    Application,
    Award,
    Certificate,
    CharityActivity,
    ContactActivity,
    ContactAssignment,
    Demand,
    DisputeKind,
    Donation,
    Fund,
    FundEntry,
    Lead,
    Lecture,
    MediationAccess,
    MediationCase,
    MediationCommittee,
    Mediator,
    MeetingRequirement,
    Pairing,
    PairingProgramme,
    PairingProject,
    Project,
    ProjectEntry,
    PromotionEvent,
    SchemeLevel,
)
from activities.models.mediation.party import CaseParty
from activities.models.mediation.states import CaseState
from activities.models.project import ProjectState
from activities.services import liaison, mediation, pairing, project, welfare
from activities.services.application import save_application
from activities.services.certificate import issue_certificate
from activities.services.lead import save_lead
from activities.services.lecture import (
    accept_lecture,
    save_lecture,
    save_plan,
    submit_lecture,
)
from activities.services.promotion import save_promotion
from chambers.models import (
    Appointment,
    Branch,
    BranchCoverage,
    Chamber,
    Enterprise,
    Member,
    Membership,
    Post,
    Region,
    Role,
    User,
)
from chambers.models.role import STAFF_ROLES
from redleader.records.money import WAN

MARK = "金丝雀"
CHAMBER_ROLES = [Role.SECRETARY, Role.BRANCH_SECRETARY, Role.MEDIATOR, Role.TOWNSHIP]


@dataclass
class Review:
    """What was made: accounts with their secrets, objects with their addresses."""

    accounts: list[dict[str, Any]] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def seed_review() -> Review:
    """Make an account for each role and chamber of the demo, and a row of each kind."""
    review = Review()
    county = {role: county_user(role) for role in STAFF_ROLES}
    for role, user in county.items():
        review.accounts.append(opened(user, role, None))
    for chamber in Chamber.objects.filter(is_demo=True).order_by("pk"):
        marked = Marked(chamber, county[Role.FEDERATION])
        for role in CHAMBER_ROLES:
            if role == Role.TOWNSHIP and not chamber.township:
                continue
            review.accounts.append(opened(marked.user(role), role, chamber))
        review.objects += marked.objects()
    return review


def county_user(role: Role) -> User:
    user = kept_user(f"review-{role}", f"{MARK}-{role.label}", role)
    if not MediationAccess.objects.filter(user=user).exists():
        MediationAccess.objects.create(user=user)
    return user


def kept_user(username: str, name: str, role: Role, **fields: Any) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, name=name, role=role, **fields)
        user.set_unusable_password()
        kept(user)
    return user


def kept(row: Any) -> Any:
    row.full_clean()
    row.save()
    return row


def opened(user: User, role: Role, chamber: Chamber | None) -> dict[str, Any]:
    """Give an account a new password and a new second factor; return both."""
    password, secret = secrets.token_urlsafe(15), generate_totp_secret()
    user.set_password(password)
    user.save()
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, secret)
    return {
        "username": user.username,
        "password": password,
        "totp_secret": secret,
        "role": role.value,
        "chamber": chamber.pk if chamber else None,
    }


class Marked:
    """The marked rows of one chamber, each made when it is first asked for."""

    def __init__(self, chamber: Chamber, reviewer: User):
        self.chamber = chamber
        self.reviewer = reviewer
        self.today = timezone.localdate()
        self.first = chamber.founded_on or self.today - timedelta(days=400)

    def text(self, kind: str) -> str:
        return f"{MARK}-{self.chamber.pk}-{kind}"

    def one(
        self, kind: str, model: Any, named: str, make: Callable[[dict], Any]
    ) -> Any:
        """Return the row whose field ``named`` has the text of a kind, or make it."""
        text = {named: self.text(kind)}
        return model._base_manager.filter(**text).first() or make(text)

    # --- People

    def person(self, kind: str) -> Member:
        def make(text):
            member = kept(Member(kind="person", note="演示", is_demo=True, **text))
            kept(Membership(member=member, chamber=self.chamber, started_on=self.first))
            return member

        return self.one(kind, Member, "name", make)

    def appointed(self, kind: str, post: Post, **organisation: Any) -> Member:
        member = self.person(kind)
        if not member.appointments.exists():
            kept(
                Appointment(
                    member=member, post=post, started_on=self.today, **organisation
                )
            )
        return member

    @cached_property
    def secretary(self) -> User:
        member = self.appointed("member", Post.SECRETARY, chamber=self.chamber)
        return self.account(Role.SECRETARY, member=member)

    def user(self, role: Role) -> User:
        match role:
            case Role.SECRETARY:
                return self.secretary
            case Role.BRANCH_SECRETARY:
                head = self.appointed(
                    "branch-secretary", Post.BRANCH_SECRETARY, branch=self.branch
                )
                return self.account(role, member=head)
            case Role.MEDIATOR:
                return self.account(role)
        return self.account(role, township=self.chamber.township)

    def account(self, role: Role, **fields: Any) -> User:
        name = f"{MARK}-{self.chamber.pk}-{role.label}"
        return kept_user(f"review-{self.chamber.pk}-{role}", name, role, **fields)

    # --- Rows

    @cached_property
    def branch(self) -> Branch:
        def make(text):
            row = kept(Branch(kind="single", is_demo=True, **text))
            BranchCoverage.objects.create(branch=row, chamber=self.chamber)
            return row

        return self.one("branch", Branch, "name", make)

    def held(self, days: int, **fields: Any) -> Lecture:
        return Lecture(
            chamber=self.chamber,
            started_at=timezone.now() - timedelta(days=days),
            venue="演示·会议室",
            lecturer_name="演示主讲人",
            lecturer_role="branch_secretary",
            present=18,
            is_demo=True,
            **fields,
        )

    @cached_property
    def lecture(self) -> Lecture:
        return self.one(
            "lecture",
            Lecture,
            "topic",
            lambda text: save_lecture(self.held(2, **text), user=self.secretary),
        )

    @cached_property
    def accepted(self) -> Lecture:
        def make(text):
            row = save_lecture(
                self.held(3, is_public=True, **text), user=self.secretary
            )
            row = submit_lecture(row, user=self.secretary)
            return accept_lecture(row, user=self.reviewer)

        return self.one("accepted-lecture", Lecture, "topic", make)

    @cached_property
    def plan(self) -> Lecture:
        return self.one(
            "plan",
            Lecture,
            "topic",
            lambda text: save_plan(
                Lecture(
                    chamber=self.chamber,
                    started_at=timezone.now() + timedelta(days=7),
                    is_demo=True,
                    **text,
                ),
                user=self.secretary,
            ),
        )

    @cached_property
    def application(self) -> Application | None:
        """A draft for a title that is open and not applied for yet, if there is one."""
        taken = Application.objects.filter(chamber=self.chamber).values("level")
        levels = SchemeLevel.objects.open(self.today).exclude(pk__in=taken)
        level = levels.filter(version__recipient_kinds__contains=["chamber"]).first()

        def make(text):
            row = Application(level=level, chamber=self.chamber, is_demo=True, **text)
            return save_application(row, user=self.secretary) if level else None

        return self.one("application", Application, "statement", make)

    @cached_property
    def lead(self) -> Lead:
        return self.one(
            "lead",
            Lead,
            "title",
            lambda text: save_lead(
                Lead(
                    chamber=self.chamber,
                    kind="investment",
                    content="演示内容。",
                    is_demo=True,
                    **text,
                ),
                user=self.secretary,
            ),
        )

    @cached_property
    def pairing(self) -> Pairing:
        """It has no text of its own; its enterprise's name is marked."""

        def make(text):
            enterprise = kept(Enterprise(name=self.text("pairing"), is_demo=True))
            village = Region.objects.filter(level="village").order_by("code").first()
            return pairing.save_pairing(
                Pairing(
                    village=village,
                    enterprise=enterprise,
                    chamber=self.chamber,
                    programme=PairingProgramme.objects.order_by("pk")[0],
                    started_on=self.today,
                    is_demo=True,
                ),
                user=self.secretary,
            )

        return self.one("pairing", Pairing, "enterprise__name", make)

    @cached_property
    def pairing_project(self) -> PairingProject:
        return self.one(
            "pairing-project",
            PairingProject,
            "name",
            lambda text: pairing.save_project(
                PairingProject(
                    pairing=self.pairing, kind="welfare", as_of=self.today, **text
                )
            ),
        )

    @cached_property
    def project(self) -> Project:
        def make(text):
            row = project.save_project(
                Project(
                    is_return=True,
                    investor="演示·东海公司",
                    chamber=self.chamber,
                    is_demo=True,
                    **text,
                ),
                user=self.secretary,
            )
            steps: list[tuple[str, dict]] = [
                (ProjectState.TALKS, {}),
                (
                    ProjectState.SIGNED,
                    {"happened_on": self.today, "contracted": 100 * WAN},
                ),
            ]
            for to, fields in steps:
                row = project.take_step(row, to=to, user=self.secretary, **fields)
            return row

        return self.one("project", Project, "name", make)

    @cached_property
    def project_entry(self) -> ProjectEntry:
        def make(text):
            row = ProjectEntry(
                project=self.project, day=self.today, paid_in=WAN, jobs=1, **text
            )
            return project.save_entry(row, user=self.secretary)

        return self.one("project-entry", ProjectEntry, "note", make)

    @cached_property
    def promotion(self) -> PromotionEvent:
        return self.one(
            "promotion",
            PromotionEvent,
            "name",
            lambda text: save_promotion(
                PromotionEvent(
                    held_on=self.today,
                    place="东海市",
                    organiser=self.chamber,
                    is_demo=True,
                    **text,
                ),
                user=self.secretary,
            ),
        )

    @cached_property
    def demand(self) -> Demand:
        return self.one(
            "demand",
            Demand,
            "title",
            lambda text: liaison.save_demand(
                Demand(
                    chamber=self.chamber,
                    content="演示内容。",
                    collected_on=self.today,
                    is_demo=True,
                    **text,
                ),
                user=self.secretary,
            ),
        )

    @cached_property
    def assignment(self) -> ContactAssignment:
        return self.one(
            "assignment",
            ContactAssignment,
            "post",
            lambda text: liaison.save_assignment(
                ContactAssignment(
                    branch=self.branch, started_on=self.today, is_demo=True, **text
                ),
                user=self.reviewer,
            ),
        )

    @cached_property
    def contact(self) -> ContactActivity:
        return self.one(
            "contact",
            ContactActivity,
            "summary",
            lambda text: liaison.save_activity(
                ContactActivity(
                    assignment=self.assignment,
                    kind="survey",
                    held_on=self.today,
                    is_demo=True,
                    **text,
                ),
                user=self.secretary,
            ),
        )

    @cached_property
    def donation(self) -> Donation:
        return self.one(
            "donation",
            Donation,
            "donor_name",
            lambda text: welfare.save_donation(
                Donation(
                    chamber=self.chamber,
                    donor_kind="person",
                    purpose="education",
                    form="cash",
                    value=WAN,
                    pledged_on=self.today,
                    is_demo=True,
                    **text,
                )
            ),
        )

    @cached_property
    def charity(self) -> CharityActivity:
        return self.one(
            "charity",
            CharityActivity,
            "title",
            lambda text: welfare.save_activity(
                CharityActivity(
                    chamber=self.chamber,
                    kind="visit",
                    held_on=self.today,
                    is_demo=True,
                    **text,
                )
            ),
        )

    @cached_property
    def fund(self) -> Fund:
        return self.one(
            "fund",
            Fund,
            "name",
            lambda text: welfare.save_fund(
                Fund(
                    chamber=self.chamber,
                    purpose="演示：助学。",
                    founded_on=self.today,
                    is_demo=True,
                    **text,
                )
            ),
        )

    @cached_property
    def fund_entry(self) -> FundEntry:
        return self.one(
            "fund-entry",
            FundEntry,
            "purpose",
            lambda text: welfare.save_entry(
                FundEntry(
                    fund=self.fund,
                    direction="income",
                    amount=WAN,
                    happened_on=self.today,
                    **text,
                )
            ),
        )

    @cached_property
    def case(self) -> MediationCase:
        """A case that the chamber's mediator and its secretary mediate."""

        def make(text):
            name = self.text("committee")
            committee, _ = MediationCommittee.objects.get_or_create(
                name=name,
                defaults={
                    "chamber": self.chamber,
                    "due_on": self.today + timedelta(days=1000),
                    "is_demo": True,
                },
            )
            people = [
                kept(
                    Mediator(
                        name=user.name,
                        kind="part_time",
                        source="lawyer",
                        committee=committee,
                        user=user,
                        is_demo=True,
                    )
                )
                for user in (self.secretary, self.user(Role.MEDIATOR))
            ]
            row = MediationCase(
                committee=committee,
                source="party",
                kind=DisputeKind.objects.order_by("pk")[0],
                registered_on=self.today,
                is_demo=True,
                **text,
            )
            parties = [
                CaseParty(side=side, kind="legal", name=self.text(f"case-{side}"))
                for side in ("applicant", "respondent")
            ]
            row = mediation.register_case(row, parties=parties, user=self.reviewer)
            return mediation.take_step(
                row, to=CaseState.ACCEPTED, user=self.reviewer, mediators=people
            )

        return self.one("case", MediationCase, "summary", make)

    @cached_property
    def certificate(self) -> Certificate:
        def make(text):
            demo = Award.objects.filter(is_demo=True, chamber__isnull=False)
            return kept(
                Award(
                    version=demo.order_by("pk")[0].version,
                    level="county",
                    chamber=self.chamber,
                    cycle_label=f"{MARK}周期",
                    granted_on=self.today,
                    valid_until=date(self.today.year + 2, 12, 31),
                    grantor="演示·县工商联",
                    is_demo=True,
                    **text,
                )
            )

        award = self.one("certificate", Award, "title", make)
        return issue_certificate(award, user=self.reviewer)

    # --- Addresses

    def rows(self) -> Iterator[tuple[str, models.Model | None, str, list, str]]:
        """Yield (kind, row, name and keys at work, public address) of each."""
        meeting = MeetingRequirement.objects.order_by("pk").first()
        lecture = reverse("public:lecture-detail", args=[self.accepted.pk])
        projects = reverse("public:project-list")
        code = self.certificate.code
        chamber = reverse("public:chamber-detail", args=[self.chamber.pk])
        for kind, row, name, public in (
            ("lecture", self.lecture, "lecture-detail", ""),
            ("accepted-lecture", self.accepted, "lecture-detail", lecture),
            ("plan", self.plan, "plan-update", ""),
            ("application", self.application, "application-detail", ""),
            ("lead", self.lead, "lead-detail", ""),
            ("pairing", self.pairing, "pairing-detail", ""),
            ("pairing-project", self.pairing_project, "pairing-project-update", ""),
            ("project", self.project, "project-detail", ""),
            ("project-entry", self.project_entry, "project-entry-update", ""),
            ("promotion", self.promotion, "promotion-detail", projects),
            ("demand", self.demand, "demand-detail", ""),
            ("assignment", self.assignment, "liaison-detail", ""),
            ("contact", self.contact, "contact-update", ""),
            ("donation", self.donation, "donation-detail", ""),
            ("charity", self.charity, "charity-detail", ""),
            ("fund", self.fund, "fund-detail", reverse("public:welfare-list")),
            ("fund-entry", self.fund_entry, "fund-entry-update", ""),
            ("case", self.case, "mediation-detail", ""),
        ):
            yield kind, row, name, [row.pk] if row else [], public
        if meeting:
            yield (
                "branch",
                self.branch,
                "meeting-detail",
                [
                    self.branch.pk,
                    meeting.kind,
                ],
                chamber,
            )
        verify = reverse("public:verify", args=[code])
        yield "certificate", self.certificate, "certificate-pdf", [code], verify

    def objects(self) -> list[dict[str, Any]]:
        found = [
            {
                "kind": kind,
                "chamber": self.chamber.pk,
                "text": self.text(kind),
                "workbench": reverse(f"workbench:{name}", args=keys),
                "public": public or None,
            }
            for kind, row, name, keys, public in self.rows()
            if row is not None
        ]
        query = {"q": self.text("member")}
        found.append(
            {
                "kind": "member",
                "chamber": self.chamber.pk,
                "text": self.text("member"),
                "workbench": reverse("workbench:search", query=query),
                "public": None,
            }
        )
        return found
