"""Certificates are issued on the page of a title; templates hold their text."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from activities.forms.certificate import CertificateTemplateForm
from activities.models import Award, Certificate, CertificateTemplate
from activities.papers.certificate_sheet import pdf_of, png_of
from activities.services.certificate import (
    award_today,
    issue_certificate,
    sample_sheet,
    why_ended,
)
from chambers.rights import everybody, is_staff, may_review, right
from redleader.admin import ModelAdmin
from redleader.people.addresses import site_address
from redleader.records.forms import Form, attempt


class CertificateIssueAdmin(ModelAdmin):
    """Adds the certificate to the admin page of a title."""

    change_form_template = "admin/activities/award/change_form.html"

    def get_urls(self):
        issue = self.admin_site.admin_view(require_POST(self.issue_view))
        name = "activities_award_issue"
        return [path("<int:pk>/issue/", issue, name=name), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        award = self.get_object(request, object_id)
        context = {}
        if award:
            award = award_today(award)
            context = {
                "award": award,
                "certificate": Certificate.objects.filter(award=award).first(),
                "may_issue": may_review(request.user),
                "why_ended": "" if award.is_held else why_ended(award),
            }
        return super().change_view(
            request, object_id, form_url, context | (extra_context or {})
        )

    @right(everybody, is_staff, may_review)
    def issue_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        award: Award | None = self.get_object(request, str(pk))
        if award is None:
            raise Http404
        form = Form({})
        known = Certificate.objects.filter(award=award).exists()
        if attempt(form, issue_certificate, award, user=request.user):
            done = "证书已颁发，可以下载。"
            again = "这项称号已有证书，没有再颁发。"
            messages.success(request, again if known else done)
            return redirect("admin:activities_award_change", pk)
        messages.error(request, form.first_error())
        request.method = "GET"
        response = self.change_view(request, str(pk))
        response.status_code = 409
        return response


@admin.register(Certificate)
class CertificateAdmin(ModelAdmin):
    """A read-only list for looking up."""

    addable = changeable = False
    list_display = ["printed", "award", "issued_on", "issued_by"]
    list_select_related = [
        "award__chamber",
        "award__branch",
        "award__site",
        "issued_by",
    ]
    search_fields = ["code"]
    search_help_text = "按验证编号或获得者的名称、拼音、首字母查找"
    date_hierarchy = "issued_on"
    fields = ["printed", "award", "issued_on", "issued_by", "links"]
    readonly_fields = ["printed", "links"]

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        awards = Award.objects.search(search_term)
        code = "".join(c for c in search_term.upper() if c.isalnum())
        return queryset.filter(award__in=awards) | queryset.filter(code=code), False

    @admin.display(description="验证编号", ordering="code")
    def printed(self, certificate):
        return certificate.printed_code

    @admin.display(description="查看")
    def links(self, certificate):
        return format_html(
            '<a href="{}">下载证书（PDF）</a> <a href="{}">核验页面</a>',
            reverse("workbench:certificate-pdf", args=[certificate.code]),
            certificate.get_absolute_url(),
        )


@admin.register(CertificateTemplate)
class CertificateTemplateAdmin(ModelAdmin):
    deletable = True
    form = CertificateTemplateForm
    change_form_template = "admin/activities/certificatetemplate/change_form.html"
    list_display = ["name", "for_own_titles", "is_default", "orientation"]
    list_filter = ["for_own_titles", "orientation"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "for_own_titles", "is_default"]}),
        ("文字", {"fields": ["heading", "body", "signature", "footnote"]}),
        ("样式", {"fields": ["orientation", "title_size", "body_size"]}),
    ]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/preview.pdf",
                wrap(require_safe(self.preview_pdf)),
                name="activities_certificatetemplate_pdf",
            ),
            path(
                "<int:pk>/preview.png",
                wrap(require_safe(self.preview_png)),
                name="activities_certificatetemplate_png",
            ),
            *super().get_urls(),
        ]

    @right(everybody, is_staff)
    def preview_pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = pdf_of(self.sample(request, pk))
        return HttpResponse(page, content_type="application/pdf")

    @right(everybody, is_staff)
    def preview_png(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse(png_of(self.sample(request, pk)), content_type="image/png")

    def sample(self, request: HttpRequest, pk: int):
        """Return the saved template filled with sample words."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = self.get_object(request, str(pk))
        if template is None:
            raise Http404
        return sample_sheet(template, site=site_address(request))
