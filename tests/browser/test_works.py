"""The pages of the county's works under axe: public at both widths, the secretary's
on a phone, the staff's on a desk."""

from django.urls import reverse

from activities.models import (
    CharityActivity,
    ContactAssignment,
    Demand,
    Donation,
    Fund,
    MediationCase,
    Pairing,
    Project,
    PromotionEvent,
)
from activities.models.mediation.states import CaseState
from activities.models.project import ProjectState
from chambers.models import User
from tests.browser.conftest import DESKTOP, PHONE

VIEWPORTS = [PHONE, DESKTOP]


def at(name, *args):
    return reverse(f"workbench:{name}", args=args)


def look(visitor, pages):
    for address in pages:
        visitor.page.goto(address)
        visitor.check()


def check_public_pages(visit):
    for viewport in VIEWPORTS:
        look(
            visit(viewport=viewport),
            [
                "/pairings/",
                "/pairings/?township=350823100",
                "/projects/",
                "/liaison/",
                "/welfare/",
                "/mediation/",
                "/mediation/apply/",
                "/figures/rules/",
                "/figures/rules/paired-villages/",
                "/figures/rules/mediation-accepted/",
            ],
        )


def check_secretary_pages(visit):
    user = User.objects.get(username="mishu01")
    project = Project.objects.visible_to(user).filter(state=ProjectState.SIGNED).first()
    pairing = Pairing.objects.visible_to(user).first()
    demand = Demand.objects.visible_to(user).first()
    nouns = ["pairing", "project", "promotion", "demand", "contact", "donation"]
    pages = [at("work-list"), at("liaison-list"), at("fund-list"), at("import-list")]
    pages += [at(f"{noun}-list") for noun in [*nouns, "charity"]]
    pages += [at(f"{noun}-create") for noun in [*nouns, "charity"]]
    pages += [
        pairing.get_absolute_url(),
        at("pairing-update", pairing.pk),
        project.get_absolute_url(),
        at("project-update", project.pk),
        at("import-file", "leads"),
        *([demand.get_absolute_url()] if demand else []),
    ]
    look(visit(user, PHONE), pages)


def check_staff_pages(visit):
    user = User.objects.get(username="gongshanglian")
    case = MediationCase.objects.visible_to(user).filter(state=CaseState.AGREED).first()
    fund = Fund.objects.first()
    pages = [
        at("mediation-list"),
        at("mediation-create"),
        at("mediation-request-list"),
        case.get_absolute_url(),
        *(at("mediation-form", case.pk, form) for form in ("application", "agreement")),
        fund.get_absolute_url(),
        *(
            model.objects.first().get_absolute_url()
            for model in (
                CharityActivity,
                ContactAssignment,
                Demand,
                Donation,
                PromotionEvent,
            )
        ),
        at("liaison-create"),
        at("fund-create"),
        at("report-list"),
        at("report-detail", "party"),
        at("report-detail", "meetings"),
        at("quarter-list"),
        at("quarter-detail", "2026Q1"),
        at("template-list"),
        at("placeholder-list"),
        at("briefing-create"),
        at("import-file", "honours"),
    ]
    look(visit(user, DESKTOP), pages)


def check_mediator_pages(visit):
    visitor = visit(User.objects.get(username="tiaojie"), PHONE)
    look(visitor, ["/workbench/", at("mediation-list")])
    visitor.page.goto(at("lead-list"))
    assert "未找到该记录" in visitor.page.content()


def test_pages_of_the_works(visit, demo):
    check_public_pages(visit)
    check_secretary_pages(visit)
    check_staff_pages(visit)
    check_mediator_pages(visit)
