import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from chambers.models import Member, MemberMerge, Role
from chambers.services import member as services
from tests.factories.chambers import (
    AppointmentFactory,
    ChamberFactory,
    ConsentFactory,
    MemberFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION))


@pytest.fixture
def pair():
    chamber = ChamberFactory(name="甲商会")
    both = [MemberFactory(name="王五"), MemberFactory(name="王五", phone="13800000001")]
    for member in both:
        MembershipFactory(member=member, chamber=chamber)
    return both


def test_doubles_are_merged_and_the_merge_is_undone(client, pair):
    kept, merged = pair
    page = client.get(reverse("workbench:member-doubles")).content.decode()
    address = reverse("workbench:member-merge", args=[kept.pk, merged.pk])
    assert address in page
    assert "手机号尾号 0001" in page

    preview = client.get(address).content.decode()
    assert "会籍“王五 – 甲商会”：与保留的会员的同一项合为一项" in preview
    assert client.post(address, {}).status_code == 422
    done = client.post(address, {"sure": "on"}, follow=True)
    assert "已合并到“王五”" in done.content.decode()
    assert client.post(address, {"sure": "on"}).status_code == 422
    merge = MemberMerge.objects.get()

    undone = client.post(
        reverse("workbench:member-merge-undo", args=[merge.pk]), follow=True
    )

    assert "已撤销合并" in undone.content.decode()
    again = client.post(reverse("workbench:member-merge-undo", args=[merge.pk]))
    assert again.status_code == 409
    assert "这次合并已经撤销。" in again.content.decode()


def test_withdrawn_consent_leaves_the_public_page_at_once(client):
    chamber = ChamberFactory()
    held = AppointmentFactory(
        chamber=chamber, post="president", member__name="公开的人"
    )
    AppointmentFactory(chamber=chamber, post="vice_president", member__name="没同意")
    consent = ConsentFactory(member=held.member)
    address = reverse("public:chamber-detail", args=[chamber.pk])

    page = client.get(address)
    assert "公开的人" in page.content.decode()
    assert "没同意" not in page.content.decode()
    consent.withdrawn_on = timezone.localdate()
    consent.save()

    page = client.get(address)
    assert "公开的人" not in page.content.decode()
    assert "max-age" not in page.headers.get("Cache-Control", "")


def test_consent_for_pictures_names_nobody(client):
    held = AppointmentFactory(post="president", member__name="公开的人")
    ConsentFactory(member=held.member, purpose="photo")

    page = client.get(reverse("public:chamber-detail", args=[held.chamber.pk]))

    assert "公开的人" not in page.content.decode()


def erase(client, member, **data):
    address = reverse("admin:chambers_member_changelist")
    return client.post(
        address,
        {"action": "erase_selected", "_selected_action": [member.pk]} | data,
        follow=True,
    )


def test_administrator_erases_after_a_confirmation(sign_in):
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))
    member = MemberFactory(name="王五")

    page = erase(client, member).content.decode()
    assert "不能恢复" in page
    refused = erase(client, member, confirmed="1").content.decode()
    assert "请填写依据。" in refused
    assert Member.objects.get().name == "王五"
    done = erase(client, member, confirmed="1", reason="本人要求", sure="on")

    assert f"已清除编号 {member.pk} 的个人信息。" in done.content.decode()
    assert Member.objects.get().name == "（已清除）"
    history = client.get(reverse("admin:chambers_member_history", args=[member.pk]))
    assert "王五" not in history.content.decode()


def test_others_do_not_erase(client):
    member = MemberFactory(name="王五")

    erase(client, member, confirmed="1", reason="本人要求", sure="on")

    assert Member.objects.get().name == "王五"


def test_command_erases_the_one_that_is_named(capsys):
    member = MemberFactory(name="王五")
    rest = {"by": "张管理", "reason": "本人要求"}

    with pytest.raises(CommandError, match="对不上"):
        call_command("erase_member", member.pk, name="赵六", **rest)
    call_command("erase_member", member.pk, name="王五", **rest)

    assert "已清除" in capsys.readouterr().out
    assert Member.objects.get().erased_on == timezone.localdate()


def test_doubles_are_looked_for_page_by_page(client, pair, monkeypatch):
    monkeypatch.setattr(services, "SCANNED", 1)
    MemberFactory(name="安一")
    address = reverse("workbench:member-doubles")

    first = client.get(address)
    assert "这一部分会员中没有疑似重复的" in first.content.decode()
    older = first.context["page"].older

    second = client.get(address, {"older": older}).content.decode()
    assert reverse("workbench:member-merge", args=[row.pk for row in pair]) in second
    assert "回到开头" in second
