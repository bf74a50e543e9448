"""The history leaves nothing out, and the application cannot touch it."""

from datetime import date
from decimal import Decimal

import pghistory
import pgtrigger
import psycopg2
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pghistory.models import Event

from activities.models import (
    Application,
    ApplicationStep,
    Attendance,
    Award,
    Baseline,
    CaseMediator,
    CasePaper,
    CaseParty,
    CaseSession,
    CaseVisit,
    Certificate,
    CertificateTemplate,
    CharityActivity,
    CommitteeSeat,
    ContactActivity,
    ContactAssignment,
    ContactDuty,
    Course,
    Criterion,
    Deadlines,
    Demand,
    DisputeKind,
    Donation,
    ErrorReport,
    Evidence,
    EvidenceFile,
    ExportLog,
    Fund,
    FundEntry,
    Holiday,
    Issue,
    KeyIndustry,
    Lead,
    LeadTarget,
    Lecture,
    LockedNumber,
    LockedRow,
    MediationAccess,
    MediationCase,
    MediationCommittee,
    MediationRequest,
    Mediator,
    MeetingRequirement,
    Objection,
    OfficialFigure,
    Pairing,
    PairingProgramme,
    PairingProject,
    Photo,
    Practice,
    PracticeItem,
    PracticeResult,
    Project,
    ProjectEntry,
    PromotionEvent,
    QuarterLock,
    ReportTemplate,
    RequirementExemption,
    Scheme,
    SchemeLevel,
    SchemeVersion,
    Series,
    Site,
    Tally,
)
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
    PasswordHistory,
    Region,
    Role,
    User,
)
from redleader import database
from redleader.records.forms import check_deferred_constraints
from redleader.records.history import changes, last_change
from redleader.records.search import SEARCH_COLUMNS
from redleader.records.steps import Step
from tests.factories import of_model
from tests.factories.activities import LectureFactory, MediatorFactory
from tests.factories.chambers import (
    ChamberFactory,
    EnterpriseFactory,
    MemberFactory,
    RegionFactory,
    UserFactory,
)
from tests.rules import models, refused

pytestmark = pytest.mark.django_db

# What a test changes in a row of each model.
CHANGES = {
    AnnualInspection: lambda: {"result": "failed"},
    Application: lambda: {"statement": "另一总结"},
    Appointment: lambda: {"post": "vice_president"},
    Attendance: lambda: {"status": "absent"},
    Award: lambda: {"title": "另一称号"},
    Baseline: lambda: {"document": "另一文件"},
    Branch: lambda: {"name": "另一党支部"},
    BranchCoverage: lambda: {"chamber_id": ChamberFactory().pk},
    BranchTerm: lambda: {"due_on": date(2027, 6, 1)},
    CaseMediator: lambda: {"mediator_id": MediatorFactory().pk},
    CasePaper: lambda: {"name": "另一份.pdf"},
    CaseParty: lambda: {"name": "另一公司"},
    CaseSession: lambda: {"place": "另一地点"},
    CaseVisit: lambda: {"result": "另一情况"},
    Certificate: lambda: {"issued_on": date(2025, 1, 1)},
    CertificateTemplate: lambda: {"heading": "登记证明"},
    Chamber: lambda: {"name": "另一商会"},
    ChamberTerm: lambda: {"due_on": date(2028, 6, 1)},
    CommitteeSeat: lambda: {"is_head": True},
    Consent: lambda: {"document": "另一依据"},
    Course: lambda: {"name": "另一课"},
    Criterion: lambda: {"name": "另一好"},
    Deadlines: lambda: {"record_days": 5},
    DisputeKind: lambda: {"name": "另一类"},
    CharityActivity: lambda: {"title": "另一活动"},
    Donation: lambda: {"recipient": "另一学校"},
    ContactActivity: lambda: {"summary": "另一内容"},
    ContactAssignment: lambda: {"post": "另一职务"},
    ContactDuty: lambda: {"times": 2},
    Demand: lambda: {"title": "另一诉求"},
    ErrorReport: lambda: {"is_demo": True},
    Enterprise: lambda: {"name": "另一企业"},
    Evidence: lambda: {"text": "另一说明"},
    EvidenceFile: lambda: {"name": "另一份.pdf"},
    Fund: lambda: {"purpose": "另一用途"},
    FundEntry: lambda: {"purpose": "另一摘要"},
    Holiday: lambda: {"name": "另一假日"},
    KeyIndustry: lambda: {"name": "另一产业"},
    Lead: lambda: {"title": "另一信息"},
    LeadTarget: lambda: {"target": 30},
    Lecture: lambda: {"topic": "另一讲"},
    MediationAccess: lambda: {"ended_on": date(2027, 1, 1)},
    MediationCase: lambda: {"summary": "另一纠纷"},
    MediationCommittee: lambda: {"name": "另一调委会"},
    MediationRequest: lambda: {"content": "另一内容"},
    Mediator: lambda: {"name": "另一调解员"},
    Member: lambda: {"name": "另一人"},
    MemberMerge: lambda: {"kept_id": MemberFactory().pk},
    MeetingRequirement: lambda: {"minimum": 2},
    Membership: lambda: {"ended_on": date(2025, 1, 1)},
    Objection: lambda: {"name": "另一人"},
    Pairing: lambda: {"areas": "另一内容"},
    PairingProgramme: lambda: {"name": "另一行动"},
    PairingProject: lambda: {"jobs": 9},
    Project: lambda: {"investor": "另一公司"},
    ProjectEntry: lambda: {"jobs": 9},
    PromotionEvent: lambda: {"place": "另一城市"},
    OfficialFigure: lambda: {"value": Decimal(28)},
    Photo: lambda: {"is_public": True},
    Practice: lambda: {"name": "另一做法"},
    PracticeItem: lambda: {"name": "统一价格"},
    PracticeResult: lambda: {"value": "15%左右"},
    Region: lambda: {"name": "另一镇"},
    ReportTemplate: lambda: {"name": "另一张表"},
    RequirementExemption: lambda: {"reason": "支部撤并"},
    Scheme: lambda: {"name": "另一荣誉"},
    SchemeLevel: lambda: {"title": "另一称号"},
    SchemeVersion: lambda: {"label": "2026年版"},
    Series: lambda: {"name": "另一讲堂"},
    Site: lambda: {"name": "另一基地"},
    User: lambda: {"name": "另一用户"},
}
# No column of these may ever change; a trigger refuses it.
STEPS = {model for model in models() if issubclass(model, Step)}
NEVER_UPDATED = {ApplicationStep, Issue} | STEPS
# What is left out of the history, with the reason.
UNTRACKED = {
    Award: {"renewed_on", "roll_key"},  # kept by triggers, from rows that are tracked
    Project: {"paid_in", "jobs", "has_entry"},  # the same, from the entries
    User: {"password", "last_login"},  # a secret, and the noise of each sign-in
    ReportTemplate: {"content"},  # a file
    MemberMerge: {"changes"},  # personal values, cleared when a person is erased
}
# The key of a row that is made again; the others get their next number.
KEYS = {Region: "350823999", Deadlines: 1}
WITHOUT_CHILDREN = {
    Branch: {"kind": "functional", "chambers": []},
    MediationCase: {"sides": []},
}

# What never changes once it is written needs no history.
BOOKS = {
    Erasure,
    ExportLog,
    LockedNumber,
    LockedRow,
    PasswordHistory,  # a secret
    QuarterLock,
    Tally,  # sums of rows that have their own history
}
TRACKED = sorted(set(models()) - BOOKS, key=lambda model: model.__name__)
UPDATED = [model for model in TRACKED if model not in NEVER_UPDATED]
EVENTS = sorted(
    (model for model in apps.get_models() if issubclass(model, Event)),
    key=lambda model: model.__name__,
)
each_tracked = pytest.mark.parametrize("model", TRACKED)
each_updated = pytest.mark.parametrize("model", UPDATED)
each_events = pytest.mark.parametrize("events", EVENTS)


@pytest.fixture(autouse=True)
def no_case_without_parties(db):
    """No transaction may leave one behind, and here cases are made alone."""
    yield
    MediationCase.objects.filter(parties=None).delete()


def make(model):
    return of_model(model, **WITHOUT_CHILDREN.get(model, {}))


def labels(row):
    """Return what happened to a row, also when it is gone."""
    events = type(row)._meta.get_field("events").related_model
    rows = events.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    return list(rows.values_list("pgh_label", flat=True))


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@each_tracked
def test_every_model_is_tracked_in_every_column(model):
    events = model._meta.get_field("events").related_model
    kept = {field.name for field in events._meta.concrete_fields}
    columns = {field.name for field in model._meta.concrete_fields}

    left_out = columns - kept - set(SEARCH_COLUMNS)

    assert left_out == UNTRACKED.get(model, set())


def test_every_tracked_model_is_changed_by_these_tests():
    assert set(CHANGES) | NEVER_UPDATED == set(TRACKED)
    assert len(EVENTS) == len(TRACKED)


@each_tracked
def test_insert_and_delete_leave_a_row(model):
    row = make(model)
    key = row.pk
    if model in STEPS:
        assert "不能改动或删除" in str(refused(row.delete))
        return

    row.delete()

    row.pk = key
    assert labels(row) == ["insert", "delete"]


@each_updated
def test_save_leaves_a_row_with_the_new_value(model):
    row = make(model)
    fields = CHANGES[model]()
    for name, value in fields.items():
        setattr(row, name, value)

    row.save()

    assert labels(row) == ["insert", "update"]
    newest = row.events.order_by("pgh_id").last()
    assert {name: getattr(newest, name) for name in fields} == fields


@each_updated
def test_queryset_update_leaves_a_row(model):
    row = make(model)

    model._base_manager.filter(pk=row.pk).update(**CHANGES[model]())

    assert labels(row) == ["insert", "update"]


@each_updated
def test_raw_update_and_delete_leave_a_row(model):
    row = make(model)
    [(name, value)] = CHANGES[model]().items()
    table, key = model._meta.db_table, model._meta.pk.column

    sql(f'UPDATE {table} SET "{name}" = %s WHERE "{key}" = %s', value, row.pk)
    sql(f'DELETE FROM {table} WHERE "{key}" = %s', row.pk)

    assert labels(row) == ["insert", "update", "delete"]


@each_tracked
def test_bulk_create_leaves_a_row(model):
    row = make(model)
    if model in STEPS:
        row.pk, row.number = None, 99
    else:
        row.delete()
        row.pk = KEYS.get(model)
    before = labels(row)

    model._base_manager.bulk_create([row])

    assert labels(row) == [*before, "insert"]


def test_raw_insert_leaves_a_row_signed_by_the_role():
    sql(
        "INSERT INTO chambers_region (code, name, level, search_text, search_grams,"
        " sort_key) VALUES ('35', '福建省', 'province', '', '{}', '')"
    )

    change = last_change(Region.objects.get(code="35"))
    assert (change.who, change.what, change.address) == ("redleader", "新建", "")


def test_update_that_changes_nothing_leaves_no_row():
    row = RegionFactory()

    row.save()

    assert labels(row) == ["insert"]


# Who, and from where.


@pytest.fixture
def administrator():
    return UserFactory(role=Role.ADMINISTRATOR, name="张管理", username="zhang")


def test_request_signs_the_event_with_person_and_address(administrator, sign_in):
    client = sign_in(administrator)

    answer = client.post(
        reverse("admin:chambers_enterprise_add"),
        {"name": "新企业", "credit_code": "", "township": ""},
        REMOTE_ADDR="192.0.2.7",
    )

    assert answer.status_code == 302
    context = Enterprise.objects.get(name="新企业").events.get().pgh_context
    assert context["name"] == "张管理（zhang）"
    assert context["address"] == "192.0.2.7"
    assert context["user"] == administrator.pk


@pytest.mark.django_db(transaction=True)
def test_person_of_one_request_does_not_sign_what_follows(administrator, sign_in):
    address = reverse("admin:chambers_enterprise_add")
    sign_in(administrator).post(address, {"name": "新企业"})

    row = RegionFactory()

    assert last_change(Enterprise.objects.get()).who == "张管理（zhang）"
    assert last_change(row).who == "redleader"


def test_history_reads_old_and_new_values(administrator):
    chamber = ChamberFactory(name="红土商会", trades=["A"])
    chamber.state = "preparing"
    chamber.trades = ["A", "C"]
    with pghistory.context(name="张管理（zhang）", address="192.0.2.7"):
        chamber.save()

    newest, oldest = changes(chamber)

    assert (newest.who, newest.address, newest.what) == (
        "张管理（zhang）",
        "192.0.2.7",
        "修改",
    )
    assert newest.values == [
        ("涉及行业", "农、林、牧、渔业", "农、林、牧、渔业、制造业"),
        ("状态", "正常", "筹备中"),
    ]
    assert oldest.what == "新建"
    assert ("商会名称", "", "红土商会") in oldest.values


def test_history_has_no_password():
    user = UserFactory()
    user.set_password("made-up words")
    user.save()

    assert "password" not in {label for label, *_ in last_change(user).values}
    assert not hasattr(user.events.last(), "password")


# What the application's own role may not do.


def forbidden(statement):
    """Run a statement that must fail; return the state of the error."""

    @transaction.atomic
    def run():
        sql(statement)

    with pytest.raises(DatabaseError) as error:
        run()
    return error.value.__cause__.pgcode


NO_RIGHT = "42501"


def test_tests_run_as_the_application():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, session_user, rolsuper, rolcreaterole, rolcreatedb"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("redleader", "redleader", False, False, False)


@each_events
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET pgh_label = 'other'",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "INSERT INTO {table} SELECT * FROM {table}",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table}",
    ],
)
def test_application_cannot_change_the_history(events, statement):
    assert forbidden(statement.format(table=events._meta.db_table)) == NO_RIGHT


@each_tracked
def test_application_cannot_switch_the_triggers_off(model):
    table = model._meta.db_table

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgfoid::regproc::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid = %s::regclass",
            [table],
        )
        names = cursor.fetchall()

    assert len(names) >= 3
    assert forbidden(f"ALTER TABLE {table} DISABLE TRIGGER ALL") == NO_RIGHT
    assert forbidden(f"TRUNCATE {table} CASCADE") == NO_RIGHT
    for name, function in names:
        assert forbidden(f"DROP TRIGGER {name} ON {table}") == NO_RIGHT
        assert forbidden(f"ALTER TABLE {table} DISABLE TRIGGER {name}") == NO_RIGHT
        assert forbidden(f"DROP FUNCTION {function}() CASCADE") == NO_RIGHT


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "SET ROLE redleader_owner",
        "SET SESSION AUTHORIZATION redleader_owner",
        "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name)"
        " RETURNS boolean AS 'SELECT true' LANGUAGE sql",
        "ALTER FUNCTION _pgtrigger_should_ignore(name) OWNER TO redleader",
        "DELETE FROM django_migrations",
        "DROP FUNCTION credit_code_is_valid(text) CASCADE",
        "ALTER TABLE chambers_user ADD COLUMN extra text",
    ],
)
def test_application_cannot_become_more(statement):
    assert forbidden(statement) == NO_RIGHT


@pytest.mark.parametrize("name", ["update_update", "insert_insert", "delete_delete"])
def test_application_cannot_ignore_a_trigger_by_its_name(name):
    with pgtrigger.ignore(f"chambers.Enterprise:{name}"):
        row = EnterpriseFactory()
        Enterprise.objects.filter(pk=row.pk).update(name="悄悄改名")
        Enterprise.objects.filter(pk=row.pk).delete()

    assert labels(row) == ["insert", "update", "delete"]


def test_application_cannot_ignore_all_triggers():
    lecture = LectureFactory()

    with pgtrigger.ignore():
        row = EnterpriseFactory()
        rows = Lecture.objects.filter(pk=lecture.pk)
        error = refused(lambda: rows.update(state="accepted"))

    assert labels(row) == ["insert"]
    assert "记录的状态已经改变" in str(error)


# A temporary table of the same name comes first where the search path is open.


@pytest.fixture
def shadow():
    """Return a function that makes an empty temporary twin of a table."""
    made = []

    def make_twin(table):
        sql(f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING ALL)")
        sql(f"GRANT ALL ON pg_temp.{table} TO PUBLIC")
        made.append(table)

    yield make_twin
    for table in made:
        sql(f"DROP TABLE IF EXISTS pg_temp.{table}")


def test_application_cannot_catch_events_in_a_table_of_its_own(shadow):
    shadow("chambers_enterpriseevent")
    row = EnterpriseFactory()

    sql("DROP TABLE pg_temp.chambers_enterpriseevent")

    assert labels(row) == ["insert"]


def test_application_cannot_hide_the_rows_that_a_rule_looks_at(shadow):
    branch = of_model(Branch)
    check_deferred_constraints()
    shadow("chambers_branchcoverage")
    sql(
        "INSERT INTO pg_temp.chambers_branchcoverage"
        " SELECT * FROM public.chambers_branchcoverage"
    )

    error = refused(
        lambda: sql(
            "DELETE FROM public.chambers_branchcoverage WHERE branch_id = %s", branch.pk
        )
    )

    assert "党支部覆盖 1 个商会" in str(error)


@pytest.fixture
def owner():
    """A cursor of the owner of the tables; what it does is undone."""
    place = connection.settings_dict
    link = psycopg2.connect(
        host=place["HOST"], dbname=place["NAME"], user=database.OWNER
    )
    yield link.cursor()
    link.rollback()
    link.close()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE chambers_regionevent SET name = ''", "DELETE FROM chambers_regionevent"],
)
def test_history_refuses_changes_of_its_owner_too(owner, statement):
    owner.execute(
        "INSERT INTO chambers_region (code, name, level, search_text, search_grams,"
        " sort_key) VALUES ('35', '福建省', 'province', '', '{}', '')"
    )

    with pytest.raises(psycopg2.Error, match=r"Cannot (update|delete)"):
        owner.execute(statement)


def test_every_trigger_is_installed_as_the_models_say():
    states = {
        trigger.get_uri(model): trigger.get_installation_status(model)
        for model, trigger in pgtrigger.registered()
    }

    assert states
    assert states == dict.fromkeys(states, ("INSTALLED", True))
