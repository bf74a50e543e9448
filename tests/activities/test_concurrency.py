"""People who act at the same moment; the drives do it with whole processes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import Issue, Lecture, Photo
from activities.models.lecture import LectureState
from activities.models.welfare.fund import OVERDRAWN
from activities.services.application import take_step as review
from activities.services.welfare import save_entry
from redleader.records.forms import refusal
from tests.acceptance.drives.browser import read_form
from tests.factories.activities import (
    FundEntryFactory,
    LectureFactory,
    SchemeLevelFactory,
    SeriesFactory,
    application_at,
    submitted,
    upload,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db(transaction=True)
CREATE = "workbench:lecture-create"


def at_once(jobs):
    """Run jobs that begin together, each with its own connection; in their order.

    Read what their pages say, not ``context``: the test client fills that with
    whatever any thread renders.
    """
    start = threading.Barrier(len(jobs))

    def run(job):
        try:
            start.wait(timeout=20)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def chamber():
    return ChamberFactory()


def typed(chamber, **changes):
    started_at = timezone.localtime() - timedelta(hours=3)
    return {
        "kind": "party_lecture",
        "topic": "重走红军路",
        "organiser": "chamber",
        "chamber": chamber.pk,
        "started_at": f"{started_at:%Y-%m-%dT%H:%M}",
        "venue": "文化礼堂",
        "lecturer_name": "李红",
        "lecturer_role": "branch_secretary",
        "present": 18,
    } | changes


def test_editors_at_once_lose_nothing(chamber, sign_in):
    users = [secretary_of(chamber) for _ in range(5)]
    clients = [sign_in(user) for user in users]
    lecture = LectureFactory(chamber=chamber, created_by=users[0])
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    accepted, refused = [], []

    def edit(number, turn):
        form = read_form(clients[number].get(address).text)
        line = f"{number}-{turn}"
        text = f"{form['content']}\n{line}".strip()
        version = int(form["version"])
        answer = clients[number].post(
            address, typed(chamber, content=text, version=version)
        )
        if answer.status_code == 302:
            accepted.append((version + 1, text, line))
        else:
            kept = read_form(answer.text)["content"]
            refused.append((answer.status_code, kept == text))

    for turn in range(4):
        at_once([partial(edit, number, turn) for number in range(5)])

    lecture.refresh_from_db()
    assert len(accepted) + len(refused) == 20
    assert set(refused) == {(409, True)}
    assert lecture.version == 1 + len(accepted)
    assert lecture.content.splitlines() == [line for _, _, line in sorted(accepted)]
    seen = lecture.events.order_by("pgh_id").values_list("version", "content")
    assert list(seen)[1:] == [(version, text) for version, text, _ in sorted(accepted)]


def test_same_form_at_once_makes_one_record(chamber, sign_in):
    client = sign_in(secretary_of(chamber))
    forms = []
    for number in range(5):
        key = read_form(client.get(reverse(CREATE)).text)["form_key"]
        forms.append(typed(chamber, topic=f"第{number}讲", form_key=key))
    places = []
    for form in forms:
        answers = at_once([partial(client.post, reverse(CREATE), form)] * 8)
        places.append({answer.get("Location") for answer in answers})

    records = Lecture.objects.order_by("pk")
    assert places == [{record.get_absolute_url()} for record in records]
    assert len(places) == 5


def test_reviewers_at_once_act_once(chamber, sign_in):
    users = [UserFactory(role="organisation"), UserFactory(role="federation")]
    clients = [sign_in(user) for user in users]
    lectures = [submitted(chamber=chamber) for _ in range(4)]
    verbs = [("accept", {}), ("return", {"reason": "人数与签到表不符。"})]
    states = [LectureState.ACCEPTED, LectureState.RETURNED]

    for lecture in lectures:
        answers = at_once(
            [
                partial(
                    client.post,
                    reverse(f"admin:activities_lecture_{verb}", args=[lecture.pk]),
                    form,
                )
                for client, (verb, form) in zip(clients, verbs, strict=True)
            ]
        )

        done = [number for number in (0, 1) if answers[number].status_code == 302]
        assert len(done) == 1
        lecture.refresh_from_db()
        assert lecture.reviewed_by == users[done[0]]
        assert lecture.state == states[done[0]]
        assert lecture.events.filter(state__in=states).count() == 1
        assert f"已由 {users[done[0]]} 于" in answers[1 - done[0]].text


def test_issues_added_at_once_leave_no_gap(chamber, sign_in):
    series = SeriesFactory()
    users = [secretary_of(chamber) for _ in range(2)]
    clients = [sign_in(user) for user in users]

    def next_choice(client):
        """Return the new issue that the form offers now."""
        return read_form(client.get(reverse(CREATE)).text)["issue_choice"]

    def add(number, turn, choice):
        """Take the offered issue; one who comes too late takes the next."""
        form = typed(chamber, topic=f"第{number}人第{turn}讲", issue_choice=choice)
        answer = clients[number].post(reverse(CREATE), form)
        if answer.status_code != 422:
            return answer.status_code
        assert "期" in answer.text
        form["issue_choice"] = next_choice(clients[number])
        return clients[number].post(reverse(CREATE), form).status_code

    for turn in range(3):
        choice = next_choice(clients[0])
        answers = at_once([partial(add, number, turn, choice) for number in (0, 1)])
        assert answers == [302, 302]

    numbers = Issue.objects.filter(series=series).order_by("number")
    assert list(numbers.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_same_photo_at_once_is_kept_once(chamber, sign_in, media):
    user = secretary_of(chamber)
    client = sign_in(user)
    lecture = LectureFactory(chamber=chamber, created_by=user)
    address = reverse("workbench:photo-add", args=[lecture.pk])

    answers = at_once([lambda: client.post(address, {"photos": upload(1)})] * 2)

    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert Photo.objects.filter(lecture=lecture).count() == 1
    assert sum(path.is_file() for path in media.rglob("*")) == 2  # and its thumbnail


def test_two_reviewers_at_once_take_one_step():
    application = application_at("submitted")
    staff = [UserFactory(), UserFactory()]

    def take(user):
        try:
            return review(application, to="county", user=user).version
        except ValidationError as error:
            return error.messages[0]

    answers = at_once([partial(take, user) for user in staff])

    assert answers.count(application.version + 1) == 1
    assert sum(str(answer).startswith("已由") for answer in answers) == 1
    assert application.steps.filter(state="county").count() == 1


def test_the_same_start_at_once_makes_one_application():
    chamber, level = ChamberFactory(), SchemeLevelFactory()
    users = [secretary_of(chamber), secretary_of(chamber)]

    def start(user):
        client = Client()
        client.force_login(user, backend="chambers.access.RoleBackend")
        data = {"chamber": chamber.pk, "recipient": "chamber"}
        address = reverse("workbench:application-start", args=[level.pk])
        return client.post(address, data).status_code

    answers = at_once([partial(start, user) for user in users])

    assert set(answers) <= {302, 422}
    assert 302 in answers
    assert chamber.applications.count() == 1


def test_two_payments_at_once_do_not_overdraw_a_fund():
    fund = FundEntryFactory(amount=10_000).fund

    def pay(amount):
        entry = FundEntryFactory.build(fund=fund, direction="expense", amount=amount)
        try:
            return save_entry(entry).amount
        except IntegrityError as error:
            return refusal(error)

    for amount, paid in ((6_000, [6_000]), (4_000, [4_000]), (1, [])):
        answers = at_once([partial(pay, amount)] * 2)
        assert [answer for answer in answers if answer != OVERDRAWN] == paid

    assert fund.entries.filter(direction="expense").count() == 2
