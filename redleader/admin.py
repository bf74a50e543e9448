"""Our admin site: what waits on top, the trigger history of each object."""

import re
from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.filters import FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode

from redleader.records.facets import Facet
from redleader.records.forms import TrialForm, is_long, refusal
from redleader.records.history import changes, last_change
from redleader.records.paging import COUNTED, EstimatingPaginator
from redleader.records.search import search

# Functions of a request that return (label, count, address) for the dashboard.
DASHBOARD: Facet[Callable[[HttpRequest], tuple[str, int, str]]] = Facet()


ROW_LINK = re.compile(rb'<a href="(/[^"?]*/change/)">(.*?)</a>', re.DOTALL)


class AdminSite(admin.AdminSite):
    site_header = "红领后台"
    site_title = "红领后台"
    index_title = "工作台"
    empty_value_display = "—"
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        """Accept our own model admins only, not those of libraries."""
        if admin_class and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request, extra_context=None):
        """Send visitors to the one sign-in page; refuse users without access."""
        if request.user.is_authenticated:
            if self.has_permission(request):
                return redirect("admin:index")
            raise PermissionDenied
        query = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('account_login')}?{query}")

    def index(self, request, extra_context=None):
        waiting = [count(request) for count in DASHBOARD]
        return super().index(request, {"waiting": waiting} | (extra_context or {}))


class ShortRelatedFilter(RelatedFieldListFilter):
    """Offers the rows of another model, or none if there are too many."""

    def field_choices(self, field, request, model_admin):
        if is_long(field.remote_field.model._default_manager.all()):
            return []
        return super().field_choices(field, request, model_admin)


FieldListFilter.register(
    lambda field: bool(field.remote_field), ShortRelatedFilter, take_priority=True
)


class AdminForm(TrialForm):
    """Refuses to overwrite what somebody else has saved since the form was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and hasattr(self.instance, "events"):
            self.latest = self.latest_event()
            self.fields["seen"].initial = self.latest

    def latest_event(self):
        newest = self.instance.events.order_by("-pgh_id").first()
        return newest.pgh_id if newest else None

    def clean(self):
        super().clean()
        stored = self.instance.pk and hasattr(self, "latest")
        if stored and self.cleaned_data.get("seen") != self.latest:
            change = last_change(self.instance)
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self.latest
            at = timezone.localtime(change.at)
            raise ValidationError(
                f"保存失败：{change.who}已于 {at:%Y-%m-%d %H:%M} 修改过此记录。"
                "您填写的内容仍在下方，请对照差异后再保存。",
                code="stale",
            )
        return self.cleaned_data


class Closable:
    """Rows that are written elsewhere are neither added nor changed here."""

    addable = changeable = True

    def has_add_permission(self, request, *args):
        return self.addable and super().has_add_permission(request, *args)  # type: ignore[misc]

    def has_change_permission(self, request, obj=None):
        return self.changeable and super().has_change_permission(request, obj)  # type: ignore[misc]


def drop_dead_links(request: HttpRequest, response: HttpResponse) -> None:
    """Leave the name alone where Django links to a row that the user may not see."""

    def shown(link: re.Match) -> bytes:
        pages = resolve(link[1].decode()).func.model_admin  # type: ignore[attr-defined]
        return link[0] if pages.has_view_permission(request) else link[2]

    response.content = ROW_LINK.sub(shown, response.content)


class ModelAdmin(Closable, admin.ModelAdmin):
    """Base of every admin page; rights come from the role."""

    form = AdminForm
    save_on_top = False
    list_per_page = 50
    paginator = EstimatingPaginator
    show_full_result_count = False
    deletable = False  # Most rows end with a date or a state instead.

    def has_delete_permission(self, request, obj=None):
        return self.deletable and super().has_delete_permission(request, obj)

    def get_deleted_objects(self, objs, request):
        """Name what refers to an object in use, instead of a missing permission."""
        objects, counts, rights, protected = super().get_deleted_objects(objs, request)
        return objects, counts, set() if protected else rights, protected

    def get_fieldsets(self, request, obj=None):
        """Put the hidden field first, so that every page submits it."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj) or obj is None:
            return fieldsets
        shown = [name for _, options in fieldsets for name in options["fields"]]
        if "seen" in shown:
            return fieldsets
        return [*fieldsets, (None, {"fields": ["seen"], "classes": ["hidden"]})]

    def get_changelist_instance(self, request):
        """Omit the date bar, which reads every row, from a very long list."""
        changelist = super().get_changelist_instance(request)
        if changelist.result_count > COUNTED:
            changelist.date_hierarchy = None
        return changelist

    def changelist_view(self, request, extra_context=None):
        """Drop a query that no list can answer, and say so."""
        texts = [text for _, row in request.GET.lists() for text in row]
        if any("\0" in text for text in [*request.GET, *texts]):
            return redirect(f"{request.path}?{ERROR_FLAG}=1")
        if ERROR_FLAG in request.GET:
            messages.warning(request, "查询条件无效，已忽略。")
        return super().changelist_view(request, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            with transaction.atomic():
                response = super().changeform_view(
                    request, object_id, form_url, extra_context
                )
        except IntegrityError as error:  # What trying a single row could not reveal.
            messages.error(request, refusal(error))
            return redirect(request.get_full_path())
        if isinstance(response, TemplateResponse):
            response.add_post_render_callback(partial(drop_dead_links, request))
        context = getattr(response, "context_data", None) or {}
        form = getattr(context.get("adminform"), "form", None)
        if form is not None and form.has_error("__all__", code="stale"):
            response.status_code = 409
        return response

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """Show the trigger history of one object, newest first; read only."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": f"变更历史：{obj}",
            "object": obj,
            "opts": self.opts,
            "changes": changes(obj) if hasattr(obj, "events") else [],
        }
        return TemplateResponse(request, "admin/object_history.html", context)


class SearchAdmin(ModelAdmin):
    """One search box for 汉字, pinyin and initials, also in autocompletes."""

    search_fields = ["name"]
    search_help_text = "按名称、拼音或首字母查找"

    def get_search_results(self, request, queryset, search_term):
        return search(queryset, search_term), False


class TabularInline(Closable, admin.TabularInline):
    """Rows of another model on the page of their parent."""

    form = TrialForm
    extra = 0
    show_change_link = False
