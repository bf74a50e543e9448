"""What search engines read of a page (schema.org); organisations, never persons."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from activities.formats.opendata import DataSet
from activities.models import Lecture
from chambers.models import Chamber
from redleader.people.addresses import site_address


def website(request: HttpRequest) -> dict:
    site = site_address(request)
    find = f"{site}{reverse('public:search')}?q={{q}}"
    return {
        "@type": "WebSite",
        "name": settings.PORTAL["name"],
        "url": f"{site}/",
        "inLanguage": "zh-CN",
        "publisher": {"@type": "Organization", "name": settings.PORTAL["owner"]},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": find},
            "query-input": "required name=q",
        },
    }


def organisation(request: HttpRequest, chamber: Chamber) -> dict:
    found = {
        "@type": "Organization",
        "name": chamber.name,
        "url": f"{site_address(request)}{chamber.get_absolute_url()}",
    }
    if chamber.founded_on:
        found["foundingDate"] = chamber.founded_on.isoformat()
    return found


def event(request: HttpRequest, lecture: Lecture) -> dict:
    """Return a public lecture, without speaker and audience."""
    address = reverse("public:lecture-detail", args=[lecture.pk])
    found = {
        "@type": "Event",
        "name": lecture.topic,
        "url": f"{site_address(request)}{address}",
        "startDate": timezone.localtime(lecture.started_at).isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "location": {
            "@type": "Place",
            "name": lecture.venue,
            "address": settings.PORTAL["county"],
        },
        "organizer": {"@type": "Organization", "name": lecture.organiser_name},
    }
    if lecture.ended_at:
        found["endDate"] = timezone.localtime(lecture.ended_at).isoformat()
    return found


def dataset(request: HttpRequest, data: DataSet) -> dict:
    site = site_address(request)
    return {
        "@type": "Dataset",
        "name": data.name,
        "description": data.about,
        "license": settings.PORTAL["licence"],
        "creator": {"@type": "Organization", "name": settings.PORTAL["owner"]},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind,
                "contentUrl": site
                + reverse("public:data-file", args=[data.code, suffix]),
            }
            for suffix, kind in (("csv", "text/csv"), ("json", "application/json"))
        ],
    }
