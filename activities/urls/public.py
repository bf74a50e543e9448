from django.urls import path

from activities.views.public import chamber, course, figure, home, honour, lecture

app_name = "public"
urlpatterns = [
    path("", home.home, name="home"),
    path("honours/", honour.honour_list, name="honour-list"),
    path("chambers/", chamber.chamber_list, name="chamber-list"),
    path("chambers/<int:pk>/", chamber.chamber_detail, name="chamber-detail"),
    path("chambers/<int:pk>/logo/", chamber.chamber_logo, name="chamber-logo"),
    path("lectures/", lecture.lecture_list, name="lecture-list"),
    path("lectures/<int:pk>/", lecture.lecture_detail, name="lecture-detail"),
    path("series/<int:pk>/", lecture.series_detail, name="series-detail"),
    path("courses/", course.course_list, name="course-list"),
    path("courses/<int:pk>/", course.course_detail, name="course-detail"),
    path("sites/", course.site_list, name="site-list"),
    path("sites/<int:pk>/", course.site_detail, name="site-detail"),
    path("photos/<int:pk>/<slug:size>/", lecture.photo, name="photo"),
    path("figures/", figure.figure_list, name="figure-list"),
]
