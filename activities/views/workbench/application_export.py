"""Applications as a workbook: everybody gets the rows they may see."""

from django.db.models import OuterRef, Subquery

from activities.desks.application import COLUMNS
from activities.models import Application, ApplicationStep, SchemeVersion
from activities.models.application import ApplicationState
from activities.services.export import Export, export_view, table_answer
from chambers.access import UserRequest
from chambers.rights import may_export, right, sees_records
from redleader.records.filters import Filters


@right(sees_records, may_export)
@export_view
def application_export(request: UserRequest) -> Export:
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
    return table_answer(
        "商会荣誉申报",
        COLUMNS,
        applications.annotate(last_document=Subquery(last)),
        words=filters.words(),
    )
