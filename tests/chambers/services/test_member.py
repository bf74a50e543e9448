from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from activities.services.lecture import submit_lecture
from chambers.models import Consent, Erasure, Member, MemberMerge, Membership
from chambers.services.member import (
    erase_member,
    lines_of,
    merge_members,
    preview_merge,
    suspects,
    undo_merge,
)
from redleader.audit.verify import verify
from redleader.records.forms import refusal
from redleader.records.history import changes
from redleader.records.search import search
from tests.factories.activities import AttendanceFactory, LectureFactory
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    ConsentFactory,
    EnterpriseFactory,
    MemberFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)
from tests.rules import refused

pytestmark = pytest.mark.django_db
PHONE = "13800000001"


def said(act):
    return refusal(refused(act))


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def pair():
    """Two rows of one person: both in one chamber, each also elsewhere."""
    chamber, branch = ChamberFactory(name="甲商会"), BranchFactory()
    kept = MemberFactory(name="王五", note="甲")
    merged = MemberFactory(name="王五", phone=PHONE, branch=branch, party_status="full")
    MembershipFactory(member=kept, chamber=chamber, started_on=date(2023, 1, 1))
    MembershipFactory(
        member=merged,
        chamber=chamber,
        started_on=date(2021, 1, 1),
        ended_on=date(2024, 1, 1),
    )
    MembershipFactory(member=merged, chamber__name="乙商会")
    AppointmentFactory(member=merged, chamber=chamber)
    return kept, merged


@pytest.mark.usefixtures("pair")
def test_doubles_are_suspected_by_what_they_share():
    MemberFactory(name="王五", note="另一人")
    MemberFactory(name="赵六", phone=PHONE)
    firm = EnterpriseFactory()
    MemberFactory(name="李四", enterprise=firm)
    MemberFactory(name="李四", enterprise=firm, note="同名")

    found = [
        (str(p.first), str(p.second), p.reasons)
        for p in suspects(Member.objects.persons())
    ]

    assert found == [
        ("李四", "李四（同名）", ["同名", "同一企业"]),
        ("王五（甲）", "王五", ["同名", "同一商会"]),
        ("王五", "赵六", ["同一手机号"]),
    ]


def test_notes_and_phones_tell_homonyms_apart():
    chamber = ChamberFactory()
    for note, phone in [("甲", ""), ("乙", ""), ("", PHONE), ("", "13900000000")]:
        member = MemberFactory(name="王五", note=note, phone=phone)
        MembershipFactory(member=member, chamber=chamber)

    pairs = [{str(p.first), str(p.second)} for p in suspects(Member.objects.persons())]

    assert {"王五（甲）", "王五（乙）"} not in pairs
    assert {"王五"} not in pairs


def snapshot():
    """Return every row that a merge may touch, as it is."""
    from activities.models import Attendance

    tables = [Member, Membership, Consent, Attendance]
    return [list(table._base_manager.order_by("pk").values()) for table in tables]


def test_merge_joins_and_moves_and_its_undo_restores_exactly(pair, user):
    kept, merged = pair
    ConsentFactory(member=kept)
    ConsentFactory(member=merged)
    closed = LectureFactory()
    AttendanceFactory(lecture=closed, member=merged)
    both = LectureFactory()
    AttendanceFactory(lecture=both, member=merged)
    AttendanceFactory(lecture=both, member=kept)
    for lecture in (closed, both):
        submit_lecture(lecture, user=user)
    before = snapshot()

    lines = preview_merge(kept, merged, user=user)
    assert snapshot() == before
    merge = merge_members(kept, merged, user=user)

    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (kept.phone, kept.party_status, kept.note) == (PHONE, "full", "甲")
    assert (merged.merged_into, merged.phone, merged.branch) == (kept, "", None)
    spans = kept.memberships.values_list("chamber__name", "started_on", "ended_on")
    assert sorted(spans) == [
        ("乙商会", date(2022, 1, 1), None),
        ("甲商会", date(2021, 1, 1), None),
    ]
    assert kept.appointments.count() == 1
    assert kept.attendances.count() == 2
    assert merged.attendances.get().lecture == both
    assert kept.consents.count() == 1
    assert lines == lines_of(merge)
    assert "保留的会员：手机号：空 → 13800000001" in lines
    assert merged not in Member.objects.visible_to(user)

    undo_merge(merge, user=user)

    assert snapshot() == before
    with pytest.raises(ValidationError, match="已经撤销"):
        undo_merge(merge, user=user)


def test_undo_tells_what_was_changed_since(pair, user):
    kept, merged = pair
    merge = merge_members(kept, merged, user=user)
    kept.refresh_from_db()
    kept.phone = "13900000000"
    kept.save()
    kept.appointments.all().delete()

    with pytest.raises(ValidationError) as refusal_:
        undo_merge(merge, user=user)

    first, *rest = refusal_.value.messages
    assert first == "合并以后又有改动，不能撤销："
    assert "会员“王五（甲）”的手机号已经修改。" in rest
    assert any("已经删除" in text for text in rest)
    assert MemberMerge.objects.get().undone_at is None


def test_two_who_cannot_be_one_are_not_merged(user):
    one, other = secretary_of().member, secretary_of().member
    firm = MemberFactory(kind="firm", enterprise=EnterpriseFactory())
    person = MemberFactory()

    for kept, merged, words in [
        (one, other, "两人都有账号"),
        (person, firm, "只有个人会员"),
        (person, person, "合并到自己"),
    ]:
        with pytest.raises((ValidationError, KeyError), match=words):
            merge_members(kept, merged, user=user)
    merge_members(person, one, user=user)
    assert one.user.__class__.objects.get(pk=one.user.pk).member == person
    with pytest.raises(ValidationError, match="已经合并到"):
        merge_members(other, one, user=user)


def test_closed_roll_stays_closed_but_for_a_merge(user):
    lecture = LectureFactory()
    row = AttendanceFactory(lecture=lecture)
    submit_lecture(lecture, user=user)

    row.member = MemberFactory()
    assert "该记录已提交审核" in said(row.save)


# Consent


def test_consent_holds_until_the_day_it_is_withdrawn():
    consent = ConsentFactory()
    assert Member.objects.agreeing_to("name").get() == consent.member
    assert not Member.objects.agreeing_to("photo").exists()

    consent.withdrawn_on = timezone.localdate()
    consent.save()

    assert not Member.objects.agreeing_to("name").exists()


# Erasing


def test_erasing_clears_the_row_and_the_history_and_keeps_the_counts(pair, user):
    kept, merged = pair
    lecture = LectureFactory()
    AttendanceFactory(lecture=lecture, member=merged, status="on_leave", reason="住院")
    merge_members(kept, merged, user=user)
    kept.refresh_from_db()
    ConsentFactory(member=kept)
    counts = [kept.memberships.count(), kept.attendances.count()]
    events = kept.events.count()

    cleared = erase_member(kept, actor="管理员", reason="本人书面要求")

    kept.refresh_from_db()
    assert (kept.name, kept.note, kept.phone) == ("（已清除）", "", "")
    assert [kept.memberships.count(), kept.attendances.count()] == counts
    assert kept.attendances.get().reason == ""
    assert kept.events.count() == events + 1
    assert cleared == kept.events.count() + merged.events.count()
    words = str([change.values for change in changes(kept)])
    assert not any(secret in words for secret in ("王五", PHONE, "甲'"))
    assert not everywhere("王五")
    assert not everywhere(PHONE)
    assert not search(Member.objects.all(), "王五").exists()
    assert not Member.objects.agreeing_to("name").exists()
    assert {row.member_id for row in Erasure.objects.all()} == {kept.pk, merged.pk}
    with pytest.raises(ValidationError, match="已经清除"):
        erase_member(kept, actor="管理员", reason="")
    with pytest.raises(ValidationError, match="不能撤销"):
        undo_merge(MemberMerge.objects.get(), user=user)


def everywhere(text):
    """Return the tables that hold a text anywhere."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s',
                [f"%{text}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_history_of_others_cannot_be_cleared():
    member = MemberFactory()

    for sql in (
        f"SELECT erase_member({member.pk}, 'x', 'x')",
        "UPDATE chambers_memberevent SET name = ''",
        "ALTER TABLE chambers_memberevent DISABLE TRIGGER USER",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_erased_stays_erased():
    member = MemberFactory()
    erase_member(member, actor="管理员", reason="本人要求")
    member.refresh_from_db()

    member.erased_on = None

    assert "个人信息已经清除，不能恢复。" in said(member.save)


def test_who_has_an_account_is_not_erased():
    member = secretary_of().member

    with pytest.raises(ValidationError, match="有账号"):
        erase_member(member, actor="管理员", reason="")


@pytest.mark.django_db(transaction=True)
def test_audit_sees_what_erasing_rewrote_and_still_fits():
    member = MemberFactory(name="王五")

    erase_member(member, actor="管理员", reason="本人要求")

    verdict = verify()
    assert verdict.fault == ""
    assert any(text.startswith("chambers_member ") for text in verdict.rewritten)
