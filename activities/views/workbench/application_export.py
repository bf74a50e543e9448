"""Applications as a workbook: everybody gets the rows they may see."""

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import Application, ApplicationStep, SchemeVersion
from activities.models.application import ApplicationState
from activities.services.export import APPLICATION_COLUMNS, MAX_ROWS
from chambers.access import UserRequest
from redleader.filters import Filters
from redleader.sheets import add_table, answer, count_line, new_book


@require_safe
def application_export(request: UserRequest) -> HttpResponse:
    versions = SchemeVersion.objects.select_related("scheme")
    filters = Filters(
        request.GET,
        state=dict(ApplicationState.choices),
        version={str(version.pk): str(version) for version in versions},
    )
    applications = Application.objects.visible_to(request.user).with_names()
    if filters.get("state"):
        applications = applications.filter(state=filters.get("state"))
    if filters.get("version"):
        applications = applications.filter(level__version=filters.get("version"))
    steps = ApplicationStep.objects.filter(application=OuterRef("pk"))
    last = steps.order_by("-number").values("document_number")[:1]
    rows = list(applications.annotate(last_document=Subquery(last))[: MAX_ROWS + 1])
    day = timezone.localdate()
    words = "、".join(word for word, _ in filters.chips)
    book = new_book()
    add_table(
        book,
        "荣誉申报",
        APPLICATION_COLUMNS,
        rows[:MAX_ROWS],
        title=f"{settings.PORTAL['county']}商会荣誉申报",
        lines=[
            settings.PORTAL["owner"],
            count_line(rows, MAX_ROWS, day) + (f"；筛选：{words}" if words else ""),
        ],
    )
    return answer(book, f"荣誉申报 {day}")
