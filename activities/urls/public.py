from django.urls import path

from activities.views.public import (
    calendar,
    chamber,
    course,
    credential,
    feed,
    figure,
    home,
    honour,
    lecture,
    verify,
)

app_name = "public"
urlpatterns = [
    path("", home.home, name="home"),
    path("honours/", honour.honour_list, name="honour-list"),
    path("chambers/", chamber.chamber_list, name="chamber-list"),
    path("chambers/<int:pk>/", chamber.chamber_detail, name="chamber-detail"),
    path("chambers/<int:pk>/logo/", chamber.chamber_logo, name="chamber-logo"),
    path("lectures/", lecture.lecture_list, name="lecture-list"),
    path("lectures/calendar/", calendar.lecture_calendar, name="lecture-calendar"),
    path("lectures/feed/", feed.lecture_feed, name="lecture-feed"),
    path("lectures/<int:pk>/", lecture.lecture_detail, name="lecture-detail"),
    path("series/<int:pk>/", lecture.series_detail, name="series-detail"),
    path("calendar/county.ics", calendar.county_calendar, name="calendar-county"),
    path(
        "calendar/chamber/<int:pk>.ics",
        calendar.chamber_calendar,
        name="calendar-chamber",
    ),
    path(
        "calendar/branch/<int:pk>.ics",
        calendar.branch_calendar,
        name="calendar-branch",
    ),
    path("courses/", course.course_list, name="course-list"),
    path("courses/<int:pk>/", course.course_detail, name="course-detail"),
    path("sites/", course.site_list, name="site-list"),
    path("sites/<int:pk>/", course.site_detail, name="site-detail"),
    path("photos/<int:pk>/<slug:size>/", lecture.photo, name="photo"),
    path("figures/", figure.figure_list, name="figure-list"),
    path("verify/", verify.verify_form, name="verify-form"),
    path("verify/<str:code>/", verify.verify, name="verify"),
    path(
        "verify/<str:code>/credential.json",
        credential.credential,
        name="credential",
    ),
    path("open-badges/issuer.json", credential.issuer, name="issuer"),
    path(
        "open-badges/status/<int:number>.json",
        credential.status_list,
        name="status-list",
    ),
]
