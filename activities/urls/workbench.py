from django.urls import path

from activities.views.workbench import (
    calendar,
    certificate,
    desk,
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
    path("certificates/", certificate.certificate_list, name="certificate-list"),
    path(
        "certificates/<str:code>/certificate.pdf",
        certificate.certificate_pdf,
        name="certificate-pdf",
    ),
]
