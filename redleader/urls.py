"""Every address; see product.md for who each is meant for."""

from django.urls import include, path

from redleader.serving.views import healthz

handler400 = "redleader.serving.errors.bad_request"
handler403 = "redleader.serving.errors.permission_denied"
handler404 = "redleader.serving.errors.not_found"
handler429 = "redleader.serving.errors.too_fast"  # allauth looks it up.
handler500 = "redleader.serving.errors.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("chambers.urls.accounts")),
    path("admin/", include("chambers.urls.admin")),
    path("workbench/", include("activities.urls.workbench")),
    path("", include("activities.urls.public")),
]
