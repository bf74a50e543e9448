from django.contrib import admin

from activities.models import Practice, PracticeItem, PracticeResult
from redleader.admin import SearchAdmin, TabularInline


class PracticeItemInline(TabularInline):
    model = PracticeItem


class PracticeResultInline(TabularInline):
    model = PracticeResult


@admin.register(Practice)
class PracticeAdmin(SearchAdmin):
    deletable = True
    list_display = ["name", "chamber", "source", "is_public"]
    list_filter = ["is_public"]
    list_select_related = ["chamber"]
    autocomplete_fields = ["chamber"]
    fields = ["name", "chamber", "summary", "source", "is_public"]
    inlines = [PracticeItemInline, PracticeResultInline]
