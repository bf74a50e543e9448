import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redleader.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from redleader.backup import upgrade  # noqa: E402
from redleader.people.addresses import behind_proxies  # noqa: E402
from redleader.serving.front import Front  # noqa: E402

upgrade.require_current()
application = Front(behind_proxies(django), settings.PAGE_CACHE_BYTES)
