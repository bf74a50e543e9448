from django.contrib import admin

from activities.admin.certificate import CertificateIssueAdmin
from activities.models import Award
from activities.models.honour import NO_CYCLE


@admin.register(Award)
class AwardAdmin(CertificateIssueAdmin):
    """Titles are never deleted: they expire, or are revoked with a reason."""

    list_display = ["title", "recipient", "level", "cycle", "grantor", "state_word"]
    list_filter = [
        "level",
        "version__scheme",
        ("cycle_label", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["chamber", "branch", "site"]
    autocomplete_fields = ["version", "chamber", "branch", "site", "renews"]
    search_fields = ["title"]
    search_help_text = "按获得者的名称、拼音或首字母查找"
    fieldsets = [
        ("称号", {"fields": ["version", "title", "level", "cycle_label", "batch"]}),
        ("获得者（填写一个）", {"fields": ["chamber", "branch", "site"]}),
        (
            "授予",
            {
                "fields": [
                    "grantor",
                    "document_number",
                    "granted_on",
                    "valid_until",
                    "source",
                ]
            },
        ),
        (
            "状态",
            {
                "fields": [
                    "renews",
                    "revoked_on",
                    "revocation_reason",
                    "revocation_document",
                ],
                "description": "取消称号须填写取消日期、原因和文号；取消后仍保留记录。",
            },
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).on()

    @admin.display(description="状态")
    def state_word(self, award):
        return award.state_label

    def get_search_results(self, request, queryset, search_term):
        found = queryset.search(search_term) if search_term.strip() else queryset
        return found, False

    @admin.display(description="获得者")
    def recipient(self, award):
        return award.recipient

    @admin.display(description="周期", ordering="cycle_label")
    def cycle(self, award):
        return award.cycle_label or NO_CYCLE
