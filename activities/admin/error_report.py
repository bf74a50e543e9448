from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from activities.models import ErrorReport
from chambers.models import User
from redleader.admin import DASHBOARD, AdminForm, ModelAdmin


class ErrorAnswerForm(AdminForm):
    """Asks for the answer; who answers and when is added."""

    user: User

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "answer" in self.fields:
            self.fields["answer"].required = True

    def _post_clean(self):
        if self.cleaned_data.get("answer") and self.instance.answered_at is None:
            self.instance.answered_by = self.user
            self.instance.answered_at = timezone.now()
        super()._post_clean()


@admin.register(ErrorReport)
class ErrorReportAdmin(ModelAdmin):
    """Reports by readers; answered once, and the answer stays."""

    addable = False
    form = ErrorAnswerForm
    list_display = ["receipt", "kind", "page", "submitted_at", "answered_at"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter), "kind"]
    search_fields = ["receipt", "page", "content"]
    reported = ["receipt", "page", "kind", "content", "submitted_at"]
    fields = [*reported, "answer", "answered_by", "answered_at"]

    def get_readonly_fields(self, request, obj=None):
        done = ["answer"] if obj and obj.answered_at else []
        return [*self.reported, *done, "answered_by", "answered_at"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type("ReportForm", (form,), {"user": request.user})


@DASHBOARD.at(20)
def open_reports(request: HttpRequest) -> tuple[str, int, str]:
    address = reverse("admin:activities_errorreport_changelist")
    count = ErrorReport.objects.open().count()
    return "待答复的网站找错", count, f"{address}?answered_at__isempty=1"
