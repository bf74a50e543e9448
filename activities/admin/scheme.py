"""Schemes as data: staff edit a version, copy it to the next year, and compare."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from activities.forms.scheme import (
    CopyForm,
    CriterionForm,
    SchemeVersionForm,
)
from activities.models import (
    Application,
    Criterion,
    Holiday,
    Objection,
    Scheme,
    SchemeLevel,
    SchemeVersion,
)
from activities.services.scheme import copy_version, version_changes
from chambers.rights import everybody, is_office, is_staff, right
from redleader.admin import DASHBOARD, ModelAdmin, TabularInline
from redleader.records.forms import attempt


class SchemeVersionInline(TabularInline):
    model = SchemeVersion
    fields = ["label", "year", "document", "is_open"]
    show_change_link = True


@admin.register(Scheme)
class SchemeAdmin(ModelAdmin):
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name"]
    inlines = [SchemeVersionInline]


class PartInline(TabularInline):
    """Parts of a version; whoever may change the version may also delete them."""

    view_on_site = False

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class SchemeLevelInline(PartInline):
    model = SchemeLevel


class CriterionInline(PartInline):
    model = Criterion
    form = CriterionForm
    fields = [
        "parent",
        "number",
        "name",
        "description",
        "proof",
        "rule",
        "target",
        "points",
        "is_required",
    ]

    def get_queryset(self, request):
        """Group the indicators by 四好."""
        good = Coalesce("parent__number", "number")
        rows = super().get_queryset(request)
        return rows.order_by(good, F("parent").asc(nulls_first=True), "number", "pk")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            version = request.resolver_match.kwargs.get("object_id", "")
            goods = Criterion.objects.filter(parent=None)
            known = version.isdecimal() and len(version) < 10
            kwargs["queryset"] = (
                goods.filter(version=version) if known else goods.none()
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(SchemeVersion)
class SchemeVersionAdmin(ModelAdmin):
    form = SchemeVersionForm
    list_display = ["scheme", "label", "year", "document", "is_open", "is_provisional"]
    list_display_links = ["label"]
    list_filter = ["scheme", "is_open"]
    list_select_related = ["scheme"]
    search_fields = ["scheme__name", "label"]
    autocomplete_fields = ["scheme"]
    inlines = [SchemeLevelInline, CriterionInline]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/copy/",
                wrap(self.copy_view),
                name="activities_schemeversion_copy",
            ),
            path(
                "<int:pk>/changes/",
                wrap(self.changes_view),
                name="activities_schemeversion_changes",
            ),
            *super().get_urls(),
        ]

    def version(self, request: HttpRequest, pk: int) -> SchemeVersion:
        version = self.get_object(request, str(pk))
        if version is None:
            raise Http404
        return version

    @right(everybody, is_office)
    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Copy a version with its levels and criteria to another year."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        version = self.version(request, pk)
        year = (version.year or 0) + 1 if version.year else None
        form = CopyForm(
            request.POST if request.method == "POST" else None,
            version=version,
            initial={"label": f"{year}年版" if year else "", "year": year},
        )
        made: list[SchemeVersion] = []
        if form.is_valid() and attempt(
            form,
            lambda: made.append(copy_version(version, **form.cleaned_data)),
        ):
            messages.success(request, f"已复制为 {made[0]}，请核对周期后再开放申报。")
            return redirect("admin:activities_schemeversion_change", made[0].pk)
        context = self.admin_site.each_context(request) | {
            "title": f"复制“{version}”",
            "opts": self.opts,
            "original": version,
            "form": form,
        }
        return TemplateResponse(
            request,
            "admin/activities/schemeversion/copy.html",
            context,
            status=422 if form.is_bound else 200,
        )

    @right(everybody, is_staff)
    def changes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how a version differs from another one of the same scheme."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = self.version(request, pk)
        others = version.scheme.versions.exclude(pk=version.pk)
        asked = request.GET.get("with", "")
        known = asked.isdecimal() and asked.isascii() and len(asked) < 10
        other = others.filter(pk=asked).first() if known else None
        if other is None:
            other = others.filter(year__lt=version.year or 0).first() or others.first()
        context = self.admin_site.each_context(request) | {
            "title": f"“{version}”的变化",
            "opts": self.opts,
            "original": version,
            "others": others,
            "other": other,
            "changes": version_changes(other, version) if other else [],
            "back": reverse("admin:activities_schemeversion_change", args=[pk]),
        }
        return TemplateResponse(
            request, "admin/activities/schemeversion/changes.html", context
        )


@admin.register(Holiday)
class HolidayAdmin(ModelAdmin):
    """Days off and working weekends, by which the days of 公示 are counted."""

    deletable = True
    list_display = ["day", "kind", "name", "source"]
    list_filter = ["kind"]
    date_hierarchy = "day"
    search_fields = ["name"]


@DASHBOARD.at(70)
def waiting_applications(request: HttpRequest) -> tuple[str, int, str]:
    count = Application.objects.visible_to(request.user).waiting().count()
    address = f"{reverse('workbench:application-list')}?state=submitted"
    return "待审核的荣誉申报", count, address


@DASHBOARD.at(80)
def open_objections(request: HttpRequest) -> tuple[str, int, str]:
    count = Objection.objects.open().count()
    return "待答复的公示异议", count, reverse("workbench:honour-desk")
