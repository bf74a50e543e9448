"""Every bad input of the table has its answer, and leaves nothing behind."""

import ast
import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import hypothesis
import openpyxl
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from activities.forms.lecture import LectureForm
from activities.models import Award, Lecture
from activities.models.lecture import CLOSED_ERROR
from activities.services import lecture as services
from activities.services import photo as photos
from chambers.models import Member, Role
from redleader.models import FormDraft
from redleader.records.drafts import SIGNED_OUT
from redleader.sheets import bad_inputs
from redleader.sheets.imports import IMPORTERS
from redleader.sheets.incoming import MESSAGES as SHEET_MESSAGES
from redleader.uploads.photos import MESSAGES, METADATA_NOTICE
from tests import hostile_images as images
from tests import hostile_sheets as sheets
from tests.activities.views.test_importing import book as workbook
from tests.activities.views.test_importing import confirm
from tests.activities.views.test_importing import send as send_sheet
from tests.activities.views.test_workbench import of_page, typed
from tests.factories.activities import (
    AwardFactory,
    LectureFactory,
    MediationAccessFactory,
    PairingFactory,
    SchemeFactory,
    SiteFactory,
    accepted,
    planned,
    submitted,
    upload,
)
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MemberFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db

TESTS = Path(__file__).parents[1]
HERE = "activities/test_bad_inputs.py"
FORMS = "redleader/records/test_forms.py"
PHOTOS = "redleader/uploads/test_photos.py"
SHEETS = "redleader/sheets/test_sheets.py"
IMPORT = "activities/imports/test_honour.py"
IMPORT_PAGES = "activities/views/test_importing.py"
REGISTRY = "chambers/test_imports.py"
ERRORS = "redleader/serving/test_errors.py"
DRAFTS = "redleader/records/test_drafts.py"
ACCESS = "chambers/test_access.py"
WORKBENCH = "activities/views/test_workbench.py"
SERVICES = "activities/services/test_lecture.py"

WHERE = dict.fromkeys(range(1, 16), f"{PHOTOS}::test_clean_photo_takes_or_refuses") | {
    12: f"{PHOTOS}::test_clean_photo_cleans_the_name",
    14: f"{PHOTOS}::test_clean_photo_tells_of_metadata",
    15: f"{PHOTOS}::test_clean_photo_is_upright",
    16: f"{HERE}::test_too_many_photos_are_refused",
    17: f"{SERVICES}::test_photos_are_limited_and_never_doubled",
    18: "activities/services/test_hint.py",
    19: f"{HERE}::test_request_that_was_cut_off_is_refused",
    **dict.fromkeys(range(20, 32), f"{SHEETS}::test_hostile_sheet_is_refused_in_time"),
    32: f"{IMPORT}::test_two_rows_of_one_award_are_told",
    33: f"{REGISTRY}::test_secretary_imports_members_of_the_own_chamber",
    35: f"{IMPORT_PAGES}::test_same_file_after_its_rows_changed_asks_to_be_sure",
    34: f"{IMPORT_PAGES}::test_marked_copy_has_all_errors_and_can_be_sent_again",
    36: f"{HERE}::test_lecture_form_names_what_is_wrong",
    37: f"{HERE}::test_text_that_is_too_long_says_by_how_much",
    38: f"{HERE}::test_text_that_cannot_be_shown_is_refused",
    39: f"{HERE}::test_script_is_stored_and_shown_as_text",
    40: f"{HERE}::test_phone_is_put_in_order_or_refused",
    41: f"{HERE}::test_lecture_form_names_what_is_wrong",
    42: f"{HERE}::test_lecture_form_names_what_is_wrong",
    43: f"{HERE}::test_lecture_form_names_what_is_wrong",
    44: "activities/views/test_pairing.py::test_project_with_a_wrong_amount_is_refused",
    46: f"{HERE}::test_id_number_is_refused_in_every_text",
    47: f"{HERE}::test_foreign_and_missing_choices_are_told_alike",
    48: f"{HERE}::test_double_leads_to_the_record",
    50: f"{HERE}::test_what_is_in_use_is_not_deleted",
    52: f"{WORKBENCH}::test_the_later_of_two_writers_keeps_the_typed_text",
    53: f"{WORKBENCH}::test_the_same_form_sent_twice_is_one_record",
    54: f"{HERE}::test_record_under_review_refuses_and_keeps_the_text",
    55: f"{ERRORS}::test_a_page_without_its_csrf_token",
    56: f"{DRAFTS}::test_form_that_came_too_late_is_kept_over_the_sign_in",
    57: f"{HERE}::test_stranger_is_led_to_the_sign_in",
    58: f"{HERE}::test_foreign_and_missing_records_are_told_alike",
    59: f"{ACCESS}::test_the_refusal_never_tells_which_was_wrong",
    60: f"{ACCESS}::test_five_failures_lock_name_and_address",
    61: f"{HERE}::test_code_that_is_wrong_or_used_is_refused",
    62: f"{ACCESS}::test_weak_passwords_are_refused",
    63: f"{HERE}::test_query_that_means_nothing_is_left_out",
    64: f"{ERRORS}::test_a_body_that_is_too_large",
    65: f"{HERE}::test_request_that_was_cut_off_is_refused",
    66: f"{HERE}::test_method_that_nobody_offers_is_refused",
    67: f"{HERE}::test_sign_in_leads_to_no_other_site",
    68: f"{ERRORS}::test_too_fast_says_how_long",
    69: f"{HERE}::test_database_that_is_down_says_so_and_keeps_the_form",
    70: f"{HERE}::test_every_number_has_its_test",
}
NOT_HERE = {
    45: "成功和受理由案件的状态计出，成功不会多于受理；见 services/test_mediation.py。",
    49: "一场一人一行，点名只有一个选择；重复的名字见 test_roll.py。",
    51: "讲课记录没有链接和富文本。",
}


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def user(chamber):
    return secretary_of(chamber)


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


@pytest.fixture
def unchanged(media):
    """Return a context in which no row and no file may come, go or change."""

    def state():
        models = [
            model
            for label in ("chambers", "activities")
            for model in apps.get_app_config(label).get_models()
        ]
        # The history counts too: an event would tell of a changed row.
        rows = {model.__name__: model._base_manager.count() for model in models}
        return rows, len([path for path in media.rglob("*") if path.is_file()])

    @contextmanager
    def watch():
        before = state()
        yield
        assert state() == before

    return watch


NEW = "workbench:lecture-create"


def send(client, chamber, /, **changes):
    return client.post(reverse(NEW), typed(chamber, **changes))


def said(answer, field=None):
    """Return what the form says about one field, or about itself."""
    form = answer.context["form"]
    return form.errors.get(field or "__all__", [])


def page_of(answer):
    return answer.content.decode()


def code_of(answer):
    return page_of(answer).partition('data-error-code="')[2].partition('"')[0]


def test_every_number_has_its_test():
    numbers = set(range(1, 71))

    assert set(WHERE) | set(NOT_HERE) == numbers
    assert not set(WHERE) & set(NOT_HERE)
    for place in set(WHERE.values()):
        path, _, name = place.partition("::")
        tree = ast.parse((TESTS / path).read_text())
        tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in tests or not name, place


def test_every_message_of_a_photo_belongs_to_a_number():
    assert {number for number, _ in MESSAGES.values()} <= set(WHERE)


# 36, 41, 42, 43: fields of the form.

TIME = "时间无效，请按“年-月-日 时:分”填写，例如 2026-03-15 14:30。"
NOT_A_NUMBER = "实到应为 0–2000 的整数。"
BLANKS = ["", "   ", "\u3000\u3000", "\u200b\u200d", "\ufeff \u00a0"]


def held(**ago):
    return f"{timezone.localtime() - timedelta(**ago):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        *(({"topic": blank}, "topic", "请填写主题。") for blank in BLANKS),
        *(({"venue": blank}, "venue", "请填写地点。") for blank in BLANKS),
        ({"lecturer_name": "\u3000"}, "lecturer_name", "请填写主讲人。"),
        ({"lecturer_role": ""}, "lecturer_role", "请选择主讲人身份。"),
        ({"kind": ""}, "kind", "请选择类别。"),
        ({"started_at": ""}, "started_at", "请填写开始时间。"),
        ({"chamber": ""}, "chamber", "请选择所属商会。"),
        ({"started_at": "2026-02-30T10:00"}, "started_at", TIME),
        ({"started_at": "昨天"}, "started_at", TIME),
        ({"started_at": "99999"}, "started_at", TIME),
        ({"started_at": "2026-01-02T25:61"}, "started_at", TIME),
        ({"ended_at": "2026-13-01T10:00"}, "ended_at", TIME),
        ({"started_at": "0001-01-01T00:00"}, "started_at", "时间过早，请核对年份。"),
        (
            {"started_at": "9999-12-31T23:59"},
            "started_at",
            "开讲时间晚于当前时间，不能登记到场人数。",
        ),
        *(
            ({"present": number}, "present", NOT_A_NUMBER)
            for number in ("-1", "1.5", "1e5", "二十", "100000", "NaN", "Infinity")
        ),
        ({"present": "9" * 400}, "present", NOT_A_NUMBER),
        ({"expected": "-1"}, "expected", "应到应为 0–2000 的整数。"),
        ({"on_leave": "一"}, "on_leave", "请假应为 0–2000 的整数。"),
        ({"absent": "2001"}, "absent", "缺席应为 0–2000 的整数。"),
        ({"guests": "1.5"}, "guests", "列席应为 0–2000 的整数。"),
        ({"present": ""}, "present", "请点名，或填写实到人数。"),
        (
            {"present": "21", "expected": "20"},
            "present",
            "到场 21 人多于应到 20 人，请核对。",
        ),
        (
            {"present": "18", "expected": "20", "on_leave": "x"},
            "on_leave",
            "请假应为 0–2000 的整数。",
        ),
        (
            {"present": "18", "expected": "20", "absent": "x"},
            "absent",
            "缺席应为 0–2000 的整数。",
        ),
    ],
)
def test_lecture_form_names_what_is_wrong(
    client, chamber, unchanged, changes, field, message
):
    with unchanged():
        answer = send(client, chamber, content="写了很久的内容", **changes)

    assert answer.status_code == 422
    assert said(answer, field) == [message]
    assert "写了很久的内容" in page_of(answer)


def test_lecture_that_ends_before_it_begins_is_refused(client, chamber, unchanged):
    times = {"started_at": held(hours=3), "ended_at": held(hours=4)}

    with unchanged():
        answer = send(client, chamber, **times)

    assert answer.status_code == 422
    assert said(answer) == ["结束时间应晚于开始时间。"]


def test_lecture_before_the_chamber_was_founded_is_refused(client, chamber, unchanged):
    chamber.founded_on = date(2020, 1, 2)
    chamber.save()

    with unchanged():
        answer = send(client, chamber, started_at="2020-01-01T23:59")

    assert said(answer, "started_at") == ["早于商会成立日期（2020-01-02），请核对。"]


def test_roll_that_is_longer_than_the_number_is_refused(client, chamber, unchanged):
    members = [MembershipFactory(chamber=chamber).member for _ in range(2)]
    roll = {f"roll-{member.pk}": "present" for member in members}

    with unchanged():
        answer = send(client, chamber, present="1", **roll)

    assert said(answer, "present") == ["名单上有 2 人到场，多于实到 1 人，请核对。"]


# 37, 38, 39, 46: text.

TEXTS = {
    "topic": ("主题", 80),
    "venue": ("地点", 60),
    "lecturer_name": ("主讲人", 30),
    "host_name": ("主持人", 30),
    "recorder_name": ("记录人", 30),
    "content": ("内容摘要（内部）", 3000),
    "decision": ("决议（内部）", 1000),
    "public_summary": ("公开简介", 500),
}
each_text = pytest.mark.parametrize("name", TEXTS)


@each_text
def test_text_that_is_too_long_says_by_how_much(client, chamber, unchanged, name):
    label, limit = TEXTS[name]

    with unchanged():
        answer = send(client, chamber, **{name: "𠮷" * (limit + 1)})

    assert answer.status_code == 422
    assert said(answer, name) == [f"{label}最多 {limit} 个字，现有 {limit + 1} 个字。"]


def test_text_of_rare_characters_may_be_as_long_as_the_limit(client, chamber):
    send(client, chamber, **{name: "𠮷" * limit for name, (_, limit) in TEXTS.items()})

    assert Lecture.objects.get().topic == "𠮷" * 80


@each_text
@pytest.mark.parametrize("sign", ["\0", "\x07", "\u202e", "\u2067"])
def test_text_that_cannot_be_shown_is_refused(client, chamber, unchanged, name, sign):
    label, _ = TEXTS[name]

    with unchanged():
        answer = send(client, chamber, **{name: f"红{sign}色"})

    assert said(answer, name) == [f"{label}含有无法显示的字符，请删除后重试。"]


SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{913*977}}{% now %}",
    "' OR 1=1--",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_is_stored_and_shown_as_text(client, user, chamber, script):
    send(client, chamber, **dict.fromkeys(TEXTS, script) | {"lecturer_name": "李红"})
    lecture = Lecture.objects.get()
    addresses = [
        lecture.get_absolute_url(),
        reverse("workbench:lecture-update", args=[lecture.pk]),
        reverse("workbench:lecture-list"),
        reverse("workbench:desk"),
    ]

    pages = [page_of(client.get(address)) for address in addresses]

    assert {name: getattr(lecture, name) for name in TEXTS if name[:3] != "lec"} == {
        name: script for name in TEXTS if name[:3] != "lec"
    }
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "892001" not in page  # what the template's sum would be


@each_text
def test_id_number_is_refused_in_every_text(client, chamber, unchanged, name, caplog):
    with unchanged(), caplog.at_level(logging.DEBUG):
        answer = send(client, chamber, **{name: "证号 350823199001011234"})

    assert said(answer, name) == ["请勿填写身份证号码等敏感个人信息。"]
    assert "350823199001011234" not in caplog.text


def test_id_number_is_refused_in_a_reason_too(client, user, chamber, unchanged):
    lecture = accepted(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-correct", args=[lecture.pk])

    with unchanged():
        answer = client.post(address, {"reason": "应为350823199001011234"})

    assert said(answer, "reason") == ["请勿填写身份证号码等敏感个人信息。"]


# 40: the phone of a member, in the admin.


@pytest.fixture
def staff(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION))


def add_member(client, **fields):
    return client.post(
        reverse("admin:chambers_member_add"),
        {
            "kind": "person",
            "name": "王五",
            "party_status": "unknown",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
            "consents-TOTAL_FORMS": "0",
            "consents-INITIAL_FORMS": "0",
        }
        | fields,
    )


@pytest.mark.parametrize(
    "phone",
    [
        "+8613812345678",
        "0086 138 1234 5678",
        "86-138-1234-5678",
        "138 1234 5678",
        "\uff11\uff13\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
        "\u300013812345678\u3000",
    ],
)
def test_phone_is_put_in_order(staff, phone):
    assert add_member(staff, phone=phone).status_code == 302

    assert Member.objects.get().phone == "13812345678"


@pytest.mark.parametrize(
    "phone",
    ["1381234567", "138123456789", "1381234567a", "23812345678", "电话", "\u0660" * 11],
)
def test_phone_is_put_in_order_or_refused(staff, unchanged, phone):
    with unchanged():
        answer = add_member(staff, phone=phone)

    errors = answer.context["adminform"].form.errors
    assert errors == {"phone": ["手机号应为 11 位数字，例如 138xxxx1234。"]}


def test_phone_may_be_unknown(staff):
    add_member(staff, phone="")

    assert Member.objects.get().phone == ""


@pytest.mark.parametrize("day", ["2026-02-30", "昨天", "99999"])
def test_day_that_does_not_exist_is_refused(staff, unchanged, day):
    row = {"memberships-TOTAL_FORMS": "1", "memberships-0-started_on": day}
    row["memberships-0-chamber"] = str(ChamberFactory().pk)

    with unchanged():
        answer = add_member(staff, **row)

    assert "日期无效，请按“年-月-日”填写，例如 2026-03-15。" in page_of(answer)


# 16: photos.


def add_photos(client, lecture, count, /, **headers):
    return client.post(
        reverse("workbench:photo-add", args=[lecture.pk]),
        {"photos": [upload(number) for number in range(100, 100 + count)]},
        headers=headers,
    )


@pytest.fixture
def draft(chamber, user):
    return LectureFactory(chamber=chamber, created_by=user)


def test_too_many_photos_are_refused(client, draft, unchanged, monkeypatch):
    photos.add_photos(draft, [upload(1), upload(2)])
    limits = photos.LIMITS.__class__(max_per_lecture=4)
    many = "一次最多上传 9 张，本次选择了 10 张。"

    with unchanged():
        at_once = add_photos(client, draft, 10)
        in_background = add_photos(client, draft, 10, **{"X-Requested-With": "fetch"})
        monkeypatch.setattr(photos, "LIMITS", limits)
        in_all = add_photos(client, draft, 3)

    assert at_once.status_code == in_all.status_code == 422
    assert at_once.context["photos_form"].errors == {"photos": [many]}
    assert (in_background.status_code, in_background.json()) == (422, {"error": many})
    assert in_all.context["photos_form"].errors == {
        "photos": ["每场最多 4 张，已有 2 张。"]
    }


def test_limit_of_photos_is_that_of_the_table():
    limits = photos.LIMITS

    assert (limits.max_per_upload, limits.max_per_lecture) == (9, 30)


def test_no_photo_at_all_is_asked_for(client, draft, unchanged):
    with unchanged():
        answer = client.post(reverse("workbench:photo-add", args=[draft.pk]))

    assert answer.status_code == 422
    assert answer.context["photos_form"].errors == {"photos": ["请填写照片。"]}


# 47, 48: choices, doubles.


@pytest.mark.parametrize(
    ("field", "label", "foreign"),
    [
        ("chamber", "所属商会", lambda: ChamberFactory().pk),
        ("branch", "党组织", lambda: BranchFactory().pk),
        ("course", "课程", lambda: 10**9),
        ("site", "红色资源", lambda: SiteFactory(kind="base").pk),
        ("issue_choice", "期数", lambda: "new:1:1"),
        ("kind", "类别", lambda: "party"),
        ("theme", "三项活动", lambda: "shout"),
        ("organiser", "主办单位类型", lambda: "federation"),
        ("lecturer_role", "主讲人身份", lambda: "stranger"),
    ],
)
def test_foreign_and_missing_choices_are_told_alike(
    client, chamber, unchanged, field, label, foreign
):
    values = [foreign(), "10000000", "9" * 30, "x", "\0", "-1", "1.0", "None"]

    for value in values:
        with unchanged():
            answer = send(client, chamber, **{field: value})
        assert answer.status_code == 422
        assert said(answer, field) == [f"所选{label}无效，请重新选择。"]


@pytest.mark.parametrize("value", ["asleep", "present "])
def test_roll_of_strangers_or_other_answers_is_refused(
    client, chamber, unchanged, value
):
    own = MembershipFactory(chamber=chamber).member
    foreign = MembershipFactory().member
    rolls = [{f"roll-{own.pk}": value}, {f"roll-{foreign.pk}": "present"}]

    for roll in [*rolls, {"roll-": "present"}, {"roll-x": "present"}]:
        with unchanged():
            answer = send(client, chamber, **roll)
        assert said(answer, "roll") == ["所选到会名单无效，请重新选择。"]


def test_double_leads_to_the_record(client, user, chamber, unchanged):
    send(client, chamber)
    first = Lecture.objects.get()

    with unchanged():
        answer = send(client, chamber)

    assert said(answer, "topic") == [
        f"已有同日同题的讲课记录（编号 {first.pk}），请核对后再保存。"
    ]
    assert f'href="{first.get_absolute_url()}"' in page_of(answer)


# 50: what is in use.


def used_enterprise():
    return MemberFactory(kind="firm", enterprise=EnterpriseFactory()).enterprise


def used_member():
    return AppointmentFactory(member__name="王五").member


def used_site():
    return AwardFactory(chamber=None, site=SiteFactory()).site


@pytest.mark.parametrize(
    ("noun", "make"),
    [
        ("chambers_enterprise", used_enterprise),
        ("chambers_member", used_member),
        ("activities_site", used_site),
    ],
)
def test_what_is_in_use_is_not_deleted(sign_in, unchanged, noun, make):
    row = make()
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))
    several = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}

    with unchanged():
        one = client.post(reverse(f"admin:{noun}_delete", args=[row.pk]), {"post": "1"})
        many = client.post(reverse(f"admin:{noun}_changelist"), several)

    for answer in (one, many):
        text = page_of(answer).partition("<main")[2] or page_of(answer)
        assert answer.status_code == 200
        assert "受保护" in text
        for word in ("Enterprise", "Member", "Site", "object (", "PROTECT"):
            assert word not in text


def test_chamber_is_never_deleted(sign_in, unchanged):
    chamber = ChamberFactory()
    LectureFactory(chamber=chamber)
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))

    with unchanged():
        answer = client.post(
            reverse("admin:chambers_chamber_delete", args=[chamber.pk]), {"post": "1"}
        )

    assert answer.status_code == 403


# 54, 57, 58: what one may not do.


@pytest.mark.parametrize("make", [submitted, accepted])
def test_record_under_review_refuses_and_keeps_the_text(
    client, user, chamber, unchanged, make
):
    lecture = make(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    sent = typed(chamber, topic="改到一半", version=lecture.version)

    with unchanged():
        answer = client.post(address, sent)

    assert answer.status_code == 409
    assert said(answer) == [CLOSED_ERROR]
    assert CLOSED_ERROR in page_of(answer)
    assert FormDraft.objects.get().data["topic"] == ["改到一半"]


def test_text_that_came_too_late_is_offered_after_the_withdrawal(client, user, chamber):
    lecture = submitted(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    client.post(address, typed(chamber, topic="改到一半", version=lecture.version))

    client.post(reverse("workbench:lecture-withdraw", args=[lecture.pk]))

    key = FormDraft.objects.get().key
    assert "改到一半" in page_of(client.get(address))
    form = client.get(address, {"draft": str(key)}).context["form"]
    assert form["topic"].value() == "改到一半"


def test_submit_pressed_twice_is_done_once(client, draft, unchanged):
    address = reverse("workbench:lecture-update", args=[draft.pk])
    Lecture.objects.update(started_at=draft.started_at.replace(second=0, microsecond=0))
    form = LectureForm(user=draft.created_by, instance=Lecture.objects.get())
    sent = typed(draft.chamber, submit="1") | {
        name: getattr(draft, name)
        for name in ("topic", "venue", "lecturer_name", "lecturer_role", "present")
    }
    sent |= {
        "version": draft.version,
        "started_at": f"{timezone.localtime(form.instance.started_at):%Y-%m-%dT%H:%M}",
    }
    client.post(address, sent)

    with unchanged():
        again = client.post(address, sent, follow=True)

    assert Lecture.objects.get().state == "submitted"
    assert again.redirect_chain == [(draft.get_absolute_url(), 302)]
    assert "已保存，无需重复提交。" in page_of(again)


@pytest.mark.parametrize("name", ["photo-add", "lecture-delete", "lecture-submit"])
def test_record_under_review_refuses_every_other_change(
    client, user, chamber, unchanged, name
):
    lecture = submitted(chamber=chamber, created_by=user)

    with unchanged():
        answer = client.post(
            reverse(f"workbench:{name}", args=[lecture.pk]), {"photos": [upload(1)]}
        )

    assert answer.status_code in (409, 422)


def test_nobody_approves_an_own_record(sign_in, unchanged):
    reviewer = UserFactory(role=Role.FEDERATION)
    lecture = submitted(created_by=reviewer)

    with unchanged():
        answer = sign_in(reviewer).post(
            reverse("admin:activities_lecture_accept", args=[lecture.pk])
        )

    assert answer.status_code == 409
    assert "不能审核本人登记或提交的记录。" in page_of(answer)


def test_second_approval_says_who_was_first(staff, unchanged):
    lecture = submitted()
    services.accept_lecture(lecture, user=UserFactory(name="王审核"))

    with unchanged():
        answer = staff.post(
            reverse("admin:activities_lecture_accept", args=[lecture.pk])
        )

    assert answer.status_code == 409
    assert "已由 王审核 于" in page_of(answer)


def workbench_addresses(lecture):
    names = ["detail", "update", "submit", "withdraw", "delete", "correct", "roll-of"]
    yield from (reverse(f"workbench:lecture-{name}", args=[lecture]) for name in names)
    yield reverse("workbench:photo-add", args=[lecture])
    yield reverse("workbench:photo-delete", args=[lecture, 1])


def test_stranger_is_led_to_the_sign_in(draft, unchanged):
    client = Client()
    addresses = [*workbench_addresses(draft.pk), reverse(NEW)]

    for address in addresses:
        for method in (client.get, client.post):
            with unchanged():
                answer = method(address)
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("step", ["accept", "return"])
def test_secretary_has_no_right_to_review(client, user, chamber, unchanged, step):
    lecture = submitted(chamber=chamber)
    address = reverse(f"admin:activities_lecture_{step}", args=[lecture.pk])

    with unchanged():
        answer = client.post(address, {"reason": "不符"}, follow=True)

    assert answer.status_code == 403
    assert "您没有使用此功能的权限，如需开通请联系县委组织部管理员。" in page_of(answer)


def test_administrator_does_not_review(sign_in, unchanged):
    lecture = submitted()
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))

    with unchanged():
        answer = client.post(
            reverse("admin:activities_lecture_accept", args=[lecture.pk])
        )

    assert answer.status_code == 403


def main_of(answer):
    return page_of(answer).partition("<main")[2].partition("</main>")[0]


def test_foreign_and_missing_records_are_told_alike(client, unchanged):
    foreign = submitted()
    pairs = zip(
        workbench_addresses(foreign.pk), workbench_addresses(10**9), strict=True
    )

    for there, nowhere in pairs:
        with unchanged():
            answers = [client.post(address) for address in (there, nowhere)]
        if answers[1].status_code == 405:
            answers = [client.get(address) for address in (there, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert main_of(answers[0]) == main_of(answers[1])
        assert "未找到该记录，可能已被删除，或不在您的管理范围。" in main_of(answers[0])


def test_key_that_no_database_holds_is_a_missing_page(client):
    for number in (10**18, 2**63, 10**30):
        for address in workbench_addresses(number):
            assert client.get(address).status_code in (404, 405)
            assert client.post(address).status_code in (404, 405)


def test_photo_of_another_record_is_a_missing_page(client, draft, unchanged):
    (photo,) = photos.add_photos(LectureFactory(), [upload(1)])

    with unchanged():
        answer = client.post(
            reverse("workbench:photo-delete", args=[draft.pk, photo.pk])
        )

    assert answer.status_code == 404


# 61: the second factor.


def test_code_that_is_wrong_or_used_is_refused(client, settings):
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        generate_totp_secret,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    reviewer = UserFactory(role=Role.FEDERATION)
    reviewer.set_password("Xiaoqiao-4321")
    reviewer.save()
    secret = generate_totp_secret()
    TOTP.activate(reviewer, secret)
    counter = next(iter(yield_hotp_counters_from_time()))
    right = format_hotp_value(hotp_value(secret, counter))
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    sign_in = {"login": reviewer.username, "password": "Xiaoqiao-4321"}
    message = "动态验证码不正确或已使用，请等待新的验证码后重试。"

    def code(text):
        visitor = Client()
        visitor.post(reverse("account_login"), sign_in)
        return visitor.post(reverse("mfa_authenticate"), {"code": text})

    assert message in page_of(code(wrong))
    assert code(right).status_code == 302
    assert message in page_of(code(right))


# 63: queries.

IGNORED = "查询条件无效，已忽略。"
SIGNS = ["0", "-1", "abc", "9999", "99999", "9" * 20, "\0", "%", "\u202e", "1.5", "²"]
NAMES = ["page", "year", "q", "id", "o", "older", "state", "series", "kind", "quarter"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("workbench:lecture-list", {"state": "lost"}),
        ("workbench:lecture-list", {"older": "made-up"}),
        ("workbench:lecture-list", {"state": "\0", "older": "\0:1"}),
        ("public:lecture-list", {"older": "made-up"}),
        ("public:lecture-list", {"year": "99999"}),
        ("public:lecture-list", {"series": "9" * 20}),
        ("workbench:plan", {"quarter": "2026-5"}),
    ],
)
def test_query_that_means_nothing_is_left_out(client, draft, name, query):
    answer = client.get(reverse(name), query)

    assert answer.status_code == 200
    assert IGNORED in page_of(answer)
    if name == "workbench:lecture-list":
        assert answer.context["page"].rows == [draft]


@pytest.mark.parametrize(
    "query",
    [
        {"state__exact": "\0"},
        {"topic": "\0"},
        {"started_at__gte": "昨天"},
        {"chamber__id__exact": "x"},
    ],
)
def test_query_of_the_admin_that_means_nothing_is_left_out(administrator, query):
    address = reverse("admin:activities_lecture_changelist")

    answer = administrator.get(address, query, follow=True)

    assert answer.status_code == 200
    assert IGNORED in page_of(answer)
    assert "草稿" in page_of(answer)


def test_query_that_means_something_is_not_complained_of(client, draft):
    for query in ({}, {"state": "draft"}, {"state": ""}, {"page": "0"}):
        assert IGNORED not in page_of(
            client.get(reverse("workbench:lecture-list"), query)
        )


# 64, 65, 66, 67: the protocol.


def test_request_that_was_cut_off_is_refused(client, draft, unchanged):
    whole = upload(1).read()
    head = (
        b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n"
    )
    address = reverse("workbench:photo-add", args=[draft.pk])
    bodies = [
        (head + whole[: len(whole) // 2], "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data; boundary=x"),
        (head + whole, "multipart/form-data"),
        (head + whole, "multipart/form-data; boundary=\xe7"),
        (b"photos=1", "application/x-www-form-urlencoded; charset=no-such"),
        (b"\xff\xfe%00=%ff", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
    ]

    for body, kind in bodies:
        with unchanged():
            answer = client.generic("POST", address, body, content_type=kind)
        assert answer.status_code in (400, 422), (body[:20], kind)
        assert "请求格式有误" in page_of(answer) or answer.status_code == 422


def test_fields_over_the_limit_are_refused(client, chamber, unchanged, settings):
    many = {f"roll-{number}": "present" for number in range(1001)}

    with unchanged():
        fields = send(client, chamber, **many)
        settings.MAX_BODY_SIZE = 1000
        body = send(client, chamber, content="字" * 3000)

    for answer in (fields, body):
        assert answer.status_code == 413
        assert code_of(answer) == "64"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_method_that_nobody_offers_is_refused(client, draft, unchanged, method):
    for address in workbench_addresses(draft.pk):
        with unchanged():
            answer = getattr(client, method)(address)
        assert answer.status_code == 405
        assert "这个地址不支持这种请求方式。" in page_of(answer)


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "\x01//evil.example",
        "http:///evil.example",
    ],
)
def test_sign_in_leads_to_no_other_site(user, address):
    user.set_password("Xiaoqiao-4321")
    user.save()
    sign_in = {"login": user.username, "password": "Xiaoqiao-4321", "next": address}

    by_form = Client().post(reverse("account_login"), sign_in)
    by_query = Client().post(
        reverse("account_login", query={"next": address}), sign_in | {"next": ""}
    )

    for answer in (by_form, by_query):
        assert answer.status_code == 302
        assert answer["Location"] == reverse("workbench:desk")


# 69: the database is down.


@pytest.mark.parametrize(
    ("name", "service"),
    [("lecture-create", "save_lecture"), ("lecture-submit", "submit_lecture")],
)
def test_database_that_is_down_says_so_and_keeps_the_form(
    client, chamber, draft, unchanged, monkeypatch, name, service
):
    def down(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(services, service, down)
    keys = [] if name == "lecture-create" else [draft.pk]

    with unchanged():
        answer = client.post(reverse(f"workbench:{name}", args=keys), typed(chamber))

    text = page_of(answer)
    assert answer.status_code == 503
    assert "系统暂时无法保存，您填写的内容未丢失，请稍后重试" in text
    assert "编号" in text
    assert "server closed" not in text
    assert answer["Retry-After"] == "30"


def test_disk_that_is_full_says_so_and_keeps_nothing(
    client, draft, unchanged, monkeypatch
):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("redleader.uploads.storage.DurableStorage._save", full)

    with unchanged():
        answer = add_photos(client, draft, 1)

    assert answer.status_code == 503
    assert "No space" not in page_of(answer)


# A plan has the same answers.


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"topic": "坏\x00字"}, "topic", "主题含有无法显示的字符，请删除后重试。"),
        ({"topic": "字" * 81}, "topic", "主题最多 80 个字，现有 81 个字。"),
        ({"topic": "\u3000"}, "topic", "请填写主题，或选择课程。"),
        (
            {"venue": "350823199001011234"},
            "venue",
            "请勿填写身份证号码等敏感个人信息。",
        ),
        ({"started_at": "2026-02-30T10:00"}, "started_at", TIME),
        ({"chamber": "9" * 30}, "chamber", "所选所属商会无效，请重新选择。"),
        ({"course": "x"}, "course", "所选课程无效，请重新选择。"),
    ],
)
def test_plan_form_names_what_is_wrong(
    client, chamber, unchanged, changes, field, message
):
    later = timezone.localtime() + timedelta(days=7)
    plan = {
        "kind": "party_lecture",
        "topic": "计划",
        "started_at": f"{later:%Y-%m-%dT%H:%M}",
        "organiser": "chamber",
        "chamber": chamber.pk,
    }

    with unchanged():
        answer = client.post(reverse("workbench:plan-create"), plan | changes)

    assert answer.status_code == 422
    assert said(answer, field) == [message]


def test_plan_is_not_cancelled_without_a_reason(client, user, chamber, unchanged):
    plan = planned(chamber=chamber, created_by=user)
    address = reverse("workbench:plan-cancel", args=[plan.pk])

    for reason in ("", "\u3000", "\u200b"):
        with unchanged():
            answer = client.post(address, {"reason": reason})
        assert said(answer, "reason") == ["请填写取消原因。"]


# 70: whatever is sent, nothing is a fault.

FIELDS = [*LectureForm.base_fields, "roll-1", "roll-x", "pick-venue", "pick-roll"]
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda at: f"{at:%Y-%m-%dT%H:%M}"),
    st.sampled_from([*SIGNS, *SCRIPTS, "new:1:1", "new::", "new:1:x", "present", "18"]),
)
WORDS = [
    *NAMES,
    *("draft", "copy", "key", "month", "township", "theme", "level", "cycle", "branch"),
    *("p", "e", "all", "_changelist_filters", "state__exact", "term", "pk__in"),
    *("started_at__year", "started_at__month", "started_at__gte", "chamber__id__exact"),
    *("on", "ended", "chamber"),
    *("is_public__exact", "ended_on__isempty", "issue__series__id__exact", "lecture"),
    *("township__code__exact", "kind__exact", "model_name", "app_label", "field_name"),
]
LISTS = [
    *(
        f"public:{name}"
        for name in (
            "home",
            "honour-list",
            "honour-poster",
            "honour-export",
            "publicity-list",
            "receipt-search",
            "error-report",
            "verify-form",
            "issuer",
            "practice-list",
            "chamber-list",
            "lecture-list",
            "lecture-calendar",
            "lecture-feed",
            "course-list",
            "site-list",
            "figure-list",
            "calendar-county",
            "privacy",
            "accessibility",
            "robots",
            "sitemap",
            "display",
            "site-share",
            "search",
        )
    ),
    "workbench:style",
    *("workbench:desk", "workbench:calendar", "workbench:lecture-list"),
    *("workbench:lecture-create", "workbench:plan", "workbench:plan-create"),
    *("workbench:meeting-summary", "admin:index", "admin:autocomplete"),
    *("workbench:honour-desk", "workbench:application-list"),
    *("workbench:application-export", "workbench:certificate-list"),
    *("workbench:pairing-list", "workbench:pairing-export"),
    *("workbench:pairing-create", "public:pairing-list"),
    *("public:data-list", "public:api"),
    *("workbench:project-list", "workbench:project-create"),
    *("workbench:project-export", "public:project-list"),
    *("workbench:promotion-list", "workbench:promotion-create"),
    "workbench:promotion-export",
    *("workbench:search", "workbench:member-doubles", "workbench:member-merges"),
    *("workbench:import-list", "workbench:quarter-list", "public:rule-list"),
    *("workbench:report-list", "workbench:briefing-create"),
    *("workbench:audit-list", "workbench:role-matrix", "workbench:handover"),
    *("workbench:template-list", "workbench:placeholder-list"),
    "workbench:template-default",
    *("workbench:work-list", "workbench:lead-list", "workbench:lead-create"),
    *("workbench:lead-board", "workbench:lead-export", "public:lead-totals"),
    *("public:mediation-list", "public:mediation-apply"),
    *("workbench:mediation-list", "workbench:mediation-export"),
    *("workbench:mediation-create", "workbench:mediation-request-list"),
    *("workbench:donation-list", "workbench:donation-export"),
    *("workbench:donation-create", "workbench:charity-list"),
    *("workbench:charity-export", "workbench:charity-create"),
    *("workbench:fund-list", "workbench:fund-export", "workbench:fund-create"),
    "public:welfare-list",
    *("workbench:liaison-list", "workbench:liaison-export", "public:liaison-list"),
    *("workbench:liaison-create", "workbench:contact-create"),
    *("workbench:contact-list", "workbench:contact-export"),
    *("workbench:demand-list", "workbench:demand-export", "workbench:demand-create"),
    *(
        f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"
        for model in admin.site._registry
    ),
]
ANYTHING = hypothesis.settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)


@ANYTHING
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
def test_lecture_form_that_is_sent_anything_is_no_fault(client, chamber, fields):
    answer = send(client, chamber, **{"expected": "20"} | fields)

    assert answer.status_code in (302, 422), page_of(answer)


@ANYTHING
@given(
    st.sampled_from(LISTS),
    st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=3),
)
def test_list_that_is_asked_anything_is_no_fault(administrator, name, query):
    answer = administrator.get(reverse(name), query)

    assert answer.status_code < 500, (name, query)


@pytest.fixture
def administrator(sign_in):
    LectureFactory(topic="草稿")
    accepted(topic="通过的")
    user = UserFactory(role=Role.ADMINISTRATOR)
    MediationAccessFactory(user=user)
    return sign_in(user)


def test_every_list_is_asked():
    lists = {
        f"{namespace}:{name}"
        for namespace, (_, resolver) in get_resolver().namespace_dict.items()
        if namespace in ("public", "workbench")
        for name in resolver.reverse_dict
        if isinstance(name, str) and not resolver.reverse_dict.getlist(name)[0][0][0][1]
    }

    assert lists - set(LISTS) == {
        "workbench:lecture-roll",
    }


# Each refusal carries its number, whichever page shows it.


def codes_of(answer):
    """Return every number that stands in a page."""
    return set(re.findall(r'data-error-code="(\d+)"', page_of(answer)))


def logged(**changes):
    return lambda door: send(door.client, door.chamber, **changes)


def pictured(row):
    """Return an attempt: the first hostile picture that this row is about."""

    def attempt(door):
        words = bad_inputs.pattern(PHOTO_WORDS[row], r"%\(\w+\)[sd]")
        case = next(c for c in images.CASES if c.message and words.match(c.expected))
        file = SimpleUploadedFile("a.jpg", case.build())
        file._name = case.name
        return door.send_photo(file)

    return attempt


def same_photo(door):
    photos.add_photos(door.draft, [upload(100)])
    return add_photos(door.client, door.draft, 1)


def same_elsewhere(door):
    photos.add_photos(door.draft, [upload(7)])
    second = LectureFactory(chamber=door.chamber)
    photos.add_photos(second, [upload(7)])
    services.submit_lecture(second, user=door.user)
    return door.staff.get(reverse("admin:activities_lecture_change", args=[second.pk]))


def sheet(row):
    """Return an attempt: the first hostile workbook that this row is about."""

    def attempt(door):
        words = [
            bad_inputs.pattern(text, r"%\(\w+\)[sd]")
            for number, text in SHEET_MESSAGES.values()
            if number == row
        ]
        case = next(
            c
            for c in sheets.CASES
            if c.message and any(w.match(c.expected(5000)) for w in words)
        )
        return send_sheet(door.staff, case.build(), case.name)

    return attempt


def rows_of(*rows, extra=()):
    def attempt(door):
        SchemeFactory(name="“四好”商会")
        return send_sheet(door.staff, workbook(*rows, extra=extra))

    return attempt


def foreign_row(door):
    ChamberFactory(name="乙商会")
    importer = IMPORTERS["leads"]
    book = openpyxl.Workbook()
    book.active.append([column.heading for column in importer.columns])
    values = {c.label: c.example for c in importer.columns} | {"提供商会": "乙商会"}
    book.active.append([values[c.label] for c in importer.columns])
    content = BytesIO()
    book.save(content)
    file = SimpleUploadedFile("引才.xlsx", content.getvalue())
    return door.client.post(
        reverse("workbench:import-file", args=["leads"]), {"file": file}
    )


def sent_again(door):
    SchemeFactory(name="“四好”商会")
    content = workbook({})
    first = send_sheet(door.staff, content).context["job"]
    confirm(door.staff, first)
    Award.objects.all().delete()
    return send_sheet(door.staff, content)


def wrong_amount(door):
    pairing = PairingFactory(chamber=door.chamber)
    data = {"name": "修路", "kind": "welfare", "as_of": "2026-03-01", "donated": "-1"}
    address = reverse("workbench:pairing-project-create", args=[pairing.pk])
    return door.client.post(address, data)


def double(door):
    send(door.client, door.chamber)
    return send(door.client, door.chamber)


def used(door):
    row = used_enterprise()
    client = door.enter(UserFactory(role=Role.ADMINISTRATOR))
    return client.post(
        reverse("admin:chambers_enterprise_delete", args=[row.pk]), {"post": "1"}
    )


def stale(door):
    address = reverse("workbench:lecture-update", args=[door.draft.pk])
    late = of_page(door.client, address) | {"venue": "迟到的地点"}
    door.client.post(address, of_page(door.client, address) | {"venue": "先到的"})
    return door.client.post(address, late)


def twice(door):
    key = of_page(door.client, reverse(NEW))["form_key"]
    data = typed(door.chamber, form_key=key)
    door.client.post(reverse(NEW), data)
    return door.client.post(reverse(NEW), data, follow=True)


def under_review(door):
    lecture = submitted(chamber=door.chamber, created_by=door.user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    return door.client.post(address, typed(door.chamber, version=lecture.version))


def without_token(door):
    return Client(enforce_csrf_checks=True).post(reverse("account_login"), {})


def wrong_password(times):
    def attempt(door):
        answers = [
            Client().post(
                reverse("account_login"),
                {"login": door.user.username, "password": "falsch"},
            )
            for _ in range(times)
        ]
        return answers[-1]

    return attempt


def wrong_code(door):
    reviewer = UserFactory(role=Role.FEDERATION)
    reviewer.set_password("Xiaoqiao-4321")
    reviewer.save()
    TOTP.activate(reviewer, generate_totp_secret())
    visitor = Client()
    names = {"login": reviewer.username, "password": "Xiaoqiao-4321"}
    visitor.post(reverse("account_login"), names)
    return visitor.post(reverse("mfa_authenticate"), {"code": "000000"})


def weak_password(door):
    door.user.set_password("Xiaoqiao-4321")
    door.user.save()
    client = door.enter(door.user)
    new = {"oldpassword": "Xiaoqiao-4321", "password1": "kurz", "password2": "kurz"}
    return client.post(reverse("account_change_password"), new)


def too_much(door):
    many = {f"roll-{number}": "present" for number in range(1001)}
    return send(door.client, door.chamber, **many)


def cut_off(door):
    return door.client.generic(
        "POST", reverse(NEW), b"--x", content_type="multipart/form-data"
    )


def too_often(door):
    for _ in range(21):
        answer = door.client.get(reverse("workbench:lead-export"))
    return answer


def broken(error):
    def attempt(door):
        def fail(*args, **kwargs):
            raise error

        door.monkeypatch.setattr(services, "save_lecture", fail)
        door.client.raise_request_exception = False
        return send(door.client, door.chamber)

    return attempt


PHOTO_WORDS = dict(MESSAGES.values())
ATTEMPTS = {
    **{row: pictured(row) for row in PHOTO_WORDS if row != 12},
    16: lambda door: add_photos(door.client, door.draft, 10),
    17: same_photo,
    18: same_elsewhere,
    **{row: sheet(row) for row in (20, 21, 22, 23, 24, 31)},
    26: rows_of(*({"周期": str(number)} for number in range(1001))),
    27: rows_of({}, extra=["多出的列"]),
    28: rows_of({"称号": "=1+1"}),
    29: rows_of({"称号": "#N/A"}),
    30: rows_of({"称号": 1.5e20}),
    32: rows_of({}, {}),
    33: foreign_row,
    34: rows_of({"称号": None}),
    35: sent_again,
    36: logged(topic="\u3000"),
    37: logged(topic="𠮷" * 81),
    38: logged(topic="红\x07色"),
    40: lambda door: add_member(door.staff, phone="电话"),
    41: logged(started_at="2026-02-30T10:00"),
    42: logged(started_at="9999-12-31T23:59"),
    43: logged(present="二十"),
    44: wrong_amount,
    46: logged(content="证号 350823199001011234"),
    47: logged(chamber="10000000"),
    48: double,
    50: used,
    52: stale,
    53: twice,
    54: under_review,
    55: without_token,
    57: lambda door: door.client.get(reverse("workbench:role-matrix")),
    58: lambda door: door.client.get("/workbench/lectures/999999999/"),
    59: wrong_password(1),
    60: wrong_password(6),
    61: wrong_code,
    62: weak_password,
    63: lambda door: door.client.get(
        reverse("workbench:lecture-list"), {"state": "lost"}
    ),
    64: too_much,
    65: cut_off,
    66: lambda door: door.client.put(reverse(NEW)),
    68: too_often,
    69: broken(OperationalError("gone")),
    70: broken(RuntimeError("lost")),
}
# What no page refuses, and what is told in the words of another row.
NO_CODE = {
    11: "如第 6 行",
    12: "浏览器发来的名字里的控制字符已经去掉，收下",
    13: "收下",
    14: "收下并告知，见 test_notice_has_its_number",
    15: "收下",
    19: "如第 65 行",
    25: "如第 20 行",
    39: "收下",
    56: "登录页，见 test_notice_has_its_number",
    67: "不跟随",
} | NOT_HERE


@dataclass
class Door:
    """Who tries, and the record they try it on."""

    client: Client
    staff: Client
    user: object
    chamber: object
    draft: object
    enter: object
    monkeypatch: object

    def send_photo(self, file):
        return self.client.post(
            reverse("workbench:photo-add", args=[self.draft.pk]), {"photos": [file]}
        )


@pytest.mark.filterwarnings("ignore:Invalid APNG")
@pytest.mark.parametrize("row", ATTEMPTS)
def test_refusal_carries_its_number(
    row, client, staff, user, chamber, draft, sign_in, monkeypatch
):
    door = Door(client, staff, user, chamber, draft, sign_in, monkeypatch)

    assert str(row) in codes_of(ATTEMPTS[row](door))


def test_every_refusal_is_attempted():
    assert set(ATTEMPTS) | set(NO_CODE) == set(range(1, 71))
    assert not set(ATTEMPTS) & set(NO_CODE)


def test_notice_has_its_number():
    assert bad_inputs.number_of(METADATA_NOTICE) == 14
    assert bad_inputs.number_of(SIGNED_OUT) == 56
    assert bad_inputs.number_of("没有这样的话。") is None


def test_page_without_a_refusal_has_no_number(client):
    assert codes_of(client.get(reverse(NEW))) == set()
