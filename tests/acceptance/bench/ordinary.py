"""An ordinary Django list of lectures: count, offset, DISTINCT for its filters.

It has the layout and the rows of our page; only the way to them is the usual one.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redleader.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402
from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.decorators import method_decorator  # noqa: E402
from django.views.generic import ListView  # noqa: E402

from activities.models import Lecture  # noqa: E402
from redleader.urls import urlpatterns as ours  # noqa: E402

PAGE = """{% extends "base.html" %}{% block content %}
<form class="filters">
{% for name, values in choices %}<label>{{ name }}<select name="{{ name }}">
{% for value in values %}<option value="{{ value }}">{{ value }}</option>{% endfor %}
</select></label>{% endfor %}<button class="button">查找</button></form>
<p>{{ paginator.count }} 场，{{ paginator.num_pages }} 页</p>
<div class="cards">{% for lecture in object_list %}
{% include "components/lecture_card.html" %}{% endfor %}</div>
{% if page_obj.has_next %}<a href="?page={{ page_obj.next_page_number }}">下一页</a>
{% endif %}{% endblock %}"""


@method_decorator(login_not_required, name="dispatch")
class Lectures(ListView):
    paginate_by = 20

    def get_queryset(self):
        rows = Lecture.objects.public().of_organiser()
        for name in ("kind", "theme"):
            if self.request.GET.get(name):
                rows = rows.filter(**{name: self.request.GET[name]})
        return rows.order_by("-started_at", "-pk")

    def get_context_data(self, **kwargs):
        public = Lecture.objects.public()
        names = ["kind", "theme", "issue__series__name", "started_at__year"]
        return super().get_context_data(
            choices=[
                (name, public.order_by(name).values_list(name, flat=True).distinct())
                for name in names
            ],
            **kwargs,
        )

    def render_to_response(self, context, **kwargs):
        from django.http import HttpResponse

        template = engines["django"].from_string(PAGE)
        return HttpResponse(template.render(context, self.request))


settings.ROOT_URLCONF = __name__
urlpatterns = [path("ordinary/", Lectures.as_view()), path("", include(ours))]
