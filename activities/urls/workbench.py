from django.urls import path

from activities.views.workbench import (
    application,
    application_export,
    calendar,
    certificate,
    desk,
    honour,
    honour_import,
    lecture,
    meeting,
    paper,
    plan,
)
from redleader.views import draft_drop, draft_keep

app_name = "workbench"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("lectures/", lecture.lecture_list, name="lecture-list"),
    path("lectures/new/", lecture.lecture_create, name="lecture-create"),
    path("lectures/roll/", lecture.lecture_roll, name="lecture-roll"),
    path("lectures/<int:pk>/roll/", lecture.lecture_roll, name="lecture-roll-of"),
    path("lectures/<int:pk>/", lecture.lecture_detail, name="lecture-detail"),
    path("lectures/<int:pk>/edit/", lecture.lecture_update, name="lecture-update"),
    path("lectures/<int:pk>/submit/", lecture.lecture_submit, name="lecture-submit"),
    path(
        "lectures/<int:pk>/withdraw/",
        lecture.lecture_withdraw,
        name="lecture-withdraw",
    ),
    path("lectures/<int:pk>/signin-sheet/", paper.signin_sheet, name="lecture-signin"),
    path("lectures/<int:pk>/record-sheet/", paper.record_sheet, name="lecture-record"),
    path("lectures/<int:pk>/delete/", lecture.lecture_delete, name="lecture-delete"),
    path("lectures/<int:pk>/correct/", lecture.lecture_correct, name="lecture-correct"),
    path("drafts/<uuid:key>/", draft_keep, name="draft-keep"),
    path("drafts/<uuid:key>/drop/", draft_drop, name="draft-drop"),
    path("lectures/<int:pk>/photos/", lecture.photo_add, name="photo-add"),
    path(
        "lectures/<int:pk>/photos/<int:photo_pk>/delete/",
        lecture.photo_delete,
        name="photo-delete",
    ),
    path("meetings/", meeting.meeting_summary, name="meeting-summary"),
    path(
        "meetings/<int:pk>/<slug:kind>/",
        meeting.meeting_detail,
        name="meeting-detail",
    ),
    path("plan/", plan.plan, name="plan"),
    path("plan/new/", plan.plan_create, name="plan-create"),
    path("plan/<int:pk>/", plan.plan_update, name="plan-update"),
    path("plan/<int:pk>/cancel/", plan.plan_cancel, name="plan-cancel"),
    path("plan/<int:pk>/reopen/", plan.plan_reopen, name="plan-reopen"),
    path("honours/", honour.honour_desk, name="honour-desk"),
    path("honours/<int:pk>/", application.gap_list, name="gap-list"),
    path(
        "honours/<int:pk>/start/",
        application.application_start,
        name="application-start",
    ),
    path("honours/<int:pk>/rows/<slug:code>/", application.rule_rows, name="rule-rows"),
    path("applications/", application.application_list, name="application-list"),
    path(
        "applications/<int:pk>/",
        application.application_detail,
        name="application-detail",
    ),
    path(
        "applications/<int:pk>/edit/",
        application.application_update,
        name="application-update",
    ),
    path(
        "applications/<int:pk>/submit/",
        application.application_submit,
        name="application-submit",
    ),
    path(
        "applications/<int:pk>/withdraw/",
        application.application_withdraw,
        name="application-withdraw",
    ),
    path(
        "applications/<int:pk>/delete/",
        application.application_delete,
        name="application-delete",
    ),
    path(
        "applications/<int:pk>/step/<slug:state>/",
        application.application_step,
        name="application-step",
    ),
    path("papers/<int:pk>/", application.evidence_file, name="evidence-file"),
    path(
        "papers/<int:pk>/delete/",
        application.evidence_file_delete,
        name="evidence-file-delete",
    ),
    path(
        "objections/<int:pk>/answer/",
        application.objection_answer,
        name="objection-answer",
    ),
    path(
        "applications/export/",
        application_export.application_export,
        name="application-export",
    ),
    path("honours/import/", honour_import.honour_import, name="honour-import"),
    path(
        "honours/import/template/",
        honour_import.template,
        name="honour-import-template",
    ),
    path("honours/import/marked/", honour_import.marked, name="honour-import-marked"),
    path(
        "honours/import/confirm/", honour_import.confirm, name="honour-import-confirm"
    ),
    path("certificates/", certificate.certificate_list, name="certificate-list"),
    path(
        "certificates/<str:code>/certificate.pdf",
        certificate.certificate_pdf,
        name="certificate-pdf",
    ),
]
