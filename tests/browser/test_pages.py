"""Each kind of page on a phone and a desk: axe, no CSP report, no foreign host."""

import pytest

from activities.models import (
    Application,
    Certificate,
    Course,
    Lead,
    Lecture,
    Practice,
    SchemeVersion,
    Site,
)
from chambers.models import Branch, Chamber, User
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories.activities import ErrorReportFactory
from tests.factories.chambers import UserFactory

# One test for both widths: the demo is made anew for each test.
VIEWPORTS = [PHONE, DESKTOP]


def some_chamber():
    return Chamber.objects.filter(is_demo=True).first()


@pytest.mark.parametrize("mode", ["light", "dark", "large_text", "high_contrast"])
def test_public_pages(visit, demo, mode):
    for viewport in VIEWPORTS:
        check_public_pages(visit, viewport, mode)


def check_public_pages(visit, viewport, mode):
    visitor = visit(viewport=viewport)
    visitor.show(mode)
    lecture = Lecture.objects.public().first()
    for address in [
        "/",
        "/honours/",
        "/honours/?level=national&q=rt",
        "/honours/?q=没有这样的商会",
        "/honours/?ended=1",
        "/honours/?on=2023-05-04&ended=1&kind=four_goods",
        "/honours/?on=2023-02-30",
        "/honours/poster/",
        "/honours/poster/?ended=1&level=county",
        "/publicity/",
        *(
            f"/publicity/{row.pk}/"
            for row in Application.objects.exclude(publicity_from=None)
        ),
        "/receipts/?receipt=YY2222222222",
        "/search/?q=商会",
        "/search/?q=没有这样的商会",
        "/errors/?page=/honours/",
        f"/errors/{ErrorReportFactory().receipt}/",
        "/privacy/",
        "/accessibility/",
        "/verify/",
        Certificate.objects.get().get_absolute_url(),
        "/verify/22222222222222222222/",
        "/practices/",
        "/practices/?q=没有",
        *(practice.get_absolute_url() for practice in Practice.objects.public()),
        f"/sites/{Site.objects.get(name='观音井百果园').pk}/",
        "/chambers/",
        f"/chambers/{some_chamber().pk}/",
        "/lectures/",
        f"/lectures/{lecture.pk}/",
        f"/lectures/?kind=party_lecture&theme=shine&year={lecture.started_at.year}",
        "/lectures/?kind=没有",
        "/lectures/calendar/",
        f"/lectures/calendar/?month={lecture.started_at:%Y-%m}",
        f"/series/{lecture.issue.series.pk}/",
        "/courses/",
        f"/courses/{Course.objects.public().first().pk}/",
        "/sites/",
        "/sites/?kind=red&q=没有",
        f"/sites/{Site.objects.filter(is_demo=True).first().pk}/",
        "/figures/",
        "/leads/",
        "/accounts/login/",
        "/没有这一页/",
    ]:
        visitor.page.goto(address)
        visitor.check()


def test_public_page_is_light(visit, demo):
    """At most 200 kB and 12 requests by somebody who was never here."""
    heavy = {}
    for address in [
        "/",
        "/honours/",
        "/chambers/",
        some_chamber().get_absolute_url(),
        "/lectures/",
        *(f"/lectures/{row.pk}/" for row in Lecture.objects.public()[:2]),
        "/figures/",
        "/figures/rules/",
        "/pairings/",
        "/projects/",
        "/welfare/",
        "/mediation/",
        "/practices/",
        "/open-data/",
        "/verify/",
        Certificate.objects.get().get_absolute_url(),
    ]:
        visitor = visit()
        sizes = []
        visitor.page.on("response", lambda r, sizes=sizes: sizes.append(len(r.body())))
        visitor.page.goto(address)
        visitor.page.wait_for_load_state("networkidle")
        if sum(sizes) > 200_000 or len(sizes) > 12:
            heavy[address] = (len(sizes), sum(sizes))
        visitor.context.close()
    assert not heavy


def test_workbench_pages(visit, demo):
    for viewport in VIEWPORTS:
        check_workbench_pages(visit, viewport)


def check_workbench_pages(visit, viewport):
    user = User.objects.get(username="mishu01")
    visitor = visit(user, viewport)
    own = Lecture.objects.visible_to(user)
    application = Application.objects.visible_to(user).get()
    pages = ["/workbench/", "/workbench/lectures/", "/workbench/lectures/new/"]
    for state in ("draft", "submitted", "returned", "accepted"):
        pages.append(f"/workbench/lectures/{own.filter(state=state).first().pk}/")
    draft = own.get(state="draft")
    branch = Branch.objects.visible_to(user).first()
    pages += [
        f"/workbench/lectures/{draft.pk}/edit/",
        f"/workbench/lectures/{draft.pk}/delete/",
        "/workbench/meetings/",
        f"/workbench/meetings/{branch.pk}/party_day/",
        "/workbench/plan/",
        "/workbench/plan/new/",
        f"/workbench/plan/{own.planned().first().pk}/",
        f"/workbench/plan/{own.planned().first().pk}/cancel/",
        f"/workbench/lectures/{draft.pk}/signin-sheet/",
        f"/workbench/lectures/{draft.pk}/record-sheet/",
        "/workbench/calendar/",
        "/workbench/honours/",
        application.level.get_absolute_url(),
        "/workbench/applications/",
        application.get_absolute_url(),
        f"/workbench/applications/{application.pk}/edit/",
        f"/workbench/applications/{application.pk}/delete/",
        "/workbench/certificates/",
        "/workbench/works/",
        "/workbench/leads/",
        "/workbench/leads/new/",
        "/workbench/leads/year/",
        Lead.objects.visible_to(user).first().get_absolute_url(),
        "/accounts/password/",
        "/accounts/2fa/",
        "/accounts/logout/",
        "/accounts/confirm/",
    ]
    for address in pages:
        visitor.page.goto(address)
        visitor.check()
    visitor.page.goto(f"/workbench/lectures/{draft.pk}/edit/")
    visitor.page.get_by_label("主题").fill("")
    visitor.page.get_by_role("button", name="存为草稿").click()
    visitor.page.get_by_text("请填写主题").first.wait_for()
    visitor.check()


def test_review_pages(visit, demo):
    for viewport in VIEWPORTS:
        check_review_pages(visit, viewport)


def check_review_pages(visit, viewport):
    visitor = visit(UserFactory(role="federation"), viewport)
    pages = ["/workbench/", "/workbench/honours/", "/workbench/imports/honours/"]
    pages += ["/workbench/applications/", "/workbench/applications/?state=draft&q=没有"]
    pages += [row.get_absolute_url() for row in Application.objects.all()]
    pages += ["/workbench/works/", "/workbench/leads/?state=waiting&q=没有"]
    for state in ("waiting", "valid", "handed", "contact", "landed", "failed"):
        pages.append(Lead.objects.filter(state=state).first().get_absolute_url())
    for address in pages:
        visitor.page.goto(address)
        visitor.check()


NOUNS = [
    "chambers/region",
    "chambers/enterprise",
    "chambers/chamber",
    "chambers/branch",
    "chambers/member",
    "chambers/appointment",
    "chambers/user",
    "activities/series",
    "activities/issue",
    "activities/keyindustry",
    "activities/lead",
    "activities/leadtarget",
    "activities/lecture",
    "activities/photo",
    "activities/scheme",
    "activities/schemeversion",
    "activities/award",
    "activities/certificate",
    "activities/certificatetemplate",
    "activities/holiday",
    "activities/site",
    "activities/course",
    "activities/practice",
    "activities/officialfigure",
    "activities/meetingrequirement",
    "activities/requirementexemption",
    "activities/deadlines",
]


def test_admin_pages(visit, demo):
    for viewport in VIEWPORTS:
        check_admin_pages(visit, viewport)


def check_admin_pages(visit, viewport):
    visitor = visit(UserFactory(role="administrator"), viewport)
    chamber = some_chamber()
    waiting = Lecture.objects.waiting().first()
    version = SchemeVersion.objects.filter(is_open=True).get()
    pages = ["/admin/", *(f"/admin/{noun}/" for noun in NOUNS)]
    pages += [
        "/admin/chambers/chamber/add/",
        "/admin/chambers/branch/add/",
        f"/admin/chambers/chamber/{chamber.pk}/change/",
        f"/admin/chambers/chamber/{chamber.pk}/history/",
        f"/admin/activities/lecture/{waiting.pk}/change/",
        f"/admin/activities/lecture/{Lecture.objects.counted().first().pk}/change/",
        "/admin/activities/award/add/",
        f"/admin/activities/schemeversion/{version.pk}/change/",
        f"/admin/activities/schemeversion/{version.pk}/copy/",
        f"/admin/activities/schemeversion/{version.pk}/changes/",
        "/admin/activities/course/add/",
        "/admin/activities/practice/add/",
        f"/admin/activities/practice/{Practice.objects.first().pk}/change/",
        f"/admin/activities/site/{Site.objects.first().pk}/change/",
        "/admin/chambers/user/add/",
    ]
    for address in pages:
        visitor.page.goto(address)
        visitor.check()


def test_second_factor_pages(visit, demo):
    from tests.browser.conftest import PASSWORD

    visitor = visit(UserFactory(role="federation"))
    visitor.page.goto("/accounts/2fa/totp/on/")
    if "confirm" in visitor.page.url:
        visitor.page.get_by_label("密码").fill(PASSWORD)
        visitor.page.get_by_role("button").last.click()
    visitor.page.get_by_label("验证码").wait_for()
    visitor.check()


@pytest.mark.parametrize("key", ["click", "Enter", " "])
def test_large_text_is_remembered(visit, demo, key):
    visitor = visit()
    visitor.page.goto("/")
    button = visitor.page.get_by_role("button", name="大字")
    button.click() if key == "click" else button.press(key)
    assert button.get_attribute("aria-pressed") == "true"
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    large = visitor.page.evaluate(size)
    visitor.page.goto("/honours/")
    assert visitor.page.evaluate(size) == large >= 20
    visitor.check()
