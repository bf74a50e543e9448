from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from activities.models import Application, Award, Evidence, EvidenceFile
from activities.models.application import ApplicationState
from activities.services.application import (
    delete_application,
    save_application,
    submit_application,
    withdraw_application,
)
from activities.services.application import take_step as review
from activities.services.assessment import assess, missing
from activities.services.evidence import Typed, add_files, remove_file
from activities.services.objection import answer_objection, object_to
from activities.services.seed import load_seed
from chambers.models import Role
from redleader.records.forms import EditConflictError
from tests.factories.activities import (
    ApplicationFactory,
    AwardFactory,
    CriterionFactory,
    ObjectionFactory,
    SchemeLevelFactory,
    SchemeVersionFactory,
    SiteFactory,
    accepted,
    application_at,
    indicator,
    upload,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, UserFactory

pytestmark = pytest.mark.django_db
PAPER = {"document_number": "杭联〔2026〕8号", "document_on": date(2026, 3, 2)}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def code_of(caught):
    return getattr(caught.value, "code", None)


@pytest.fixture
def level():
    """A level that asks for one lecture, a text and a paper."""
    version = SchemeVersionFactory(is_open=True)
    good = CriterionFactory(version=version, name="政治引领好")
    indicator(
        version,
        parent=good,
        name="讲堂",
        proof="count",
        rule="lectures-held",
        target=1,
        number=1,
    )
    indicator(version, parent=good, name="班子", number=2)
    indicator(version, parent=good, name="章程", proof="file", number=3)
    indicator(version, parent=good, name="审计", proof="file", is_required=False)
    today = timezone.localdate()
    return SchemeLevelFactory(
        version=version,
        cycle_start=today - timedelta(days=300),
        cycle_end=today + timedelta(days=60),
    )


def complete(level):
    """An application that has all that is asked for."""
    application = ApplicationFactory(level=level)
    accepted(chamber=application.chamber)
    text = level.version.criteria.get(name="班子")
    application = save_application(
        application,
        user=application.created_by,
        version=application.version,
        typed={text.pk: Typed("班子健全。", None)},
    )
    paper = level.version.criteria.get(name="章程")
    add_files(application, paper, [SimpleUploadedFile("章程.pdf", PDF)])
    return application


def test_the_gap_list_says_what_is_missing_and_how_much(level):
    chamber = ChamberFactory()

    (good,) = assess(level, chamber)

    gaps = {row.criterion.name: row.gap for row in good.standings}
    assert gaps == {
        "讲堂": "还差 1 场",
        "班子": "还没有填写说明",
        "章程": "还没有上传材料",
        "审计": "还没有上传材料",
    }
    assert [row.criterion.name for row in missing([good])] == ["讲堂", "班子", "章程"]
    assert good.met == 0


def test_evidence_fills_itself_from_accepted_records(level):
    chamber = ChamberFactory()
    accepted(chamber=chamber)
    accepted(chamber=chamber, kind="hall")
    accepted()  # another chamber's

    (good,) = assess(level, chamber)
    (lectures, *_) = good.standings

    assert (lectures.value, lectures.is_met, lectures.words) == (2, True, "2 场")


def test_records_before_the_cycle_do_not_count(level):
    chamber = ChamberFactory()
    accepted(chamber=chamber, started_at=timezone.now() - timedelta(days=330))

    (good,) = assess(level, chamber)

    assert good.standings[0].value == 0


def test_submission_keeps_the_value_of_its_day(level):
    application = complete(level)

    submit_application(application, user=application.created_by)
    accepted(chamber=application.chamber)

    application.refresh_from_db()
    (good,) = assess(level, application.chamber, application)
    lectures = good.standings[0]
    assert (lectures.submitted_value, lectures.value) == (1, 2)
    assert lectures.has_moved
    assert application.state == "submitted"
    step = application.steps.get()
    assert (step.before, step.state, step.by) == (
        "draft",
        "submitted",
        application.created_by,
    )


def test_submission_waits_for_every_required_indicator(level):
    application = ApplicationFactory(level=level)

    with pytest.raises(ValidationError) as caught:
        submit_application(application, user=application.created_by)

    assert code_of(caught) == "missing"
    (text,) = caught.value.messages
    assert text == (
        "必备指标还没有达到：讲堂（还差 1 场）；班子（还没有填写说明）；"
        "章程（还没有上传材料）。"
    )


def test_submission_needs_a_statement():
    application = ApplicationFactory(statement="")

    with pytest.raises(ValidationError) as caught:
        submit_application(application, user=application.created_by)

    assert code_of(caught) == "no_statement"


def test_a_title_that_is_not_open_takes_no_application():
    level = SchemeLevelFactory(version__is_open=False)
    application = Application(level=level, chamber=ChamberFactory())

    with pytest.raises(ValidationError) as caught:
        save_application(application, user=UserFactory())

    assert code_of(caught) == "not_open"


def test_a_returned_application_may_be_mended_after_the_deadline():
    application = application_at("returned")
    version = application.level.version
    version.apply_until = timezone.localdate() - timedelta(days=1)
    version.save()

    again = submit_application(application, user=application.created_by)

    assert (again.state, again.return_reason) == ("submitted", "")


def test_a_stale_form_changes_nothing(level):
    application = ApplicationFactory(level=level)
    opened = application.version
    save_application(application, user=application.created_by, version=opened)
    other = Application.objects.get(pk=application.pk)
    other.statement = "晚到的总结。"

    with pytest.raises(EditConflictError):
        save_application(other, user=application.created_by, version=opened)

    application.refresh_from_db()
    assert application.statement == "本周期各项工作总结。"


def test_untouched_indicators_leave_no_row(level):
    application = ApplicationFactory(level=level)
    criterion = level.version.criteria.get(name="班子")

    save_application(
        application,
        user=application.created_by,
        version=1,
        typed={criterion.pk: Typed()},
    )

    assert not Evidence.objects.exists()


def test_papers_are_pictures_or_pdf_and_kept_once(level):
    application = ApplicationFactory(level=level)
    criterion = level.version.criteria.get(name="章程")
    add_files(application, criterion, [SimpleUploadedFile("章程.pdf", PDF), upload(1)])

    with pytest.raises(ValidationError, match="已在这项指标下上传过"):
        add_files(application, criterion, [SimpleUploadedFile("另名.pdf", PDF)])

    assert list(EvidenceFile.objects.values_list("is_pdf", flat=True)) == [True, False]


def test_an_indicator_takes_ten_papers(level):
    application = ApplicationFactory(level=level)
    criterion = level.version.criteria.get(name="章程")

    with pytest.raises(ValidationError, match="每项指标最多 10 份材料"):
        add_files(application, criterion, [upload(n) for n in range(11)])

    assert not EvidenceFile.objects.exists()


def test_a_paper_goes_with_its_file(level, django_capture_on_commit_callbacks):
    application = ApplicationFactory(level=level)
    criterion = level.version.criteria.get(name="章程")
    (file,) = add_files(application, criterion, [SimpleUploadedFile("章程.pdf", PDF)])
    assert file.file.storage.exists(file.file.name)

    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file)

    assert not file.file.storage.exists(file.file.name)


def test_only_an_untouched_draft_is_deleted(level):
    application = ApplicationFactory(level=level)
    delete_application(application)
    assert not Application.objects.exists()

    withdrawn = application_at("submitted")
    withdraw_application(withdrawn, user=withdrawn.created_by)
    with pytest.raises(ValidationError) as caught:
        delete_application(withdrawn)
    assert code_of(caught) == "closed"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SECRETARY])
def test_review_needs_the_right(role):
    application = application_at("submitted")

    with pytest.raises(ValidationError) as caught:
        review(application, to="county", user=UserFactory(role=role))

    assert code_of(caught) == "no_right"


@pytest.mark.parametrize("name", ["created_by", "submitted_by"])
def test_nobody_reviews_what_he_wrote_or_handed_in(name):
    staff = UserFactory()
    application = ApplicationFactory(
        created_by=staff if name == "created_by" else UserFactory(role="secretary")
    )
    submitter = staff if name == "submitted_by" else UserFactory(role="secretary")
    application = submit_application(application, user=submitter)

    for act in (
        lambda: review(application, to="county", user=staff),
        lambda: review(application, to="failed", user=staff, reason="条件不足。"),
        lambda: review(
            application, to="returned", user=staff, reason="补正。", criteria=[]
        ),
    ):
        with pytest.raises(ValidationError, match="不能审核本人登记或提交的记录。"):
            act()


def test_the_whole_ladder_of_a_national_title_ends_in_an_award():
    kinds = ["site"]
    level = SchemeLevelFactory(
        level="national", title="全国示范基地", version__recipient_kinds=kinds
    )
    site = SiteFactory()

    application = application_at("recognised", level=level, site=site)

    award = Award.objects.get()
    assert application.award == award
    assert (award.recipient, award.title, award.level) == (
        site,
        "全国示范基地",
        "national",
    )
    assert award.granted_on == application.decided_on
    assert award.valid_until == level.valid_until
    assert [step.state for step in application.steps.all()] == [
        "submitted",
        "county",
        "city",
        "province",
        "nation",
        "publicity",
        "recognised",
    ]
    assert all(
        step.document_number and step.document_on
        for step in application.steps.all()[2:]
    )


def test_a_second_reviewer_reads_who_was_first():
    application = application_at("submitted")
    first, second = UserFactory(name="王审核"), UserFactory()
    review(application, to="county", user=first)

    with pytest.raises(ValidationError, match="已由 王审核 于") as caught:
        review(
            application,
            to="failed",
            user=second,
            reason="条件不足。",
            version=application.version,
        )

    assert code_of(caught) == "already_done"


def test_publicity_lasts_working_days_of_the_holiday_table():
    load_seed()
    application = application_at("county")

    application = review(
        application,
        to="publicity",
        user=UserFactory(),
        first=date(2026, 9, 28),
        **PAPER,
    )

    assert application.publicity_until == date(2026, 10, 9)


def test_recognition_waits_for_the_end_of_publicity():
    application = application_at("publicity", days_ago=0)

    with pytest.raises(ValidationError, match="公示期满后才能认定"):
        review(
            application,
            to="recognised",
            user=UserFactory(),
            document_number="杭联〔2026〕9号",
            document_on=timezone.localdate(),
        )

    assert not Award.objects.exists()


def test_recognition_waits_for_answers_to_objections():
    application = application_at("publicity")
    objection = ObjectionFactory(application=application)
    staff = UserFactory()
    paper = {"document_number": "9号", "document_on": timezone.localdate()}

    with pytest.raises(IntegrityError, match="还有异议没有答复"), transaction.atomic():
        review(application, to="recognised", user=staff, **paper)
    answer_objection(objection, user=staff, outcome="rejected", answer="已核实。")

    assert (
        review(application, to="recognised", user=staff, **paper).state == "recognised"
    )


def test_recognition_is_not_dated_ahead():
    with pytest.raises(ValidationError, match="认定日期不能晚于今天"):
        review(
            application_at("publicity"),
            to="recognised",
            user=UserFactory(),
            document_number="9号",
            document_on=timezone.localdate() + timedelta(days=1),
        )


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (date(2025, 12, 31), "公示起（2025-12-31）早于周期起（2026-01-01），请核对。"),
        (date(2099, 1, 1), "公示起不能晚于 30 天以后，请核对年份。"),
    ],
)
def test_publicity_outside_the_cycle_is_refused(first, said):
    application = application_at("county")

    with pytest.raises(ValidationError) as caught:
        review(application, to="publicity", user=UserFactory(), first=first, **PAPER)

    assert caught.value.message_dict == {"first": [said]}
    application.refresh_from_db()
    assert application.state == "county"


def test_a_paper_from_before_the_cycle_is_refused():
    application = application_at("county", level=SchemeLevelFactory(level="city"))
    paper = PAPER | {"document_on": date(2025, 12, 31)}

    with pytest.raises(ValidationError, match="早于周期起"):
        review(application, to="city", user=UserFactory(), **paper)

    assert application.steps.count() == 2


def test_a_second_recognition_renews_the_first_and_keeps_it():
    level = SchemeLevelFactory()
    chamber = ChamberFactory()
    old = AwardFactory(
        version=SchemeVersionFactory(scheme=level.version.scheme, label="2022年版"),
        chamber=chamber,
        level="county",
        granted_on=date(2023, 1, 1),
        valid_until=date(2024, 12, 31),
    )
    AwardFactory(chamber=chamber, level="county", granted_on=date(2023, 1, 1))

    application = application_at("recognised", level=level, chamber=chamber)

    assert application.award.renews == old
    assert Award.objects.on().get(pk=old.pk).state == "renewed"


def test_an_answer_is_given_once():
    objection = ObjectionFactory()
    answer_objection(
        objection, user=UserFactory(), outcome="rejected", answer="已核实。"
    )

    with pytest.raises(ValidationError, match="处理"):
        answer_objection(
            objection, user=UserFactory(), outcome="upheld", answer="改判。"
        )


def test_an_objection_comes_too_late_after_the_last_day():
    objection = ObjectionFactory.build(application=application_at("publicity"))

    with pytest.raises(ValidationError, match="公示期已结束"):
        object_to(objection)


def test_points_are_bounded_by_the_database_too():
    row = Evidence(points=Decimal(-1))

    with pytest.raises(ValidationError):
        row.full_clean()


def test_branches_apply_for_themselves():
    level = SchemeLevelFactory(version__recipient_kinds=["branch"])
    branch = BranchFactory()

    application = application_at("recognised", level=level, branch=branch)

    assert application.award.branch == branch
    assert ApplicationState(application.state).label == "认定"
