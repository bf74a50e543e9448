from django.contrib import admin

from chambers.models import Appointment
from redleader.admin import ModelAdmin
from redleader.records.search import search


@admin.register(Appointment)
class AppointmentAdmin(ModelAdmin):
    deletable = True
    list_display = ["member", "post", "organisation", "started_on", "ended_on"]
    list_filter = ["post", ("ended_on", admin.EmptyFieldListFilter)]
    list_select_related = ["member", "chamber", "branch"]
    autocomplete_fields = ["member", "chamber", "branch"]
    search_fields = ["member__name"]
    search_help_text = "按姓名、拼音或首字母查找"

    def get_search_results(self, request, queryset, search_term):
        return search(queryset, search_term, prefix="member__"), False

    @admin.display(description="组织")
    def organisation(self, appointment):
        return appointment.organisation
