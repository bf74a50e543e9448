"""The marked rows of a chamber, one of each kind, and their addresses."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from activities.demo.review.people import MARK, MarkedPeople, kept
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
    Enterprise,
    Region,
    Role,
)
from redleader.records.money import WAN


class Marked(MarkedPeople):
    """The marked rows of one chamber, each made when it is first asked for."""

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
        return self.made(
            "plan",
            Lecture,
            "topic",
            save_plan,
            by=self.secretary,
            started_at=timezone.now() + timedelta(days=7),
            **self.ours,
        )

    @cached_property
    def application(self) -> Application | None:
        """A draft for an open title that has no application yet, if there is one."""
        taken = Application.objects.filter(chamber=self.chamber).values("level")
        levels = SchemeLevel.objects.open(self.today).exclude(pk__in=taken)
        level = levels.filter(version__recipient_kinds__contains=["chamber"]).first()

        def make(text):
            row = Application(level=level, chamber=self.chamber, is_demo=True, **text)
            return save_application(row, user=self.secretary) if level else None

        return self.one("application", Application, "statement", make)

    @cached_property
    def lead(self) -> Lead:
        return self.made(
            "lead",
            Lead,
            "title",
            save_lead,
            by=self.secretary,
            kind="investment",
            content="演示内容。",
            **self.ours,
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
        return self.made(
            "pairing-project",
            PairingProject,
            "name",
            pairing.save_project,
            pairing=self.pairing,
            kind="welfare",
            as_of=self.today,
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
        return self.made(
            "project-entry",
            ProjectEntry,
            "note",
            project.save_entry,
            by=self.secretary,
            project=self.project,
            day=self.today,
            paid_in=WAN,
            jobs=1,
        )

    @cached_property
    def promotion(self) -> PromotionEvent:
        return self.made(
            "promotion",
            PromotionEvent,
            "name",
            save_promotion,
            by=self.secretary,
            held_on=self.today,
            place="东海市",
            organiser=self.chamber,
            is_demo=True,
        )

    @cached_property
    def demand(self) -> Demand:
        return self.made(
            "demand",
            Demand,
            "title",
            liaison.save_demand,
            by=self.secretary,
            content="演示内容。",
            collected_on=self.today,
            **self.ours,
        )

    @cached_property
    def assignment(self) -> ContactAssignment:
        return self.made(
            "assignment",
            ContactAssignment,
            "post",
            liaison.save_assignment,
            by=self.reviewer,
            branch=self.branch,
            started_on=self.today,
            is_demo=True,
        )

    @cached_property
    def contact(self) -> ContactActivity:
        return self.made(
            "contact",
            ContactActivity,
            "summary",
            liaison.save_activity,
            by=self.secretary,
            assignment=self.assignment,
            kind="survey",
            held_on=self.today,
            is_demo=True,
        )

    @cached_property
    def donation(self) -> Donation:
        return self.made(
            "donation",
            Donation,
            "donor_name",
            welfare.save_donation,
            donor_kind="person",
            purpose="education",
            form="cash",
            value=WAN,
            pledged_on=self.today,
            **self.ours,
        )

    @cached_property
    def charity(self) -> CharityActivity:
        return self.made(
            "charity",
            CharityActivity,
            "title",
            welfare.save_activity,
            kind="visit",
            held_on=self.today,
            **self.ours,
        )

    @cached_property
    def fund(self) -> Fund:
        return self.made(
            "fund",
            Fund,
            "name",
            welfare.save_fund,
            purpose="演示：助学。",
            founded_on=self.today,
            **self.ours,
        )

    @cached_property
    def fund_entry(self) -> FundEntry:
        return self.made(
            "fund-entry",
            FundEntry,
            "purpose",
            welfare.save_entry,
            fund=self.fund,
            direction="income",
            amount=WAN,
            happened_on=self.today,
        )

    @cached_property
    def case(self) -> MediationCase:
        """A case that the chamber's mediator and its secretary mediate."""

        def make(text):
            committee, people = self.committee()
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

    def committee(self) -> tuple[MediationCommittee, list[Mediator]]:
        committee, _ = MediationCommittee.objects.get_or_create(
            name=self.text("committee"),
            defaults=self.ours | {"due_on": self.today + timedelta(days=1000)},
        )
        people = [
            Mediator(
                name=user.name,
                kind="part_time",
                source="lawyer",
                committee=committee,
                user=user,
                is_demo=True,
            )
            for user in (self.secretary, self.user(Role.MEDIATOR))
        ]
        return committee, [kept(person) for person in people]

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

    def addresses(self) -> Iterator[tuple[str, models.Model | None, str, str]]:
        """Yield (kind, row, name at work, public address) of each with a number."""
        lecture = reverse("public:lecture-detail", args=[self.accepted.pk])
        yield "lecture", self.lecture, "lecture-detail", ""
        yield "accepted-lecture", self.accepted, "lecture-detail", lecture
        yield "plan", self.plan, "plan-update", ""
        yield "application", self.application, "application-detail", ""
        yield "lead", self.lead, "lead-detail", ""
        yield "pairing", self.pairing, "pairing-detail", ""
        yield "pairing-project", self.pairing_project, "pairing-project-update", ""
        yield "project", self.project, "project-detail", ""
        yield "project-entry", self.project_entry, "project-entry-update", ""
        projects = reverse("public:project-list")
        yield "promotion", self.promotion, "promotion-detail", projects
        yield "demand", self.demand, "demand-detail", ""
        yield "assignment", self.assignment, "liaison-detail", ""
        yield "contact", self.contact, "contact-update", ""
        yield "donation", self.donation, "donation-detail", ""
        yield "charity", self.charity, "charity-detail", ""
        yield "fund", self.fund, "fund-detail", reverse("public:welfare-list")
        yield "fund-entry", self.fund_entry, "fund-entry-update", ""
        yield "case", self.case, "mediation-detail", ""

    def told(self, kind: str, workbench: str, public: str = "") -> dict[str, Any]:
        return {
            "kind": kind,
            "chamber": self.chamber.pk,
            "text": self.text(kind),
            "workbench": workbench,
            "public": public or None,
        }

    def objects(self) -> list[dict[str, Any]]:
        found = [
            self.told(kind, reverse(f"workbench:{name}", args=[row.pk]), public)
            for kind, row, name, public in self.addresses()
            if row is not None
        ]
        meeting = MeetingRequirement.objects.order_by("pk").first()
        if meeting:
            keys = [self.branch.pk, meeting.kind]
            chamber = reverse("public:chamber-detail", args=[self.chamber.pk])
            page = reverse("workbench:meeting-detail", args=keys)
            found.append(self.told("branch", page, chamber))
        code = self.certificate.code
        pdf = reverse("workbench:certificate-pdf", args=[code])
        found.append(
            self.told("certificate", pdf, reverse("public:verify", args=[code]))
        )
        query = {"q": self.text("member")}
        found.append(self.told("member", reverse("workbench:search", query=query)))
        return found
