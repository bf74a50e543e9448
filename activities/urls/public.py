from django.urls import path

from activities.views.public import (
    calendar,
    chamber,
    course,
    feed,
    figure,
    home,
    honour,
    honour_export,
    lecture,
    practice,
    publicity,
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
    path("publicity/", publicity.publicity_list, name="publicity-list"),
    path("publicity/<int:pk>/", publicity.publicity_detail, name="publicity-detail"),
    path("publicity/receipts/", publicity.objection_search, name="objection-search"),
    path(
        "publicity/receipts/<slug:receipt>/",
        publicity.objection_detail,
        name="objection",
    ),
    path("honours/roll.xlsx", honour_export.honour_export, name="honour-export"),
    path("honours/poster/", honour.honour_poster, name="honour-poster"),
    path("practices/", practice.practice_list, name="practice-list"),
    path("practices/<int:pk>/", practice.practice_detail, name="practice-detail"),
]
