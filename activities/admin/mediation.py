"""Committees, mediators and who may see cases. Cases themselves are not here."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet

from activities.models import (
    CommitteeSeat,
    DisputeKind,
    MediationAccess,
    MediationCommittee,
    Mediator,
)
from activities.models.mediation.committee import SEATS, SIZE_ERROR
from chambers.models import Role
from redleader.admin import ModelAdmin, TabularInline


@admin.register(DisputeKind)
class DisputeKindAdmin(ModelAdmin):
    deletable = True
    list_display = ["name", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]


class SeatFormSet(BaseInlineFormSet):
    """Checks the size that the database checks when the transaction ends."""

    def clean(self):
        super().clean()
        if any(self.errors) or not self.instance.is_active or self.instance.ended_on:
            return
        present = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data.get("mediator")
            and not form.cleaned_data.get("DELETE")
            and not form.cleaned_data.get("ended_on")
        ]
        low, high = SEATS
        heads = sum(bool(row.get("is_head")) for row in present)
        if not low <= len(present) <= high or heads != 1:
            raise ValidationError(SIZE_ERROR)


class CommitteeSeatInline(TabularInline):
    model = CommitteeSeat
    formset = SeatFormSet
    autocomplete_fields = ["mediator"]

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


@admin.register(MediationCommittee)
class MediationCommitteeAdmin(ModelAdmin):
    list_display = ["name", "chamber", "is_active", "started_on", "due_on", "ended_on"]
    list_filter = ["is_active"]
    list_select_related = ["chamber"]
    search_fields = ["name"]
    autocomplete_fields = ["chamber"]
    inlines = [CommitteeSeatInline]


@admin.register(Mediator)
class MediatorAdmin(ModelAdmin):
    """An account gives access to cases, so only the administrator links it."""

    list_display = ["name", "kind", "source", "committee", "engaged_on", "ended_on"]
    list_filter = ["kind", "source", ("ended_on", admin.EmptyFieldListFilter)]
    list_select_related = ["committee"]
    search_fields = ["name"]
    autocomplete_fields = ["committee", "member", "user"]

    def get_readonly_fields(self, request, obj=None):
        return [] if request.user.role == Role.ADMINISTRATOR else ["user"]


@admin.register(MediationAccess)
class MediationAccessAdmin(ModelAdmin):
    """Only the administrator decides who may see cases."""

    list_display = ["user", "started_on", "ended_on"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]

    def has_module_permission(self, request):
        return is_administrator(request) and super().has_module_permission(request)

    def has_view_permission(self, request, obj=None):
        return is_administrator(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request):
        return is_administrator(request) and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return is_administrator(request) and super().has_change_permission(request, obj)


def is_administrator(request) -> bool:
    return request.user.role == Role.ADMINISTRATOR
