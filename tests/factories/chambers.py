"""One factory for each noun of chambers."""

from datetime import date

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from chambers.models import (
    AnnualInspection,
    Appointment,
    Branch,
    BranchCoverage,
    BranchTerm,
    Chamber,
    ChamberTerm,
    Consent,
    Enterprise,
    Erasure,
    Member,
    MemberMerge,
    Membership,
    Post,
    Region,
    Role,
    User,
)


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"350823{100 + n % 900}")
    name = factory.Sequence(lambda n: f"第{n}镇")
    level = "township"


class VillageFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"350823109{200 + n % 700}")
    name = factory.Sequence(lambda n: f"第{n}村")
    level = "village"
    parent = factory.SubFactory(RegionFactory, code="350823109", name="蛟洋镇")


class EnterpriseFactory(DjangoModelFactory):
    class Meta:
        model = Enterprise

    name = factory.Sequence(lambda n: f"第{n}企业")


class ChamberFactory(DjangoModelFactory):
    class Meta:
        model = Chamber

    name = factory.Sequence(lambda n: f"第{n}商会")
    kind = "trade"


class AnnualInspectionFactory(DjangoModelFactory):
    class Meta:
        model = AnnualInspection

    chamber = factory.SubFactory("tests.factories.chambers.ChamberFactory")
    year = 2025
    filed_on = date(2026, 3, 1)
    result = "passed"


class ChamberTermFactory(DjangoModelFactory):
    class Meta:
        model = ChamberTerm

    chamber = factory.SubFactory(ChamberFactory)
    number = 1
    started_on = date(2023, 1, 1)
    due_on = date(2028, 1, 1)


class BranchFactory(DjangoModelFactory):
    """A branch of one chamber; ``chambers=[…]`` for those it covers."""

    class Meta:
        model = Branch
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"第{n}党支部")
    kind = "single"

    @classmethod
    def _generate(cls, strategy, params):
        with transaction.atomic():  # The count of chambers is checked at its end.
            return super()._generate(strategy, params)

    @factory.post_generation
    def chambers(self, create, extracted, **kwargs):
        for chamber in [ChamberFactory()] if extracted is None else extracted:
            BranchCoverage.objects.create(branch=self, chamber=chamber)


class BranchCoverageFactory(DjangoModelFactory):
    """A chamber of a branch whose form has no limit of chambers."""

    class Meta:
        model = BranchCoverage

    branch = factory.SubFactory(BranchFactory, kind="functional", chambers=[])
    chamber = factory.SubFactory(ChamberFactory)


class BranchTermFactory(DjangoModelFactory):
    class Meta:
        model = BranchTerm

    branch = factory.SubFactory(BranchFactory)
    number = 1
    started_on = date(2024, 1, 1)
    due_on = date(2027, 1, 1)


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    kind = "person"
    name = factory.Sequence(lambda n: f"王{n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    member = factory.SubFactory(MemberFactory)
    chamber = factory.SubFactory(ChamberFactory)
    started_on = date(2022, 1, 1)


class AppointmentFactory(DjangoModelFactory):
    class Meta:
        model = Appointment

    member = factory.SubFactory(MemberFactory)
    post = Post.SECRETARY
    chamber = factory.SubFactory(ChamberFactory)
    started_on = date(2024, 1, 1)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"用户{n}")
    role = Role.FEDERATION


def secretary_of(*chambers):
    """Return an account whose person is secretary of these chambers today."""
    member = MemberFactory()
    for chamber in chambers:
        MembershipFactory(member=member, chamber=chamber)
        AppointmentFactory(member=member, chamber=chamber)
    return UserFactory(role=Role.SECRETARY, member=member)


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = Consent

    member = factory.SubFactory(MemberFactory)
    purpose = "name"
    given_on = date(2026, 1, 1)
    document = "同意书第1号"


class MemberMergeFactory(DjangoModelFactory):
    class Meta:
        model = MemberMerge

    kept = factory.SubFactory(MemberFactory)
    merged = factory.SubFactory(MemberFactory)
    by = factory.SubFactory(UserFactory)


class ErasureFactory(DjangoModelFactory):
    class Meta:
        model = Erasure

    member = factory.SubFactory(MemberFactory)
    by = "管理员"
    reason = "本人要求"
    cleared = 1
