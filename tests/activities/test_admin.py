from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.admin.lecture import unrecorded_plans
from activities.models import Award, Deadlines, Lecture
from activities.models.lecture import LectureState
from activities.services.lecture import (
    correct_lecture,
    save_lecture,
    submit_lecture,
)
from activities.services.photo import add_photos
from chambers.models import Chamber, Role
from tests.factories.activities import (
    AttendanceFactory,
    AwardFactory,
    CourseFactory,
    IssueFactory,
    LectureFactory,
    MediatorFactory,
    PracticeFactory,
    SiteFactory,
    accepted,
    established,
    planned,
    submitted,
    upload,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    ChamberTermFactory,
    EnterpriseFactory,
    MemberFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer():
    return UserFactory(role=Role.FEDERATION, name="王审核")


@pytest.fixture
def staff(reviewer, sign_in):
    return sign_in(reviewer)


def page(client, name, *args, **query):
    answer = client.get(reverse(f"admin:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def of_page(client, address):
    """Return what the form of a change page, with its inlines, would send back."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    return {
        form.add_prefix(name): value
        for form in forms
        for name in form.fields
        if (value := form[name].value()) is not None
        and value is not False
        and value != []
    }


def test_the_dashboard_says_what_waits(staff):
    submitted()
    ChamberTermFactory(due_on="2024-01-01")
    text = page(staff, "index")
    assert "待审核的讲课记录" in text
    assert "换届已逾期的商会" in text
    address = reverse("admin:activities_lecture_changelist")
    assert f"{address}?state__exact=submitted" in text


def test_accepting_publishes_the_record(staff, reviewer, client):
    lecture = submitted(topic="公开的讲课")
    answer = staff.post(
        reverse("admin:activities_lecture_accept", args=[lecture.pk]), follow=True
    )
    assert "已通过：公开的讲课。" in answer.content.decode()
    lecture.refresh_from_db()
    assert (lecture.state, lecture.reviewed_by) == (LectureState.ACCEPTED, reviewer)
    assert client.get(reverse("public:lecture-detail", args=[lecture.pk])).status_code


def test_returning_needs_a_reason(staff):
    lecture = submitted()
    address = reverse("admin:activities_lecture_return", args=[lecture.pk])
    answer = staff.post(address, {"reason": " "})
    assert answer.status_code == 422
    assert "请填写退回原因。" in answer.content.decode()
    assert staff.post(address, {"reason": "人数不符。"}).status_code == 302
    lecture.refresh_from_db()
    assert lecture.return_reason == "人数不符。"


def test_the_second_reviewer_is_told(staff):
    lecture = submitted()
    address = reverse("admin:activities_lecture_accept", args=[lecture.pk])
    staff.post(address)
    answer = staff.post(address)
    assert answer.status_code == 409
    assert "已由 王审核 于" in answer.content.decode()


def test_the_review_page_shows_forms_only_while_it_waits(staff):
    lecture = submitted()
    address = reverse("admin:activities_lecture_accept", args=[lecture.pk])
    assert address in page(staff, "activities_lecture_change", lecture.pk)
    staff.post(address)
    assert address not in page(staff, "activities_lecture_change", lecture.pk)


def test_several_records_are_accepted_and_archived_at_once(staff, reviewer):
    rows = [submitted(), submitted(), submitted(created_by=reviewer)]
    address = reverse("admin:activities_lecture_changelist")
    for action, state in [("accept", "accepted"), ("archive", "archived")]:
        answer = staff.post(
            address,
            {
                "action": f"{action}_selected",
                "_selected_action": [row.pk for row in rows],
            },
            follow=True,
        )
        assert Lecture.objects.filter(state=state).count() == 2
    assert "已归档 2 条记录。" in answer.content.decode()
    rows[2].refresh_from_db()
    assert rows[2].is_waiting


def test_staff_hide_an_accepted_record_and_nothing_else(staff):
    lecture = accepted(topic="原题")
    address = reverse("admin:activities_lecture_change", args=[lecture.pk])
    data = of_page(staff, address)
    assert (
        staff.post(address, {"seen": data["seen"], "topic": "改题"}).status_code == 302
    )
    lecture.refresh_from_db()
    assert lecture.is_public is False
    assert lecture.topic == "原题"


def test_a_draft_is_not_changed_in_the_admin(staff):
    lecture = LectureFactory()
    address = reverse("admin:activities_lecture_change", args=[lecture.pk])
    assert staff.post(address, {"topic": "改题"}).status_code == 403


def test_the_later_of_two_writers_is_not_lost_and_not_silent(staff):
    chamber = ChamberFactory(name="云溪商会")
    address = reverse("admin:chambers_chamber_change", args=[chamber.pk])
    late = of_page(staff, address) | {"introduction": "迟到的简介"}
    first = of_page(staff, address) | {"introduction": "先到的简介"}
    assert staff.post(address, first).status_code == 302
    answer = staff.post(address, late)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "王审核" in text
    assert "迟到的简介" in text
    chamber.refresh_from_db()
    assert chamber.introduction == "先到的简介"
    seen = of_page(staff, address)["seen"]
    assert staff.post(address, late | {"seen": seen}).status_code == 302


def test_a_chamber_is_added_with_its_rules(staff):
    address = reverse("admin:chambers_chamber_add")
    data = {
        "name": "新商会",
        "kind": "township",
        "state": "active",
        "charter_clause": "2019",
        "credit_code": "51350823MJB0000000",
        "terms-TOTAL_FORMS": "0",
        "terms-INITIAL_FORMS": "0",
        "inspections-TOTAL_FORMS": "0",
        "inspections-INITIAL_FORMS": "0",
    }
    text = staff.post(address, data).content.decode()
    assert "末位校验码正确" in text
    assert "乡镇商会须填写所在乡镇。" in text
    assert not Chamber.objects.exists()
    answer = staff.post(address, data | {"kind": "trade", "credit_code": ""})
    assert answer.status_code == 302
    assert Chamber.objects.get().name == "新商会"


def branch_data(*chambers, **fields):
    data = {
        "name": "联合党支部",
        "kind": "joint",
        "coverages-TOTAL_FORMS": str(len(chambers)),
        "coverages-INITIAL_FORMS": "0",
        "terms-TOTAL_FORMS": "0",
        "terms-INITIAL_FORMS": "0",
    }
    for number, chamber in enumerate(chambers):
        data[f"coverages-{number}-chamber"] = chamber.pk
    return data | fields


@pytest.mark.parametrize(
    ("kind", "count", "allowed"),
    [
        ("single", 0, False),
        ("single", 1, True),
        ("single", 2, False),
        ("joint", 1, False),
        ("joint", 2, True),
        ("joint", 5, True),
        ("joint", 6, False),
    ],
)
def test_a_branch_covers_as_many_chambers_as_its_form_allows(
    staff, kind, count, allowed
):
    address = reverse("admin:chambers_branch_add")
    data = branch_data(*ChamberFactory.create_batch(count), kind=kind)
    answer = staff.post(address, data)
    assert (answer.status_code == 302) is allowed
    if not allowed:
        assert "联合党支部覆盖 2 至 5 个商会" in answer.content.decode()


def test_a_title_is_revoked_with_reason_and_document(staff):
    award = AwardFactory()
    address = reverse("admin:activities_award_change", args=[award.pk])
    revoked = of_page(staff, address) | {"revocation_reason": "弄虚作假"}
    text = staff.post(address, revoked).content.decode()
    assert "取消称号须填写取消日期、原因和文号。" in text
    staff.post(
        address,
        revoked
        | {
            "revoked_on": "2026-01-05",
            "revocation_reason": "弄虚作假",
            "revocation_document": "闽联〔2026〕1号",
        },
    )
    assert Award.objects.on().get().state == "revoked"


def test_history_shows_who_when_old_and_new(staff):
    chamber = ChamberFactory(name="云溪商会")
    address = reverse("admin:chambers_chamber_change", args=[chamber.pk])
    staff.post(address, of_page(staff, address) | {"name": "云溪镇商会"})
    Chamber.objects.filter(pk=chamber.pk).update(introduction="批量改动")
    text = page(staff, "chambers_chamber_history", chamber.pk)
    for word in ("王审核", "云溪商会", "云溪镇商会", "批量改动", "新建", "修改"):
        assert word in text


@pytest.mark.parametrize("query", ["云溪", "yunxi", "yx"])
def test_lists_and_autocompletes_find_by_characters_pinyin_and_initials(staff, query):
    ChamberFactory(name="云溪商会")
    ChamberFactory(name="松岭商会")
    text = page(staff, "chambers_chamber_changelist", q=query)
    assert "云溪商会" in text
    assert "松岭商会" not in text
    answer = staff.get(
        reverse("admin:autocomplete"),
        {
            "term": query,
            "app_label": "activities",
            "model_name": "award",
            "field_name": "chamber",
        },
    )
    assert [row["text"] for row in answer.json()["results"]] == ["云溪商会"]


def test_courses_are_found_and_their_places_completed(staff):
    site = SiteFactory(name="红军桥")
    CourseFactory(name="桥头故事", site=site)
    CourseFactory(name="税务讲解")
    text = page(staff, "activities_course_changelist", q="qtgs")
    assert "桥头故事" in text
    assert "税务讲解" not in text
    answer = staff.get(
        reverse("admin:autocomplete"),
        {
            "term": "hjq",
            "app_label": "activities",
            "model_name": "course",
            "field_name": "site",
        },
    )
    assert [row["text"] for row in answer.json()["results"]] == ["红军桥"]


def test_lectures_are_found_by_topic_and_by_chamber(staff):
    accepted(topic="重走红军路", chamber=ChamberFactory(name="云溪商会"))
    accepted(topic="诚信经营", chamber=ChamberFactory(name="松岭商会"))
    for query in ("红军", "yx"):
        text = page(staff, "activities_lecture_changelist", q=query)
        assert "重走红军路" in text
        assert "诚信经营" not in text


def test_only_the_administrator_deletes_and_only_what_nothing_refers_to(sign_in, staff):
    enterprise = EnterpriseFactory()
    address = reverse("admin:chambers_enterprise_delete", args=[enterprise.pk])
    assert staff.post(address, {"post": "yes"}).status_code == 403
    administrator = sign_in(UserFactory(role=Role.ADMINISTRATOR))
    member = MemberFactory(enterprise=enterprise)
    administrator.post(address, {"post": "yes"})
    assert type(enterprise).objects.exists()
    member.delete()
    administrator.post(address, {"post": "yes"})
    assert not type(enterprise).objects.exists()


@pytest.mark.parametrize(
    ("noun", "add"),
    [
        ("activities_lecture", lambda: accepted(issue=IssueFactory())),
        ("activities_award", AwardFactory),
        ("activities_course", lambda: CourseFactory(site=SiteFactory())),
        ("activities_practice", lambda: PracticeFactory(chamber=ChamberFactory())),
        ("activities_site", lambda: SiteFactory(township=RegionFactory())),
        ("chambers_chamber", ChamberFactory),
        ("chambers_branch", BranchFactory),
    ],
)
def test_queries_of_lists_do_not_grow(noun, add, staff, django_assert_num_queries):
    address = reverse(f"admin:{noun}_changelist")
    add()
    with CaptureQueriesContext(connection) as one:
        staff.get(address)
    add()
    add()
    with django_assert_num_queries(len(one)):
        staff.get(address)


def test_the_deadlines_are_one_row_that_the_list_leads_to(staff):
    answer = staff.get(reverse("admin:activities_deadlines_changelist"), follow=True)
    address = reverse("admin:activities_deadlines_change", args=[1])
    assert answer.redirect_chain == [(address, 302)]
    data = of_page(staff, address) | {"record_days": "5"}
    assert staff.post(address, data)["Location"] == reverse("admin:index")
    assert Deadlines.load().record_days == 5


def test_an_exemption_needs_a_reason_and_finds_its_branch(staff):
    branch = BranchFactory(name="云溪商会党支部")
    address = reverse("admin:activities_requirementexemption_add")
    data = {"branch": branch.pk, "started_on": "2026-10-01", "ended_on": "2026-12-31"}
    text = staff.post(address, data).content.decode()
    assert "请填写原因。" in text
    assert staff.post(address, data | {"reason": "支部改选"}).status_code == 302
    found = page(staff, "activities_requirementexemption_changelist", q="yx")
    assert "支部改选" in found


def test_a_record_is_returned_with_the_fields_to_correct(staff):
    lecture = submitted()
    address = reverse("admin:activities_lecture_return", args=[lecture.pk])
    data = {"reason": "人数不符。", "fields": ["present", "venue"]}
    wrong = staff.post(address, data | {"fields": ["state"]})
    assert wrong.status_code == 422
    assert "所选需要改正的项目无效，请重新选择。" in wrong.content.decode()
    assert staff.post(address, data).status_code == 302
    lecture.refresh_from_db()
    assert lecture.return_labels == ["实到", "地点"]
    assert "实到、地点" in page(staff, "activities_lecture_change", lecture.pk)


def test_a_reviewer_sees_hints_the_roll_and_what_a_correction_changes(staff):
    original = accepted(topic="原来的题")
    lecture = correct_lecture(original, user=original.created_by, reason="题目有误")
    lecture.topic = "改正的题"
    save_lecture(lecture, user=original.created_by, version=lecture.version)
    AttendanceFactory(lecture=lecture, status="on_leave", reason="出差")
    submit_lecture(lecture, user=original.created_by)
    text = page(staff, "activities_lecture_change", lecture.pk)
    for word in ("更正了什么", "原来的题", "请假（出差）", "名单上到场的只有 0 人"):
        assert word in text


def test_the_dashboard_counts_plans_that_were_not_recorded(staff):
    planned(topic="没有登记", started_at=timezone.now() - timedelta(days=1))
    planned(topic="还没有开")
    text = page(staff, "index")
    assert "1</strong> 到期未登记的计划" in text
    (_, count, address) = unrecorded_plans(staff.get("/admin/").wsgi_request)
    text = staff.get(address).content.decode()
    assert count == 1
    assert "没有登记" in text
    assert "还没有开" not in text


def test_a_scan_is_not_made_public(staff):
    lecture = LectureFactory()
    (scan,) = add_photos(lecture, [upload()], kind="scan")
    address = reverse("admin:activities_photo_change", args=[scan.pk])
    data = of_page(staff, address)
    answer = staff.post(address, data | {"is_public": "on"})
    assert answer.status_code == 200
    assert "签到表扫描件含姓名，不能公开。" in answer.content.decode()
    scan.refresh_from_db()
    assert scan.is_public is False


@pytest.mark.parametrize("query", ["theme", "organiser", "kind", "state"])
def test_lectures_are_filtered(query, staff):
    values = {
        "theme": "lead",
        "organiser": "federation",
        "kind": "assembly",
        "state": "planned",
    }
    fields = {query: values[query]}
    if query == "state":
        planned(topic="要找的")
    else:
        chamber = None if query == "organiser" else ChamberFactory()
        LectureFactory(topic="要找的", chamber=chamber, **fields)
    LectureFactory(topic="别的")
    text = page(
        staff, "activities_lecture_changelist", **{f"{query}__exact": values[query]}
    )
    assert "要找的" in text
    assert "别的" not in text


def test_a_practice_is_written_with_its_items_and_results(staff):
    chamber = ChamberFactory(name="云溪商会")
    address = reverse("admin:activities_practice_add")
    data = of_page(staff, address) | {
        "name": "四方议事",
        "chamber": chamber.pk,
        "is_public": "on",
        "items-TOTAL_FORMS": "2",
        "items-0-number": "1",
        "items-0-name": "会前问需",
        "items-1-number": "1",
        "items-1-name": "会上共议",
        "results-TOTAL_FORMS": "1",
        "results-0-label": "农户增收",
        "results-0-value": "15%左右",
    }
    refused = staff.post(address, data)
    assert refused.status_code == 200
    assert "序号" in refused.content.decode()
    done = staff.post(address, data | {"items-1-number": "2"})
    assert done.status_code == 302
    practice = chamber.practices.get()
    assert [str(item) for item in practice.items.all()] == ["会前问需", "会上共议"]
    assert str(practice.results.get()) == "农户增收 15%左右"


def test_the_head_of_a_committee_changes_in_one_save(staff):
    committee = established()
    old, new, _ = committee.seats.order_by("pk")
    address = reverse("admin:activities_mediationcommittee_change", args=[committee.pk])
    page = of_page(staff, address)
    places = {str(page[f"seats-{number}-id"]): number for number in range(3)}
    first, second = places[str(old.pk)], places[str(new.pk)]
    del page[f"seats-{first}-is_head"]

    alone = staff.post(address, page)
    changed = staff.post(address, page | {f"seats-{second}-is_head": "on"})

    assert "恰有 1 名主任" in alone.content.decode()
    assert changed.status_code == 302
    assert committee.seats.get(is_head=True) == new


def test_only_the_administrator_links_an_account_to_a_mediator(staff):
    mediator = MediatorFactory()
    user = UserFactory(role="mediator")
    address = reverse("admin:activities_mediator_change", args=[mediator.pk])

    assert "user" not in of_page(staff, address)
    staff.post(address, of_page(staff, address) | {"user": user.pk})

    mediator.refresh_from_db()
    assert mediator.user is None
