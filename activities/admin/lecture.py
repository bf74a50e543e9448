"""Review of lectures, by the same services as the workbench."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from activities.forms.review import AcceptForm, ReturnForm
from activities.models import Issue, Lecture, Photo, Series
from activities.models.lecture import PUBLIC_STATES, LectureState
from activities.services import lecture as services
from activities.services.hint import hints
from chambers.rights import everybody, is_staff, may_review, right
from redleader.admin import DASHBOARD, ModelAdmin, TabularInline
from redleader.records.forms import Form, attempt
from redleader.records.search import search


class IssueInline(TabularInline):
    addable = False
    model = Issue
    readonly_fields = ["number"]


@admin.register(Series)
class SeriesAdmin(ModelAdmin):
    list_display = ["name", "is_open"]
    search_fields = ["name"]
    inlines = [IssueInline]


@admin.register(Issue)
class IssueAdmin(ModelAdmin):
    """Read-only numbers; they are assigned by the form that opens an issue."""

    addable = changeable = False
    list_display = ["series", "number"]
    list_display_links = ["number"]
    list_filter = ["series"]
    list_select_related = ["series"]
    search_fields = ["=number", "series__name"]


@admin.register(Photo)
class PhotoAdmin(ModelAdmin):
    """Edits whether a picture is public; the picture itself stays as it is."""

    addable = False
    list_display = ["lecture", "kind", "picture", "is_public", "uploaded_at"]
    list_filter = ["kind", "is_public"]
    list_select_related = ["lecture"]
    search_fields = ["lecture__topic"]
    fields = ["lecture", "kind", "picture", "name", "uploaded_at", "is_public"]
    readonly_fields = ["lecture", "kind", "picture", "name", "uploaded_at"]

    @admin.display(description="照片")
    def picture(self, photo):
        address = reverse("public:photo", args=[photo.pk, "thumbnail"])
        text = f"{photo.lecture}的照片"
        return format_html('<img src="{}" alt="{}" class="thumbnail">', address, text)


@admin.register(Lecture)
class LectureAdmin(ModelAdmin):
    """Staff read and review records, which the chambers write."""

    addable = False
    list_display = ["topic", "organised_by", "issue", "started_at", "present", "state"]
    list_filter = [
        "state",
        "kind",
        "theme",
        "organiser",
        "issue__series",
        "started_at",
        "chamber",
    ]
    list_select_related = ["chamber", "branch", "issue__series"]
    search_fields = ["topic"]
    search_help_text = "按主题，或主办商会的名称、拼音、首字母查找"
    date_hierarchy = "started_at"
    actions = ["accept_selected", "archive_selected"]
    fieldsets = [
        (
            "讲了什么",
            {
                "fields": [
                    "kind",
                    "theme",
                    "issue",
                    "topic",
                    "organiser",
                    "chamber",
                    "branch",
                    "course",
                    "site",
                    "started_at",
                    "ended_at",
                    "venue",
                    "lecturer_name",
                    "lecturer_role",
                    "host_name",
                    "recorder_name",
                ]
            },
        ),
        (
            "来了多少人",
            {
                "fields": [
                    "attendance_basis",
                    "expected",
                    "present",
                    "on_leave",
                    "absent",
                    "guests",
                ]
            },
        ),
        ("说明", {"fields": ["content", "decision", "public_summary", "is_public"]}),
        (
            "审核",
            {
                "fields": [
                    "state",
                    "created_by",
                    "submitted_by",
                    "submitted_at",
                    "reviewed_by",
                    "reviewed_at",
                    "return_reason",
                    "to_correct",
                    "cancel_reason",
                    "corrects",
                    "correction_reason",
                ]
            },
        ),
    ]

    @admin.display(description="主办", ordering="chamber__sort_key")
    def organised_by(self, lecture):
        return lecture.organiser_name

    @admin.display(description="需要改正的项目")
    def to_correct(self, lecture):
        return "、".join(lecture.return_labels)

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def get_search_results(self, request, queryset, search_term):
        by_topic, _ = super().get_search_results(request, queryset, search_term)
        return by_topic | search(queryset, search_term, prefix="chamber__"), False

    def get_readonly_fields(self, request, obj=None):
        names = [name for _, options in self.fieldsets for name in options["fields"]]
        return [name for name in names if name != "is_public"]

    def has_change_permission(self, request, obj=None):
        """Of an accepted record, staff may only change whether it is public."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.state in PUBLIC_STATES)

    def has_review_permission(self, request):
        return may_review(request.user)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/accept/",
                wrap(require_POST(self.accept_view)),
                name="activities_lecture_accept",
            ),
            path(
                "<int:pk>/return/",
                wrap(require_POST(self.return_view)),
                name="activities_lecture_return",
            ),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {}
        lecture = self.get_object(request, object_id)
        if lecture:
            context["photos"] = lecture.photos.all()
            context["attendances"] = lecture.attendances.select_related("member")
            context["corrected"] = services.corrected_values(lecture)
            if lecture.is_waiting and may_review(request.user):
                context |= {"accept_form": AcceptForm(), "return_form": ReturnForm()}
                context["hints"] = hints(lecture, user=request.user)
        return super().change_view(
            request, object_id, form_url, context | (extra_context or {})
        )

    @right(everybody, is_staff, may_review)
    def accept_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = AcceptForm(request.POST)
        lecture = self.reviewable(request, pk)
        if form.is_valid() and attempt(
            form,
            services.accept_lecture,
            lecture,
            user=request.user,
            **form.cleaned_data,
        ):
            messages.success(request, f"已通过：{lecture}。")
            return redirect(waiting_address())
        return self.answer_refused(request, lecture, accept_form=form)

    @right(everybody, is_staff, may_review)
    def return_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ReturnForm(request.POST)
        lecture = self.reviewable(request, pk)
        if form.is_valid() and attempt(
            form,
            services.return_lecture,
            lecture,
            user=request.user,
            **form.cleaned_data,
        ):
            messages.success(request, f"已退回：{lecture}。退回原因已告知登记人。")
            return redirect(waiting_address())
        return self.answer_refused(request, lecture, return_form=form)

    def reviewable(self, request, pk: int) -> Lecture:
        if not self.has_review_permission(request):
            raise PermissionDenied
        lecture = self.get_object(request, str(pk))
        if lecture is None:
            raise Http404
        return lecture

    def answer_refused(self, request, lecture, **forms) -> HttpResponse:
        """Show the record again with its errors, keeping the typed text."""
        for form in forms.values():
            messages.error(request, form.first_error())
        request.method = "GET"
        response = self.change_view(request, str(lecture.pk), extra_context=forms)
        is_late = any(form.non_field_errors() for form in forms.values())
        response.status_code = 409 if is_late else 422
        return response

    @admin.action(description="通过所选记录", permissions=["review"])
    def accept_selected(self, request, queryset):
        self.take_steps(request, queryset, services.accept_lecture, "通过")

    @admin.action(description="归档所选记录", permissions=["review"])
    def archive_selected(self, request, queryset):
        self.take_steps(request, queryset, services.archive_lecture, "归档")

    def take_steps(self, request, queryset, service, word) -> None:
        """Take one step with each record, and report failures."""
        done = 0
        for lecture in queryset:
            form = Form({})
            if attempt(form, service, lecture, user=request.user):
                done += 1
            else:
                messages.error(request, f"{lecture}：{form.first_error()}")
        if done:
            messages.success(request, f"已{word} {done} 条记录。")


def waiting_address() -> str:
    """Return the address of the list of records awaiting review."""
    query = urlencode({"state__exact": LectureState.SUBMITTED})
    return f"{reverse('admin:activities_lecture_changelist')}?{query}"


@DASHBOARD.at(40)
def waiting_lectures(request: HttpRequest) -> tuple[str, int, str]:
    count = Lecture.objects.visible_to(request.user).waiting().count()
    return "待审核的讲课记录", count, waiting_address()


@DASHBOARD.at(50)
def unrecorded_plans(request: HttpRequest) -> tuple[str, int, str]:
    count = Lecture.objects.visible_to(request.user).unrecorded().count()
    query = urlencode(
        {
            "state__exact": LectureState.PLANNED,
            "started_at__lt": timezone.now().isoformat(timespec="minutes"),
        }
    )
    address = f"{reverse('admin:activities_lecture_changelist')}?{query}"
    return "到期未登记的计划", count, address
