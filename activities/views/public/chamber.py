"""The chambers of the county: the list, and the page of each."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from activities.counting import RULES, until
from activities.formats.structured import organisation
from activities.models import Award, Lecture
from activities.views.public.honour import timeline
from activities.views.public.practice import for_cards
from chambers.models import Appointment, Chamber, Member, Post, Purpose, Region
from chambers.models.chamber import ChamberKind
from redleader.records.forms import is_long
from redleader.records.paging import page_by_name, say_count
from redleader.records.search import search
from redleader.serving.pages import public_page

LECTURES = 10
PUBLIC_POSTS = [
    Post.PRESIDENT,
    Post.EXECUTIVE_VICE,
    Post.VICE_PRESIDENT,
    Post.SUPERVISOR,
    Post.SECRETARY_GENERAL,
]
# Pictures keep their random name for ever, so a browser may keep them too.
PICTURE_AGE = "public, max-age=86400"  # seconds


@public_page("kind", "township")
@login_not_required
@require_safe
def chamber_list(request: HttpRequest) -> HttpResponse:
    chosen = {
        name: request.GET.get(name, "").replace("\0", "")[:60].strip()
        for name in ("q", "kind", "township")
    }
    chambers = search(Chamber.objects.public(), chosen["q"])
    if chosen["kind"]:
        chambers = chambers.filter(kind=chosen["kind"])
    if chosen["township"]:
        chambers = chambers.filter(township=chosen["township"])
    page = page_by_name(
        chambers.select_related("township"), request.GET.get("older", "")
    )
    titles = RULES["titles-held"].by(
        until(timezone.localdate()),
        "chamber",
        rows=Award.objects.filter(chamber__in=page.rows),
    )
    context = {
        "chambers": [(chamber, titles.get(chamber.pk, 0)) for chamber in page.rows],
        "count": say_count(chambers),
        "page": page,
        "keep": "".join(f"{urlencode({k: v})}&" for k, v in chosen.items() if v),
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "kinds": ChamberKind.choices,
        "townships": townships_to_choose(chosen["township"]),
    }
    return render(request, "public/chamber/list.html", context)


def townships_to_choose(chosen: str) -> QuerySet[Region]:
    """Return the townships with a chamber; of too many, the chosen one alone."""
    townships = Region.objects.townships().filter(Exists(chambers_there()))
    return townships.filter(pk=chosen) if is_long(townships) else townships


def chambers_there() -> QuerySet[Chamber]:
    return Chamber.objects.filter(township=OuterRef("pk")).order_by()


@public_page()
@login_not_required
@require_safe
def chamber_detail(request: HttpRequest, pk: int) -> HttpResponse:
    chamber = get_object_or_404(Chamber.objects.select_related("township"), pk=pk)
    lectures = Lecture.objects.public().filter(chamber=chamber)
    context = {
        "chamber": chamber,
        "leaders": public_leaders(chamber),
        "term": chamber.terms.current().first(),
        "branches": [
            f"{branch}（{branch.get_kind_display()}）"
            for branch in chamber.branches.filter(dissolved_on__isnull=True)
        ],
        "timeline": timeline(Award.objects.titles().on().of_chamber(chamber)),
        "practices": for_cards(chamber.practices.public()),
        "lectures": lectures.of_organiser().newest_first()[:LECTURES],
        "share": reverse("public:chamber-share", args=[pk]),
        "structured": [organisation(request, chamber)],
    }
    return render(request, "public/chamber/detail.html", context)


def public_leaders(chamber: Chamber) -> list[tuple[str, str]]:
    """Return (post, names) of office holders who agree to be named.

    Posts of the Party organisation are internal.
    """
    posts = Appointment.objects.on(timezone.localdate()).filter(
        chamber=chamber,
        post__in=PUBLIC_POSTS,
        member__in=Member.objects.agreeing_to(Purpose.NAME),
    )
    names: dict[str, list[str]] = {post: [] for post in PUBLIC_POSTS}
    for row in posts.select_related("member").order_by("member__sort_key"):
        names[row.post].append(row.member.name)
    return [(Post(post).label, "、".join(some)) for post, some in names.items() if some]


@login_not_required
@require_safe
def chamber_logo(request: HttpRequest, pk: int) -> FileResponse:
    chamber = get_object_or_404(Chamber, pk=pk)
    return send_picture(chamber.logo, public=True)


def send_picture(file, *, public: bool) -> FileResponse:
    """Return a stored JPEG, or 404."""
    try:
        picture = file.open("rb")
    except (ValueError, FileNotFoundError) as error:
        raise Http404 from error
    response = FileResponse(picture, content_type="image/jpeg")
    response["Cache-Control"] = PICTURE_AGE if public else "private, no-store"
    return response
