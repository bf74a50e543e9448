from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from activities.models import Issue, Lecture
from activities.models.lecture import LectureState
from activities.services.lecture import (
    accept_lecture,
    archive_lecture,
    cancel_plan,
    correct_lecture,
    corrected_values,
    delete_draft,
    next_number,
    reopen_plan,
    return_lecture,
    save_lecture,
    submit_lecture,
    withdraw_lecture,
)
from activities.services.photo import add_photos, remove_photo
from chambers.models import Role
from redleader.records.forms import EditConflictError
from tests.factories.activities import (
    LectureFactory,
    SeriesFactory,
    accepted,
    planned,
    returned,
    submitted,
    upload,
)
from tests.factories.chambers import ChamberFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory(role=Role.SECRETARY)


def new_lecture(**fields):
    chamber = fields.pop("chamber", None) or ChamberFactory()
    return LectureFactory.build(
        chamber=chamber, created_by=None, **{"topic": "老区精神"} | fields
    )


def everybody(members, status="present"):
    return {member.pk: status for member in members}


def says(error, text):
    return text in "".join(error.value.messages)


def test_saves_lecture_issue_roll_and_photos_together(user):
    series, members = SeriesFactory(), MemberFactory.create_batch(2)
    lecture = save_lecture(
        new_lecture(),
        user=user,
        new_issue=(series, 1),
        roll=everybody(members),
        photos=[upload(1), upload(2)],
    )
    assert str(lecture.issue) == f"{series}第1期"
    assert lecture.attendances.count() == lecture.photos.count() == 2
    assert lecture.created_by == user
    assert lecture.state == LectureState.DRAFT


def test_a_bad_photo_undoes_everything(user, media):
    series = SeriesFactory()
    bad = upload(2, name="文字.png")
    with pytest.raises(ValidationError):
        save_lecture(
            new_lecture(), user=user, new_issue=(series, 1), photos=[upload(1), bad]
        )
    assert not Lecture.objects.exists()
    assert not Issue.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_an_old_version_is_a_conflict_and_changes_nothing(user):
    lecture = save_lecture(new_lecture(), user=user)
    opened = lecture.version
    lecture.venue = "文化礼堂"
    save_lecture(lecture, user=user, version=opened)
    late = Lecture.objects.get(pk=lecture.pk)
    late.venue = "老礼堂"
    with pytest.raises(EditConflictError) as conflict:
        save_lecture(late, user=user, version=opened)
    assert conflict.value.current.venue == "文化礼堂"
    lecture.refresh_from_db()
    assert lecture.venue == "文化礼堂"


def test_same_topic_day_and_chamber_is_a_double(user):
    first = save_lecture(new_lecture(), user=user)
    with pytest.raises(ValidationError) as error:
        save_lecture(new_lecture(chamber=first.chamber), user=user)
    assert says(error, f"已有同日同题的讲课记录（编号 {first.pk}）")


def test_a_taken_issue_number_says_which_is_next(user):
    series = SeriesFactory()
    save_lecture(new_lecture(), user=user, new_issue=(series, 1))
    with pytest.raises(ValidationError) as error:
        save_lecture(new_lecture(), user=user, new_issue=(series, 1))
    assert says(error, "第 1 期刚刚已由他人登记")
    assert says(error, "第 2 期")


def test_a_roll_longer_than_the_number_present_is_refused(user):
    two = everybody(MemberFactory.create_batch(2))
    with pytest.raises(ValidationError) as error:
        save_lecture(new_lecture(present=1), user=user, roll=two)
    assert says(error, "名单上有 2 人到场，多于实到 1 人")


def test_a_roll_is_replaced(user):
    first, second = MemberFactory.create_batch(2)
    lecture = save_lecture(new_lecture(), user=user, roll=everybody([first]))
    save_lecture(lecture, user=user, version=1, roll=everybody([second]))
    assert [row.member for row in lecture.attendances.all()] == [second]


def test_leaving_the_last_issue_gives_its_number_back(user):
    series = SeriesFactory()
    lecture = save_lecture(new_lecture(), user=user, new_issue=(series, 1))
    lecture.issue = None
    save_lecture(lecture, user=user, version=1)
    assert next_number(series) == 1


def test_a_lecture_in_the_future_is_not_submitted(user):
    later = timezone.now() + timedelta(hours=1)
    lecture = LectureFactory(started_at=later)
    with pytest.raises(ValidationError) as error:
        submit_lecture(lecture, user=user)
    assert says(error, "开讲时间晚于当前时间，不能提交。")


def test_submitting_twice_says_so(user):
    lecture = submitted()
    with pytest.raises(ValidationError) as error:
        submit_lecture(lecture, user=user)
    assert says(error, "现在是“待审核”，不能这样操作。")


def test_a_submitted_record_is_closed(user):
    lecture = submitted()
    with pytest.raises(ValidationError) as error:
        save_lecture(lecture, user=user, version=lecture.version)
    assert says(error, "不能修改")
    with pytest.raises(ValidationError):
        add_photos(lecture, [upload()])


def test_a_withdrawn_record_is_a_draft_again():
    lecture = withdraw_lecture(submitted(), user=UserFactory())
    assert lecture.is_editable
    with pytest.raises(ValidationError):
        withdraw_lecture(lecture, user=UserFactory())


def test_accepting_publishes_photos_only_when_told():
    for publish in (False, True):
        lecture = LectureFactory()
        add_photos(lecture, [upload()])
        submit_lecture(lecture, user=lecture.created_by)
        accept_lecture(lecture, user=UserFactory(), publish_photos=publish)
        assert lecture.photos.get().is_public is publish


def test_a_returned_record_has_its_reason_and_may_come_again(user):
    lecture = returned(reason="签到表缺页。")
    assert lecture.return_reason == "签到表缺页。"
    assert submit_lecture(lecture, user=user).is_waiting


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ADMINISTRATOR])
def test_only_reviewers_review(role):
    with pytest.raises(ValidationError) as error:
        accept_lecture(submitted(), user=UserFactory(role=role))
    assert says(error, "没有审核权限")


def test_nobody_reviews_an_own_record():
    reviewer = UserFactory(role=Role.FEDERATION)
    lecture = submitted(created_by=reviewer)
    with pytest.raises(ValidationError) as error:
        accept_lecture(lecture, user=reviewer)
    assert says(error, "不能审核本人登记或提交的记录")


def test_the_second_reviewer_reads_who_was_first():
    lecture = submitted()
    first = UserFactory(name="王审核")
    accept_lecture(lecture, user=first)
    with pytest.raises(ValidationError) as error:
        return_lecture(lecture, user=UserFactory(), reason="晚了")
    assert says(error, "已由 王审核 于")


def test_only_accepted_records_are_archived():
    with pytest.raises(ValidationError):
        archive_lecture(submitted(), user=UserFactory())
    assert (
        archive_lecture(accepted(), user=UserFactory()).state == LectureState.ARCHIVED
    )


def test_deleting_a_draft_takes_its_issue_and_files(
    user, media, django_capture_on_commit_callbacks
):
    series = SeriesFactory()
    lecture = save_lecture(
        new_lecture(), user=user, new_issue=(series, 1), photos=[upload()]
    )
    with django_capture_on_commit_callbacks(execute=True):
        delete_draft(lecture)
    assert not Lecture.objects.exists()
    assert not Issue.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_only_drafts_are_deleted():
    for lecture in (submitted(), accepted(), returned()):
        with pytest.raises(ValidationError):
            delete_draft(lecture)


def test_photos_are_limited_and_never_doubled(user):
    lecture = LectureFactory()
    with pytest.raises(ValidationError) as error:
        add_photos(lecture, [upload(n) for n in range(10)])
    assert says(error, "一次最多上传 9 张，本次选择了 10 张。")
    add_photos(lecture, [upload(1)])
    with pytest.raises(ValidationError) as error:
        add_photos(lecture, [upload(1)])
    assert says(error, "已在本场活动中上传过")
    remove_photo(lecture.photos.get())
    assert not lecture.photos.exists()


def test_names_alone_give_the_numbers(user):
    first, second, third = MemberFactory.create_batch(3)
    roll = {first.pk: "present", second.pk: "on_leave", third.pk: "absent"}
    lecture = save_lecture(new_lecture(present=None), user=user, roll=roll)
    counts = (lecture.expected, lecture.present, lecture.on_leave, lecture.absent)
    assert counts == (3, 1, 1, 1)
    assert lecture.attendance_basis == "names"


def test_a_reason_for_leave_survives_a_new_roll(user):
    member = MemberFactory()
    roll = {member.pk: "on_leave"}
    lecture = save_lecture(new_lecture(present=None), user=user, roll=roll)
    lecture.attendances.update(reason="出差")
    save_lecture(lecture, user=user, version=1, roll=roll)
    assert lecture.attendances.get().reason == "出差"


def test_numbers_that_differ_from_the_names_are_not_submitted(user):
    member = MemberFactory()
    lecture = save_lecture(
        new_lecture(present=None), user=user, roll={member.pk: "present"}
    )
    lecture.attendances.all().delete()
    with pytest.raises(IntegrityError, match="人数与名单不一致"):
        submit_lecture(lecture, user=user)


def test_a_plan_becomes_a_record_or_is_called_off(user):
    plan = planned()
    assert plan.state == LectureState.PLANNED
    with pytest.raises(ValidationError, match="这还是计划"):
        submit_lecture(plan, user=user)
    off = cancel_plan(plan, user=plan.created_by, reason="主讲人出差")
    assert off.state == LectureState.CANCELLED
    plan = reopen_plan(off, user=off.created_by)
    assert (plan.state, plan.cancel_reason) == (LectureState.PLANNED, "")
    for name, value in [("venue", "礼堂"), ("lecturer_name", "李红"), ("present", 9)]:
        setattr(plan, name, value)
    plan.lecturer_role = "expert"
    plan.started_at = timezone.now() - timedelta(hours=3)
    record = save_lecture(plan, user=user, version=plan.version)
    assert record.state == LectureState.DRAFT


def test_a_return_names_the_fields():
    lecture = returned(returning=["present", "venue"])
    assert lecture.return_labels == ["实到", "地点"]
    lecture = submit_lecture(lecture, user=lecture.created_by)
    assert accept_lecture(lecture, user=UserFactory()).return_fields == []


def test_a_correction_takes_the_place_of_the_record_when_accepted(user, media):
    original = accepted(photos=1, present=18)
    draft = correct_lecture(original, user=user, reason="实到多记一人")
    with pytest.raises(ValidationError, match="更正已在办理"):
        correct_lecture(original, user=user, reason="再来一次")
    draft.present = 17
    draft = save_lecture(draft, user=user, version=draft.version)
    assert corrected_values(draft) == [("实到", "18", "17")]
    original.refresh_from_db()
    assert original.state == LectureState.ACCEPTED
    remove_photo(draft.photos.get())
    assert original.photos.get().image.storage.exists(original.photos.get().image.name)
    accept_lecture(submit_lecture(draft, user=user), user=UserFactory())
    original.refresh_from_db()
    assert original.state == LectureState.SUPERSEDED
    assert [row.present for row in Lecture.objects.counted()] == [17]
