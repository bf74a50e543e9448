"""One factory for each noun of activities."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from activities.models import (
    Attendance,
    Award,
    Course,
    Deadlines,
    Issue,
    Lecture,
    MeetingRequirement,
    OfficialFigure,
    Photo,
    RequirementExemption,
    Scheme,
    SchemeVersion,
    Series,
    Site,
)
from activities.services.lecture import (
    accept_lecture,
    cancel_plan,
    return_lecture,
    save_plan,
    submit_lecture,
)
from activities.services.photo import add_photos
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    MemberFactory,
    UserFactory,
)


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    name = factory.Sequence(lambda n: f"第{n}基地")
    kind = "base"


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    name = factory.Sequence(lambda n: f"第{n}课")


class MeetingRequirementFactory(DjangoModelFactory):
    class Meta:
        model = MeetingRequirement

    kind = "assembly"
    period = "quarter"


class RequirementExemptionFactory(DjangoModelFactory):
    class Meta:
        model = RequirementExemption

    branch = factory.SubFactory(BranchFactory)
    started_on = date(2026, 1, 1)
    ended_on = date(2026, 12, 31)
    reason = "支部改选期间"


class DeadlinesFactory(DjangoModelFactory):
    class Meta:
        model = Deadlines

    pk = 1  # the only one


class SchemeFactory(DjangoModelFactory):
    class Meta:
        model = Scheme

    name = factory.Sequence(lambda n: f"第{n}荣誉")
    kind = "four_goods"


class SchemeVersionFactory(DjangoModelFactory):
    class Meta:
        model = SchemeVersion

    scheme = factory.SubFactory(SchemeFactory)
    label = "2024年版"


class AwardFactory(DjangoModelFactory):
    class Meta:
        model = Award

    version = factory.SubFactory(SchemeVersionFactory)
    title = "全国“四好”商会"
    level = "national"
    chamber = factory.SubFactory(ChamberFactory)


class OfficialFigureFactory(DjangoModelFactory):
    class Meta:
        model = OfficialFigure

    number = factory.Sequence(lambda n: f"N{n % 100:02}")
    code = factory.Sequence(lambda n: f"figure-{n}")
    label = "某项数字"
    value = Decimal(27)
    unit = "个"
    qualifier = "exact"
    source = "测试"


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    name = factory.Sequence(lambda n: f"第{n}讲堂")


class IssueFactory(DjangoModelFactory):
    class Meta:
        model = Issue

    series = factory.SubFactory(SeriesFactory)
    number = 1


class LectureFactory(DjangoModelFactory):
    """A draft; ``submitted()`` and its like take it further by the services."""

    class Meta:
        model = Lecture

    topic = factory.Sequence(lambda n: f"第{n}讲")
    chamber = factory.SubFactory(ChamberFactory)
    started_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=2))
    venue = "商会会议室"
    lecturer_name = "李红"
    lecturer_role = "branch_secretary"
    present = 18
    created_by = factory.SubFactory(UserFactory, role="secretary")


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    lecture = factory.SubFactory(LectureFactory)
    member = factory.SubFactory(MemberFactory)


class PhotoFactory(DjangoModelFactory):
    """A row without a file."""

    class Meta:
        model = Photo

    lecture = factory.SubFactory(LectureFactory)
    width = 400
    height = 300
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    name = "照片.jpg"


def planned(**fields):
    """A plan for a week from now, with nothing but what a plan needs."""
    empty = {"venue": "", "lecturer_name": "", "lecturer_role": "", "present": None}
    soon = {"started_at": timezone.now() + timedelta(days=7)}
    chamber = fields.pop("chamber", None) or ChamberFactory()
    user = fields.pop("created_by", None) or UserFactory(role="secretary")
    lecture = LectureFactory.build(
        chamber=chamber, created_by=None, **empty | soon | fields
    )
    return save_plan(lecture, user=user)


def cancelled(reason="台风停办", **fields):
    return cancel_plan(planned(**fields), reason=reason)


def submitted(**fields):
    lecture = LectureFactory(**fields)
    return submit_lecture(lecture, user=lecture.created_by)


def accepted(*, photos=0, **fields):
    lecture = LectureFactory(**fields)
    add_photos(lecture, [upload(n) for n in range(photos)])
    lecture = submit_lecture(lecture, user=lecture.created_by)
    return accept_lecture(lecture, user=UserFactory(), publish_photos=True)


def returned(reason="人数与签到表不符。", returning=(), **fields):
    lecture = submitted(**fields)
    return return_lecture(lecture, user=UserFactory(), reason=reason, fields=returning)


def upload(number=0, *, size=(400, 300), name="照片.jpg", **options):
    """Return an uploaded JPEG; each number has another picture."""
    content = BytesIO()
    colour = (number * 37 % 256, number * 91 % 256, 120)
    Image.new("RGB", size, colour).save(content, "JPEG", **options)
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")
