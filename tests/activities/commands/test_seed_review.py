import json
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from activities.models import Lecture, MediationCase
from activities.services.address import addresses
from chambers.models import Chamber, Role, User
from tests.factories.activities import (
    AwardFactory,
    CertificateTemplateFactory,
    DisputeKindFactory,
    MeetingRequirementFactory,
    PairingProgrammeFactory,
    SchemeLevelFactory,
)
from tests.factories.chambers import ChamberFactory, RegionFactory, VillageFactory

pytestmark = pytest.mark.django_db
KINDS = {
    *("lecture", "accepted-lecture", "plan", "application", "lead", "pairing"),
    *("pairing-project", "project", "project-entry", "promotion", "demand"),
    *("assignment", "contact", "donation", "charity", "fund", "fund-entry", "case"),
    *("branch", "certificate", "member"),
}
MODELS = (User, Lecture, MediationCase, Chamber)


@pytest.fixture
def demo(settings):
    """Two chambers of a demo, and what its rules and facts would bring along."""
    settings.DEMO = True
    VillageFactory()
    PairingProgrammeFactory()
    DisputeKindFactory()
    MeetingRequirementFactory()
    CertificateTemplateFactory(is_default=True, for_own_titles=True)
    AwardFactory(is_demo=True)
    SchemeLevelFactory()
    return [ChamberFactory(is_demo=True, township=RegionFactory()) for _ in range(2)]


def seeded():
    out = StringIO()
    call_command("seed_review", "--json", stdout=out)
    return json.loads(out.getvalue())


def account_of(review, chamber, role="secretary"):
    (account,) = [
        row
        for row in review["accounts"]
        if row["chamber"] == chamber.pk and row["role"] == role
    ]
    return account


def signed_in(account):
    """Sign in as a person does: name and password, then the code."""
    client = Client()
    names = {"login": account["username"], "password": account["password"]}
    answer = client.post(reverse("account_login"), names)
    assert answer.status_code == 302, account
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(account["totp_secret"], counter))
    answer = client.post(reverse("mfa_authenticate"), {"code": code})
    assert answer.status_code == 302
    return client


def test_a_database_that_is_no_demo_is_left_alone(settings):
    ChamberFactory()
    for settings.DEMO in (True, False):
        with pytest.raises(CommandError, match="这不是演示库"):
            seeded()
    assert not User.objects.exists()


def test_each_account_signs_in_with_its_code(demo):
    review = seeded()

    roles = {(row["role"], row["chamber"]) for row in review["accounts"]}
    county = ["administrator", "organisation", "federation", "auditor"]
    chamber_roles = ["secretary", "branch_secretary", "mediator", "township"]
    assert roles == {(role, None) for role in county} | {
        (role, chamber.pk) for role in chamber_roles for chamber in demo
    }
    assert {role for role, _ in roles} == set(Role.values)
    for account in review["accounts"]:
        page = signed_in(account).get(reverse("workbench:desk"))
        assert page.context["user"].username == account["username"]


def test_each_object_is_there_for_its_own_secretary_alone(demo):
    review = seeded()
    clients = {c.pk: signed_in(account_of(review, c)) for c in demo}

    for chamber in demo:
        own = {row["kind"] for row in review["objects"] if row["chamber"] == chamber.pk}
        assert own == KINDS
    for row in review["objects"]:
        assert row["text"] == f"金丝雀-{row['chamber']}-{row['kind']}"
        for pk, client in clients.items():
            answer = client.get(row["workbench"])
            is_own = pk == row["chamber"]
            if row["kind"] == "member":
                assert answer.status_code == 200
                assert bool(answer.context["groups"]) == is_own
                continue
            assert answer.status_code == (200 if is_own else 404), row
            if is_own and row["kind"] != "certificate":
                assert row["text"] in answer.content.decode(), row


def test_no_text_is_public_but_where_it_says_so(demo):
    review = seeded()
    public = {row["text"] for row in review["objects"] if row["public"]}
    closed = {row["text"] for row in review["objects"]} - public
    pages = [a.pattern for a in addresses() if a.name.startswith("public:")]
    pages = [page for page in pages if "<" not in page]
    pages += [row["public"] for row in review["objects"] if row["public"]]
    seen, leaks = set(), []
    for page in pages:
        answer = Client().get(page)
        text = (b"".join(answer) if answer.streaming else answer.content).decode(
            errors="ignore"
        )
        leaks += [(word, page) for word in closed if word in text]
        seen |= {word for word in public if word in text}

    assert leaks == []
    assert len(pages) > 30
    assert seen == public


def test_a_second_run_makes_no_doubles_and_new_passwords(demo):
    first = seeded()
    counts = [model.objects.count() for model in MODELS]

    second = seeded()

    assert second["objects"] == first["objects"]
    assert [model.objects.count() for model in MODELS] == counts
    names = [[row["username"] for row in run["accounts"]] for run in (first, second)]
    assert names[0] == names[1]
    for before, after in zip(first["accounts"], second["accounts"], strict=True):
        assert before["password"] != after["password"]
        assert before["totp_secret"] != after["totp_secret"]
    signed_in(account_of(second, demo[0]))


def test_help_says_what_it_is_for(capsys):
    with pytest.raises(SystemExit) as stop:
        call_command("seed_review", "--help")

    assert stop.value.code == 0
    assert "仅用于演示库" in capsys.readouterr().out.replace("\n", "").replace(" ", "")
