"""Unfinished text: kept while it is typed, and over the end of a session."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from activities.models import Lecture
from redleader.models import FormDraft
from redleader.records.drafts import (
    MAX_CHARACTERS,
    MAX_DRAFTS,
    drafts_at,
    keep_draft,
    query_of,
    texts_of,
)
from tests.factories.activities import LectureFactory
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db

PASSWORD = "Xiaoqiao-4321"
LOST = "登录已超时，请重新登录，填写内容已暂存。"
FORM = "workbench:lecture-create"
KEY = uuid.UUID(int=7)


@pytest.fixture
def user():
    user = secretary_of(ChamberFactory())
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


def keep(user, key=KEY, *, address="/a/", title="题", **texts):
    return keep_draft(
        user,
        key,
        address=address,
        texts={name: [value] for name, value in texts.items()},
        title=title,
    )


def send(client, key=KEY, *, address=None, **data):
    """Send what is being typed, as the page does."""
    query = {"address": reverse(FORM) if address is None else address}
    return client.post(reverse("workbench:draft-keep", args=[key], query=query), data)


# Keeping.


def test_texts_leave_out_what_the_server_gives():
    data = QueryDict("csrfmiddlewaretoken=x&version=3&draft=1&submit=1&topic=a&topic=b")

    assert texts_of(data) == {"topic": ["a", "b"]}


def test_draft_gives_back_the_form_as_it_was_sent(user):
    data = QueryDict("topic=甲&roll-1=present&many=1&many=2&empty=")

    draft = keep_draft(user, KEY, address="/a/", texts=texts_of(data), title="甲")

    draft.refresh_from_db()
    assert query_of(draft) == data
    assert (draft.address, draft.title, draft.user) == ("/a/", "甲", user)


def test_newer_text_replaces_the_older_one(user):
    keep(user, topic="甲")
    keep(user, topic="乙", title="乙题")

    draft = FormDraft.objects.get()
    assert (draft.data, draft.title) == ({"topic": ["乙"]}, "乙题")


def test_two_people_keep_a_form_of_the_same_key_apart(user):
    other = UserFactory()

    keep(user, topic="甲")
    keep(other, topic="乙")

    assert drafts_at(user, "/a/").get().data == {"topic": ["甲"]}
    assert drafts_at(other, "/a/").get().data == {"topic": ["乙"]}


def test_drafts_of_a_page_come_newest_first(user):
    keys = [uuid.UUID(int=number) for number in range(3)]
    for key in keys:
        keep(user, key)
    keep(user, keys[0], topic="again")
    keep(user, uuid.uuid4(), address="/b/")

    assert [draft.key for draft in drafts_at(user, "/a/")] == [
        keys[0],
        keys[2],
        keys[1],
    ]


def test_long_title_and_address_are_cut(user):
    draft = keep(user, address="/" * 300, title="字" * 99)

    draft.refresh_from_db()
    assert (len(draft.address), len(draft.title)) == (200, 80)


def test_only_so_many_drafts_are_kept_and_the_oldest_go(user):
    keys = [uuid.UUID(int=number) for number in range(MAX_DRAFTS + 2)]
    for key in keys:
        keep(user, key)
    keep(UserFactory(), KEY)

    kept = FormDraft.objects.filter(user=user).values_list("key", flat=True)
    assert set(kept) == set(keys[2:])
    assert FormDraft.objects.count() == MAX_DRAFTS + 1


def test_text_up_to_the_limit_is_kept(user):
    room = MAX_CHARACTERS - len('{"content": [""]}')

    keep(user, content="字" * room)

    with pytest.raises(ValidationError, match="内容过长，未能暂存；请先存为草稿。"):
        keep(user, content="字" * (room + 1))
    assert len(FormDraft.objects.get().data["content"][0]) == room


@pytest.mark.parametrize(
    "text",
    [
        "证号350823199001011234",
        "350823 19900101 1234",
        "35082319900101123x",
        "\uff13\uff15082319900101123X",
    ],
)
def test_id_number_is_never_stored(user, text):
    keep(user, topic="甲")

    with pytest.raises(ValidationError) as caught:
        keep(user, topic="甲", content=text)

    assert caught.value.messages == ["请勿填写身份证号码等敏感个人信息。"]
    assert FormDraft.objects.get().data == {"topic": ["甲"]}


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x9f", "\u202e", "\u2066", "\ud800"])
def test_text_that_cannot_be_shown_is_not_stored(user, sign):
    with pytest.raises(ValidationError, match="含有无法显示的字符，未能暂存。"):
        keep(user, topic=f"甲{sign}乙")

    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_title_and_names_of_fields_cannot_break_the_database(user, sign):
    for act in (
        lambda: keep(user, title=f"甲{sign}"),
        lambda: keep(user, **{f"topic{sign}": "甲"}),
        lambda: keep(user, address=f"/a/{sign}"),
    ):
        with pytest.raises(ValidationError, match="含有无法显示的字符，未能暂存。"):
            act()

    assert not FormDraft.objects.exists()


def test_script_and_formulas_are_kept_as_text(user):
    text = "<script>alert(1)</script>{{7*7}}' OR 1=1--=cmd|' /C calc'!A0"

    assert keep(user, topic=text).data == {"topic": [text]}


# The address that a page sends its text to.


def test_page_sends_its_text_and_is_told_when(client, user):
    answer = send(client, topic="写了一半", csrfmiddlewaretoken="x")

    draft = drafts_at(user, reverse(FORM)).get()
    assert answer.status_code == 200
    assert set(answer.json()) == {"at"}
    assert (draft.data, draft.title) == ({"topic": ["写了一半"]}, "写了一半")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"content": "证号350823199001011234"}, "请勿填写身份证号码等敏感个人信息。"),
        ({"content": "坏\x00字"}, "含有无法显示的字符，未能暂存。"),
        ({"topic": "坏\x00字"}, "含有无法显示的字符，未能暂存。"),
        ({"content": "字" * MAX_CHARACTERS}, "内容过长，未能暂存；请先存为草稿。"),
    ],
)
def test_page_is_told_why_its_text_is_not_kept(client, data, message):
    answer = send(client, **data)

    assert (answer.status_code, answer.json()) == (422, {"error": message})
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["", "https://evil.example/", "//evil.example/", "/\\evil", "https:evil", "/a\0"],
)
def test_address_of_a_draft_is_a_page_of_ours(client, address):
    answer = send(client, address=address, topic="甲")

    assert (answer.status_code, answer.json()) == (400, {"error": "请求格式有误。"})
    assert not FormDraft.objects.exists()


def test_dropped_draft_is_gone_and_only_the_own_one(client, user):
    keep(user)
    other = keep(UserFactory())
    address = reverse("workbench:draft-drop", args=[KEY])

    answers = [client.post(address).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert list(FormDraft.objects.all()) == [other]


@pytest.mark.parametrize("name", ["draft-keep", "draft-drop"])
def test_draft_of_a_stranger_is_neither_kept_nor_dropped(name, user):
    keep(user)
    answer = Client().post(reverse(f"workbench:{name}", args=[KEY]), {"topic": "甲"})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert FormDraft.objects.get().data == {}


# The page that shows them.


def test_form_offers_and_takes_up_an_unfinished_text(client, user):
    address = reverse(FORM)
    texts = {"topic": "写了一半", "venue": "老地点", "form_key": str(KEY)}
    keep(user, address=address, title="写了一半", **texts)

    offered = client.get(address)
    form = client.get(address, {"draft": str(KEY)}).context["form"]

    assert "写了一半" in offered.content.decode()
    assert (form["topic"].value(), form["venue"].value()) == ("写了一半", "老地点")
    assert str(form["form_key"].value()) == str(KEY)


@pytest.mark.parametrize(
    "wanted", [str(KEY), "x", "", "\0", "9" * 99, str(uuid.UUID(int=8))]
)
def test_form_never_shows_what_another_has_typed(client, wanted):
    keep(UserFactory(), address=reverse(FORM), title="别人的", topic="别人的")

    answer = client.get(reverse(FORM), {"draft": wanted})

    assert answer.status_code == 200
    assert "别人的" not in answer.content.decode()


def test_draft_of_one_record_is_not_offered_on_another(client, user):
    chamber = user.member.chambers.get()
    one, other = LectureFactory.create_batch(2, chamber=chamber, created_by=user)
    page = reverse("workbench:lecture-update", args=[one.pk])
    keep(user, address=page, title="改了一半", topic="改了一半")

    there = client.get(page).content.decode()
    elsewhere = [
        client.get(reverse("workbench:lecture-update", args=[other.pk])),
        client.get(reverse(FORM), {"draft": str(KEY)}),
    ]

    assert "改了一半" in there
    for answer in elsewhere:
        assert "改了一半" not in answer.content.decode()


def test_saved_form_leaves_no_draft(client, user):
    chamber = user.member.chambers.get()
    send(client, topic="讲课")

    client.post(reverse(FORM), record(chamber, form_key=str(KEY)))

    assert Lecture.objects.count() == 1
    assert not FormDraft.objects.exists()


# The session that ended during a long form.


def record(chamber, **changes):
    return {
        "kind": "party_lecture",
        "topic": "讲到一半",
        "organiser": "chamber",
        "chamber": str(chamber.pk),
        "started_at": "2026-01-02T09:30",
        "venue": "很特别的地点",
        "lecturer_name": "李红",
        "lecturer_role": "branch_secretary",
        "present": "18",
        "is_public": "on",
    } | changes


def lose_session():
    """End every session on the server; the browser still sends its cookie."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")


def test_form_that_came_too_late_is_kept_over_the_sign_in(client, user):
    chamber = user.member.chambers.get()
    lose_session()

    late = client.post(reverse(FORM), record(chamber, form_key=str(KEY)), follow=True)
    back = client.post(
        late.redirect_chain[-1][0],
        {"login": user.username, "password": PASSWORD},
        follow=True,
    )

    assert LOST in late.content.decode()
    assert not Lecture.objects.exists()
    assert back.redirect_chain[-1][0] == reverse(FORM)
    form = back.context["form"]
    assert form["topic"].value() == "讲到一半"
    assert form["venue"].value() == "很特别的地点"
    assert form["present"].value() == "18"
    assert "很特别的地点" in back.content.decode()


def test_form_of_a_record_is_kept_over_the_sign_in_too(client, user):
    chamber = user.member.chambers.get()
    lecture = LectureFactory(chamber=chamber, created_by=user, venue="原地点")
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    form_key = str(lecture.form_key)
    lose_session()

    late = client.post(
        address, record(chamber, form_key=form_key, version="1"), follow=True
    )
    back = client.post(
        late.redirect_chain[-1][0],
        {"login": user.username, "password": PASSWORD},
        follow=True,
    )

    assert LOST in late.content.decode()
    assert back.redirect_chain[-1][0] == address
    assert back.context["form"]["venue"].value() == "很特别的地点"
    lecture.refresh_from_db()
    assert lecture.venue == "原地点"


def test_kept_form_is_not_shown_to_whoever_signs_in_without_rights(client, user):
    chamber = user.member.chambers.get()
    lecture = LectureFactory(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    other = secretary_of(ChamberFactory())
    other.set_password(PASSWORD)
    other.save()
    lose_session()

    late = client.post(
        address, record(chamber, form_key=str(lecture.form_key)), follow=True
    )
    back = client.post(
        late.redirect_chain[-1][0],
        {"login": other.username, "password": PASSWORD},
        follow=True,
    )

    assert back.status_code == 404
    assert "很特别的地点" not in back.content.decode()


def test_stranger_without_a_session_cookie_leaves_nothing(user):
    client = Client()

    late = client.post(
        reverse(FORM),
        record(user.member.chambers.get(), form_key=str(KEY)),
        follow=True,
    )

    assert late.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert LOST not in late.content.decode()
    assert not FormDraft.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "changes",
    [
        {"form_key": ""},
        {"form_key": "made-up"},
        {"form_key": str(KEY), "content": "证号350823199001011234"},
        {"form_key": str(KEY), "content": "字" * MAX_CHARACTERS},
        {"form_key": str(KEY), "content": "坏\x00字"},
    ],
)
def test_form_that_may_not_be_kept_is_not_promised(client, user, changes):
    lose_session()

    late = client.post(
        reverse(FORM), record(user.member.chambers.get(), **changes), follow=True
    )

    text = late.content.decode()
    assert "登录已超时，请重新登录。" in text
    assert "填写内容已暂存" not in text
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        rows = [row for (row,) in cursor.fetchall()]
    for row in rows:
        assert "stashed_form" not in client.session.decode(row)


def test_text_sent_while_typing_waits_on_the_device_only(client, user):
    lose_session()

    answer = send(client, topic="写了一半", form_key=str(KEY))

    assert answer.status_code == 302
    assert not FormDraft.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)


def test_page_that_sends_by_itself_is_told_that_the_session_ended(client):
    lose_session()

    answer = client.post(reverse(FORM), headers={"X-Requested-With": "fetch"})

    assert (answer.status_code, answer.json()) == (401, {"error": LOST})


def test_long_chinese_text_is_kept_over_the_sign_in(client, user):
    texts = {"content": "字" * 50_000, "form_key": str(KEY)}
    lose_session()

    late = client.post(
        reverse(FORM), record(user.member.chambers.get(), **texts), follow=True
    )

    assert LOST in late.content.decode()


def test_step_that_came_too_late_asks_to_sign_in_only(client, user):
    lecture = LectureFactory(chamber=user.member.chambers.get(), created_by=user)
    lose_session()

    late = client.post(
        reverse("workbench:lecture-submit", args=[lecture.pk]), follow=True
    )

    assert late.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "填写内容已暂存" not in late.content.decode()
    lecture.refresh_from_db()
    assert lecture.state == "draft"
