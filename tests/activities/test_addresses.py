"""Every address × actor × method; an address that is not listed here fails."""

import re
import uuid

import pytest
from django.contrib import admin
from django.urls import URLPattern, get_resolver, reverse

from activities.models import (
    Application,
    Certificate,
    Deadlines,
    ExportLog,
    Lecture,
    MediationCase,
    Mediator,
)
from activities.services.evidence import add_files
from activities.services.ledger import lock_quarter
from activities.services.mediation import add_paper
from activities.services.photo import add_photos
from chambers.models import Chamber, Role, User
from chambers.services.member import merge_members
from redleader.records.quarters import Quarter
from tests.factories.activities import (
    ApplicationFactory,
    AwardFactory,
    BaselineFactory,
    CaseSessionFactory,
    CaseVisitFactory,
    CertificateFactory,
    CertificateTemplateFactory,
    CharityActivityFactory,
    ContactActivityFactory,
    ContactAssignmentFactory,
    ContactDutyFactory,
    CourseFactory,
    DemandFactory,
    DisputeKindFactory,
    DonationFactory,
    ErrorReportFactory,
    ExportLogFactory,
    FundEntryFactory,
    FundFactory,
    HolidayFactory,
    IssueFactory,
    KeyIndustryFactory,
    LeadFactory,
    LeadTargetFactory,
    LectureFactory,
    MediationAccessFactory,
    MediationCommitteeFactory,
    MediationRequestFactory,
    MediatorFactory,
    MeetingRequirementFactory,
    ObjectionFactory,
    OfficialFigureFactory,
    PairingFactory,
    PairingProgrammeFactory,
    PairingProjectFactory,
    PracticeFactory,
    ProjectEntryFactory,
    ProjectFactory,
    PromotionEventFactory,
    ReportTemplateFactory,
    RequirementExemptionFactory,
    SeriesFactory,
    SiteFactory,
    accepted,
    application_at,
    cancelled,
    case_at,
    indicator,
    planned,
    project_at,
    submitted,
    upload,
)
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MemberFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db

# Who asks, in the order of the answers below: a stranger, the record's own
# secretary, the secretary of another chamber, the federation, the administrator.
ACTORS = ["stranger", "own", "foreign", "federation", "administrator"]
OPEN = [200] * 5
CLOSED = [404] * 5
SIGNED_IN = [302, 200, 200, 200, 200]
NO_POST = [405] * 5
NO_POST_INSIDE = [302, 405, 405, 405, 405]
NO_POST_STAFF = [302, 403, 403, 405, 405]
NO_POST_AUDIT = [302, 403, 403, 403, 405]
NO_POST_IMPORT = [302, 405, 405, 405, 403]
NO_POST_CASES = [302, 404, 404, 405, 405]
OWN = [302, 200, 404, 200, 200]
MISSING = [302, 404, 404, 404, 404]
REVIEWERS = [302, 403, 403, 200, 403]
# The secretary mediates the case, the federation is named, the administrator not.
CASE = [302, 200, 404, 200, 404]
CASE_WRONG = [302, 422, 404, 422, 404]
NAMED = [302, 403, 403, 200, 404]
NAMED_WRONG = [302, 403, 403, 422, 404]
# A file belongs to its uploader alone; views/test_importing.py has it.
IMPORT_JOB = [302, 403, 403, 404, 403]
STAFF = [302, 403, 403, 200, 200]
AUDIT = [302, 403, 403, 403, 200]
LOGIN = [200, 302, 302, 302, 302]
LEAVES = [302] * 5
NOT_SET_UP = [302, 404, 404, 404, 404]

# Name: (the keys of its address, answers to GET, answers to POST without data).
TABLE = {
    "healthz": ((), OPEN, NO_POST),
    "public:home": ((), OPEN, NO_POST),
    "public:display": ((), [302] * 5, NO_POST),
    "public:privacy": ((), OPEN, NO_POST),
    "public:accessibility": ((), OPEN, NO_POST),
    "public:robots": ((), OPEN, NO_POST),
    "public:sitemap": ((), OPEN, NO_POST),
    "public:site-share": ((), OPEN, NO_POST),
    "public:chamber-share": (("chamber",), OPEN, NO_POST),
    "public:lecture-share": (("accepted",), OPEN, NO_POST),
    "public:search": ((), OPEN, NO_POST),
    "public:honour-list": ((), OPEN, NO_POST),
    "public:honour-poster": ((), OPEN, NO_POST),
    "public:practice-list": ((), OPEN, NO_POST),
    "public:practice-detail": (("practice",), OPEN, NO_POST),
    "public:chamber-list": ((), OPEN, NO_POST),
    "public:chamber-detail": (("chamber",), OPEN, NO_POST),
    "public:chamber-logo": (("chamber",), CLOSED, NO_POST),
    "public:lecture-list": ((), OPEN, NO_POST),
    "public:lecture-detail": (("accepted",), OPEN, NO_POST),
    "public:lecture-calendar": ((), OPEN, NO_POST),
    "public:lecture-feed": ((), OPEN, NO_POST),
    "public:calendar-county": ((), OPEN, NO_POST),
    "public:calendar-chamber": (("chamber",), OPEN, NO_POST),
    "public:calendar-branch": (("branch",), OPEN, NO_POST),
    "public:series-detail": (("series",), OPEN, NO_POST),
    "public:course-list": ((), OPEN, NO_POST),
    "public:course-detail": (("course",), OPEN, NO_POST),
    "public:site-list": ((), OPEN, NO_POST),
    "public:site-detail": (("site",), OPEN, NO_POST),
    "public:photo": (("photo", "thumbnail"), [404, 200, 404, 200, 200], NO_POST),
    "public:figure-list": ((), OPEN, NO_POST),
    "public:pairing-list": ((), OPEN, NO_POST),
    "public:rule-list": ((), OPEN, NO_POST),
    "public:rule-detail": (("members",), OPEN, NO_POST),
    "workbench:briefing-create": ((), STAFF, [302, 403, 403, 422, 422]),
    "workbench:template-list": ((), STAFF, [302, 403, 403, 422, 422]),
    "workbench:placeholder-list": ((), STAFF, NO_POST_STAFF),
    "workbench:template-default": ((), STAFF, NO_POST_STAFF),
    "workbench:template-detail": (("form",), STAFF, [302, 403, 403, 422, 422]),
    "workbench:template-file": (("form",), STAFF, NO_POST_STAFF),
    "workbench:template-delete": (("form",), STAFF, [302, 403, 403, 302, 302]),
    "workbench:report-list": ((), STAFF, NO_POST_STAFF),
    "workbench:report-detail": (("lead_report",), STAFF, NO_POST_STAFF),
    "workbench:report-export": (("lead_report",), STAFF, NO_POST_STAFF),
    "workbench:quarter-list": ((), STAFF, NO_POST_STAFF),
    "workbench:quarter-detail": (("quarter",), STAFF, [302, 403, 403, 422, 403]),
    "workbench:quarter-export": (("quarter",), STAFF, NO_POST_STAFF),
    "workbench:quarter-edits": (("locked", "members"), STAFF, NO_POST_STAFF),
    "public:honour-export": ((), OPEN, NO_POST),
    "public:verify-form": ((), OPEN, NO_POST),
    "public:verify": (("certificate",), OPEN, NO_POST),
    "public:credential": (("certificate",), OPEN, NO_POST),
    "public:issuer": ((), OPEN, NO_POST),
    "public:status-list": (("list",), OPEN, NO_POST),
    "workbench:desk": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:audit-list": ((), AUDIT, NO_POST_AUDIT),
    "workbench:audit-object": (("noun", "chamber"), AUDIT, NO_POST_AUDIT),
    "workbench:role-matrix": ((), STAFF, NO_POST_STAFF),
    "workbench:style": ((), STAFF, NO_POST_STAFF),
    "workbench:handover": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:search": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:calendar": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:lecture-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:lecture-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:lecture-detail": (("draft",), OWN, NO_POST_INSIDE),
    "workbench:lecture-signin": (("draft",), OWN, NO_POST_INSIDE),
    "workbench:lecture-record": (("draft",), OWN, NO_POST_INSIDE),
    "workbench:lecture-update": (("draft",), OWN, [302, 422, 404, 422, 422]),
    "workbench:lecture-submit": (
        ("draft",),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 302],
    ),
    "workbench:lecture-withdraw": (
        ("submitted",),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 302],
    ),
    "workbench:lecture-delete": (("draft",), OWN, [302, 302, 404, 302, 302]),
    "workbench:lecture-roll": ((), NO_POST_INSIDE, SIGNED_IN),
    "workbench:lecture-roll-of": (("draft",), NO_POST_INSIDE, OWN),
    "workbench:lecture-correct": (("accepted",), OWN, [302, 422, 404, 422, 422]),
    "workbench:draft-keep": (("key",), NO_POST_INSIDE, [302, 400, 400, 400, 400]),
    "workbench:draft-drop": (("key",), NO_POST_INSIDE, [302, 204, 204, 204, 204]),
    "workbench:photo-add": (("draft",), NO_POST_INSIDE, [302, 422, 404, 422, 422]),
    "workbench:photo-delete": (
        ("draft", "photo"),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 302],
    ),
    "workbench:meeting-summary": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:meeting-detail": (("branch", "assembly"), OWN, NO_POST_INSIDE),
    "workbench:plan": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:plan-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:plan-update": (("planned",), OWN, [302, 422, 404, 422, 422]),
    "workbench:plan-cancel": (("planned",), OWN, [302, 422, 404, 422, 422]),
    "workbench:plan-reopen": (
        ("cancelled",),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 302],
    ),
    "workbench:honour-desk": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:gap-list": (("level",), SIGNED_IN, NO_POST_INSIDE),
    "workbench:application-start": (
        ("level",),
        NO_POST_INSIDE,
        [302, 422, 422, 422, 422],
    ),
    "workbench:rule-rows": (("level", "members"), MISSING, NO_POST_INSIDE),
    "workbench:application-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:application-detail": (("application",), OWN, NO_POST_INSIDE),
    "workbench:application-update": (
        ("application",),
        OWN,
        [302, 409, 404, 409, 409],
    ),
    "workbench:application-submit": (
        ("application",),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 302],
    ),
    "workbench:application-withdraw": (
        ("handed_in",),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 302],
    ),
    "workbench:application-delete": (
        ("application",),
        OWN,
        [302, 302, 404, 302, 302],
    ),
    "workbench:application-step": (
        ("handed_in", "county"),
        NO_POST_INSIDE,
        [302, 403, 403, 302, 403],
    ),
    "workbench:evidence-file": (("paper",), OWN, NO_POST_INSIDE),
    "workbench:evidence-file-delete": (
        ("paper",),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 302],
    ),
    "workbench:objection-answer": (
        ("objection",),
        NO_POST_INSIDE,
        [302, 403, 403, 422, 403],
    ),
    "public:publicity-list": ((), OPEN, NO_POST),
    "public:publicity-detail": (("publicised",), OPEN, [422] * 5),
    "public:receipt-search": ((), OPEN, NO_POST),
    "public:error-report": ((), OPEN, [422] * 5),
    "public:error-receipt": (("report",), OPEN, NO_POST),
    "public:objection": (("receipt",), OPEN, NO_POST),
    "workbench:application-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:import-list": ((), [302, 200, 200, 200, 403], NO_POST_IMPORT),
    "workbench:import-file": (("honours",), REVIEWERS, [302, 403, 403, 422, 403]),
    "workbench:import-template": (("honours",), REVIEWERS, NO_POST_IMPORT),
    "workbench:import-job": (("honours", "key"), IMPORT_JOB, NO_POST_IMPORT),
    "workbench:import-marked": (("honours", "key"), IMPORT_JOB, NO_POST_IMPORT),
    "workbench:import-confirm": (
        ("honours", "key"),
        [302, 405, 405, 405, 403],
        IMPORT_JOB,
    ),
    "workbench:member-doubles": ((), STAFF, NO_POST_STAFF),
    "workbench:member-merge": (
        ("person", "twin"),
        STAFF,
        [302, 403, 403, 422, 422],
    ),
    "workbench:member-merges": ((), STAFF, NO_POST_STAFF),
    "workbench:member-merge-undo": (
        ("merge",),
        [302, 403, 403, 405, 405],
        [302, 403, 403, 302, 302],
    ),
    "workbench:pairing-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:pairing-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:pairing-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:pairing-detail": (("pairing",), OWN, NO_POST_INSIDE),
    "workbench:pairing-update": (("pairing",), OWN, [302, 422, 404, 422, 422]),
    "workbench:pairing-step": (
        ("pairing", "terminated"),
        NO_POST_INSIDE,
        [302, 422, 404, 422, 422],
    ),
    "workbench:pairing-project-create": (("pairing",), OWN, [302, 422, 404, 422, 422]),
    "workbench:pairing-project-update": (("project",), OWN, [302, 422, 404, 422, 422]),
    "workbench:pairing-project-delete": (("project",), OWN, [302, 302, 404, 302, 302]),
    "workbench:project-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:project-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:project-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:project-detail": (("return_project",), OWN, NO_POST_INSIDE),
    "workbench:project-update": (
        ("return_project",),
        OWN,
        [302, 422, 404, 422, 422],
    ),
    "workbench:project-step": (
        ("return_project", "terminated"),
        NO_POST_INSIDE,
        [302, 422, 404, 422, 422],
    ),
    "workbench:project-entry-create": (
        ("return_project",),
        OWN,
        [302, 422, 404, 422, 422],
    ),
    "workbench:project-entry-update": (("entry",), OWN, [302, 422, 404, 422, 422]),
    "workbench:project-entry-delete": (("entry",), OWN, [302, 302, 404, 302, 302]),
    "workbench:promotion-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:promotion-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:promotion-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:promotion-detail": (("promotion",), OWN, NO_POST_INSIDE),
    "workbench:promotion-update": (("promotion",), OWN, [302, 422, 404, 422, 422]),
    "public:project-list": ((), OPEN, NO_POST),
    "workbench:certificate-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:certificate-pdf": (("certificate",), OWN, NO_POST_INSIDE),
    "workbench:work-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:lead-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:lead-board": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:lead-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:lead-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:lead-detail": (("lead",), OWN, NO_POST_INSIDE),
    "workbench:lead-update": (("lead",), OWN, [302, 422, 404, 422, 422]),
    "workbench:lead-step": (
        ("lead", "valid"),
        NO_POST_INSIDE,
        [302, 403, 403, 302, 403],
    ),
    "public:lead-totals": ((), OPEN, NO_POST),
    "public:data-list": ((), OPEN, NO_POST),
    "public:data-file": (("data", "csv"), OPEN, NO_POST),
    "public:api": ((), OPEN, NO_POST),
    "public:api:api-root": ((), CLOSED, NO_POST),
    "public:api:openapi-json": ((), OPEN, NO_POST),
    "public:api:figure-list": ((), OPEN, NO_POST),
    "public:api:figure-detail": (("figure",), OPEN, NO_POST),
    "public:api:rule-list": ((), OPEN, NO_POST),
    "public:api:rule-detail": (("members",), OPEN, NO_POST),
    "public:api:chamber-list": ((), OPEN, NO_POST),
    "public:api:chamber-detail": (("chamber",), OPEN, NO_POST),
    "public:api:honour-list": ((), OPEN, NO_POST),
    "public:api:township-list": ((), OPEN, NO_POST),
    "public:mediation-list": ((), OPEN, NO_POST),
    "public:mediation-apply": ((), OPEN, [422] * 5),
    "public:mediation-receipt": (("asked-receipt",), OPEN, NO_POST),
    "workbench:mediation-list": ((), MISSING, NO_POST_INSIDE),
    "workbench:mediation-export": ((), MISSING, NO_POST_INSIDE),
    "workbench:mediation-create": ((), MISSING, MISSING),
    "workbench:mediation-detail": (("case",), CASE, NO_POST_INSIDE),
    "workbench:mediation-update": (("case",), NAMED, NAMED_WRONG),
    "workbench:mediation-step": (("case", "failed"), NO_POST_INSIDE, CASE_WRONG),
    "workbench:mediation-assign": (("case",), NAMED, NAMED_WRONG),
    "workbench:mediation-confirmation": (("agreed",), CASE, CASE_WRONG),
    "workbench:mediation-party-create": (("case",), NAMED, NAMED_WRONG),
    "workbench:mediation-party-update": (("party",), NAMED, NAMED_WRONG),
    "workbench:mediation-session-create": (("case",), CASE, CASE_WRONG),
    "workbench:mediation-session-update": (("session",), CASE, CASE_WRONG),
    "workbench:mediation-visit-create": (("agreed",), CASE, CASE_WRONG),
    "workbench:mediation-visit-update": (("visit",), CASE, CASE_WRONG),
    "workbench:mediation-paper-add": (("case",), NO_POST_INSIDE, CASE_WRONG),
    "workbench:mediation-paper": (("case-paper",), CASE, NO_POST_INSIDE),
    "workbench:mediation-paper-delete": (
        ("case-paper",),
        NO_POST_INSIDE,
        [302, 302, 404, 302, 404],
    ),
    "workbench:mediation-form": (("case", "contents"), CASE, NO_POST_INSIDE),
    "workbench:mediation-request-list": ((), MISSING, NO_POST_CASES),
    "workbench:mediation-request-register": (
        ("asked",),
        [302, 404, 404, 200, 404],
        [302, 404, 404, 422, 404],
    ),
    "workbench:mediation-request-decline": (
        ("asked",),
        [302, 404, 404, 405, 405],
        [302, 404, 404, 422, 404],
    ),
    "workbench:donation-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:donation-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:donation-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:donation-detail": (("donation",), OWN, NO_POST_INSIDE),
    "workbench:donation-update": (("donation",), OWN, [302, 422, 404, 422, 422]),
    "workbench:donation-delete": (("donation",), OWN, [302, 302, 404, 302, 302]),
    "workbench:charity-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:charity-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:charity-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:charity-detail": (("charity",), OWN, NO_POST_INSIDE),
    "workbench:charity-update": (("charity",), OWN, [302, 422, 404, 422, 422]),
    "workbench:charity-delete": (("charity",), OWN, [302, 302, 404, 302, 302]),
    "workbench:fund-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:fund-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:fund-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:fund-detail": (("fund",), OWN, NO_POST_INSIDE),
    "workbench:fund-update": (("fund",), OWN, [302, 422, 404, 422, 422]),
    "workbench:fund-entry-export": (("fund",), OWN, NO_POST_INSIDE),
    "workbench:fund-entry-create": (("fund",), OWN, [302, 422, 404, 422, 422]),
    "workbench:fund-entry-update": (("fund_entry",), OWN, [302, 422, 404, 422, 422]),
    "workbench:fund-entry-delete": (("fund_entry",), OWN, [302, 302, 404, 302, 302]),
    "public:welfare-list": ((), OPEN, NO_POST),
    "public:liaison-list": ((), OPEN, NO_POST),
    "workbench:liaison-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:liaison-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:liaison-create": ((), REVIEWERS, [302, 403, 403, 422, 403]),
    "workbench:liaison-detail": (("assignment",), OWN, NO_POST_INSIDE),
    "workbench:liaison-update": (
        ("assignment",),
        [302, 403, 403, 200, 403],
        [302, 403, 403, 422, 403],
    ),
    "workbench:contact-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:contact-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:contact-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:contact-update": (("contact",), OWN, [302, 422, 404, 422, 422]),
    "workbench:contact-delete": (("contact",), OWN, [302, 302, 404, 302, 302]),
    "workbench:demand-list": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:demand-export": ((), SIGNED_IN, NO_POST_INSIDE),
    "workbench:demand-create": ((), SIGNED_IN, [302, 422, 422, 422, 422]),
    "workbench:demand-detail": (("demand",), OWN, NO_POST_INSIDE),
    "workbench:demand-update": (("demand",), OWN, [302, 422, 404, 422, 422]),
    "workbench:demand-step": (
        ("demand", "assigned"),
        NO_POST_INSIDE,
        [302, 403, 404, 422, 403],
    ),
    "account_login": ((), LOGIN, LOGIN),
    "account_logout": ((), [302, 200, 200, 200, 200], LEAVES),
    "account_inactive": ((), OPEN, NO_POST),
    "account_change_password": ((), SIGNED_IN, SIGNED_IN),
    "account_reauthenticate": ((), SIGNED_IN, SIGNED_IN),
    "account_signup": ((), CLOSED, CLOSED),
    "account_reset_password": ((), CLOSED, CLOSED),
    "account_set_password": ((), CLOSED, CLOSED),
    "mfa_index": ((), SIGNED_IN, NO_POST_INSIDE),
    "mfa_authenticate": ((), LEAVES, LEAVES),
    "mfa_reauthenticate": ((), LEAVES, LEAVES),
    "mfa_activate_totp": ((), LEAVES, LEAVES),
    "mfa_deactivate_totp": ((), NOT_SET_UP, NOT_SET_UP),
    "mfa_view_recovery_codes": ((), NOT_SET_UP, NO_POST_INSIDE),
    "mfa_generate_recovery_codes": ((), LEAVES, LEAVES),
    "mfa_download_recovery_codes": ((), NOT_SET_UP, NOT_SET_UP),
}

EXPORTS = [name for name in TABLE if re.fullmatch(r"workbench:.*-export", name)]
# Files that hold none of our rows, or only what everybody may read.
NO_EXPORTS = {
    "workbench:import-template",
    "workbench:template-default",
    "workbench:template-file",
    "public:honour-export",
    "public:data-file",
}

# What the federation and the administrator may do with each noun in the admin.
REGISTRY = ({"view", "add", "change"}, {"view", "add", "change"})
DELETABLE = ({"view", "add", "change"}, {"view", "add", "change", "delete"})
READ = ({"view"}, {"view"})
ADMIN = {
    "chambers_region": REGISTRY,
    "chambers_enterprise": DELETABLE,
    "chambers_chamber": REGISTRY,
    "chambers_branch": REGISTRY,
    "chambers_member": DELETABLE,
    "chambers_appointment": DELETABLE,
    "chambers_user": (set(), {"view", "add", "change"}),
    "activities_baseline": DELETABLE,
    "activities_errorreport": ({"view", "change"}, {"view", "change"}),
    "activities_exportlog": (set(), {"view"}),
    "activities_series": REGISTRY,
    "activities_issue": READ,
    "activities_contactduty": REGISTRY,
    "activities_contactassignment": DELETABLE,
    "activities_contactactivity": (
        {"view", "change"},
        {"view", "change", "delete"},
    ),
    "activities_demand": ({"view", "change"}, {"view", "change"}),
    "activities_keyindustry": DELETABLE,
    "activities_lead": READ,
    "activities_leadtarget": REGISTRY,
    "activities_disputekind": DELETABLE,
    "activities_mediationcommittee": REGISTRY,
    "activities_mediator": REGISTRY,
    "activities_mediationaccess": (set(), {"view", "add", "change"}),
    "activities_lecture": ({"view", "change"}, {"view", "change"}),
    "activities_photo": ({"view", "change"}, {"view", "change"}),
    "activities_scheme": REGISTRY,
    "activities_schemeversion": REGISTRY,
    "activities_award": REGISTRY,
    "activities_holiday": DELETABLE,
    "activities_certificate": READ,
    "activities_certificatetemplate": DELETABLE,
    "activities_site": DELETABLE,
    "activities_course": DELETABLE,
    "activities_practice": DELETABLE,
    "activities_project": READ,
    "activities_promotionevent": READ,
    "activities_pairingprogramme": REGISTRY,
    "activities_fund": READ,
    "activities_donation": READ,
    "activities_charityactivity": READ,
    "activities_pairing": ({"view", "change"}, {"view", "change"}),
    "activities_officialfigure": REGISTRY,
    "activities_meetingrequirement": REGISTRY,
    "activities_requirementexemption": DELETABLE,
    "activities_deadlines": ({"view", "change"}, {"view", "change"}),
}
# The list of a noun of one row leads to that row.
SINGLE = {"activities_deadlines"}
# Pages of the admin that belong to no noun, and those that a noun adds.
ADMIN_PAGES = {
    "index": 200,
    "login": 302,
    "logout": 405,
    "password_change": 200,
    "password_change_done": 200,
    "autocomplete": 403,
    "jsi18n": 200,
}
ADMIN_STEPS = {"activities_lecture_accept", "activities_lecture_return"}
# More pages of a noun, for who may add or view it.
ADMIN_MORE = {
    "activities_schemeversion_copy": "activities_schemeversion",
    "activities_schemeversion_changes": "activities_schemeversion",
}
# Pages about certificates: the key of its row, answers to GET and to POST.
OUTSIDE = [302, 403, 403]
CERTIFICATE_PAGES = {
    "activities_award_issue": ("award", [*OUTSIDE, 405, 405], [*OUTSIDE, 302, 403]),
    "activities_certificatetemplate_pdf": (
        "template",
        [*OUTSIDE, 200, 200],
        [*OUTSIDE, 405, 405],
    ),
    "activities_certificatetemplate_png": (
        "template",
        [*OUTSIDE, 200, 200],
        [*OUTSIDE, 405, 405],
    ),
}
STOCK = {
    "changelist": "view",
    "add": "add",
    "change": "view",
    "history": "view",
    "delete": "delete",
}


def names(patterns, namespace=""):
    """Return the full name of each address, and "" for one without a name."""
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield namespace + (entry.name or "")
        elif entry.namespace == "admin":
            continue
        else:
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from names(entry.url_patterns, namespace + inner)


def admin_names():
    for entry in admin.site.urls[0]:
        if isinstance(entry, URLPattern):
            yield entry.name
        else:
            yield from (pattern.name for pattern in entry.url_patterns)


class World(dict):
    """One row of each noun and a user of each kind, made when first asked for."""

    def __missing__(self, key):
        self[key] = value = ROWS[key](self)
        return value

    @property
    def chamber(self):
        return Chamber.objects.get(pk=self["chamber"])

    def lecture(self, make):
        return make(chamber=self.chamber, created_by=self["own"]).pk

    def application(self):
        return ApplicationFactory(chamber=self.chamber, created_by=self["own"])

    def photo(self):
        (photo,) = add_photos(Lecture.objects.get(pk=self["draft"]), [upload()])
        return photo.pk

    def case(self, state):
        """A case that the secretary mediates, and a federation that is named."""
        assert self["named"]
        committee = MediationCommitteeFactory(chamber=self.chamber)
        person = Mediator.objects.filter(user=self["own"]).first()
        person = person or MediatorFactory(user=self["own"])
        return case_at(state, committee=committee, mediators=[person]).pk

    def case_paper(self):
        case = MediationCase.objects.get(pk=self["case"])
        return add_paper(case, kind="agreement", upload=upload()).pk

    def request(self):
        assert self["named"]
        return MediationRequestFactory().pk

    def award(self):
        """What it says on paper needs a template."""
        assert self["template"]
        return AwardFactory(chamber=self.chamber).pk

    def certificate(self):
        return CertificateFactory(award_id=self["award"]).code

    def paper(self):
        application = Application.objects.get(pk=self["application"])
        criterion = indicator(application.level.version, is_required=False)
        (paper,) = add_files(application, criterion, [upload()])
        return paper.pk


ROWS = {
    "chamber": lambda world: ChamberFactory().pk,
    "noun": lambda world: "chambers_chamber",
    "own": lambda world: secretary_of(world.chamber),
    "foreign": lambda world: secretary_of(ChamberFactory()),
    "federation": lambda world: UserFactory(role=Role.FEDERATION),
    "administrator": lambda world: UserFactory(role=Role.ADMINISTRATOR),
    "draft": lambda world: world.lecture(LectureFactory),
    "photo": World.photo,
    "submitted": lambda world: world.lecture(submitted),
    "accepted": lambda world: accepted(chamber=world.chamber).pk,
    "planned": lambda world: world.lecture(planned),
    "cancelled": lambda world: world.lecture(cancelled),
    "thumbnail": lambda world: "thumbnail",
    "key": lambda world: uuid.uuid4(),
    "branch": lambda world: BranchFactory(chambers=[world.chamber]).pk,
    "series": lambda world: SeriesFactory().pk,
    "course": lambda world: CourseFactory(is_public=True).pk,
    "site": lambda world: SiteFactory().pk,
    "assembly": lambda world: MeetingRequirementFactory(kind="assembly").kind,
    "application": lambda world: world.application().pk,
    "level": lambda world: world.application().level_id,
    "members": lambda world: "members",
    "data": lambda world: "chambers",
    "csv": lambda world: "csv",
    "figure": lambda world: OfficialFigureFactory().number,
    "honours": lambda world: "honours",
    "quarter": lambda world: "2025Q3",
    "lead_report": lambda world: "leads",
    "form": lambda world: ReportTemplateFactory().pk,
    "locked": lambda world: (
        lock_quarter(Quarter(2025, 2), user=world["federation"]).quarter.code
    ),
    "handed_in": lambda world: (
        application_at("submitted", chamber=world.chamber, created_by=world["own"]).pk
    ),
    "county": lambda world: "county",
    "paper": World.paper,
    "return_project": lambda world: project_at("signed", chamber=world.chamber).pk,
    "entry": lambda world: (
        ProjectEntryFactory(project=project_at("signed", chamber=world.chamber)).pk
    ),
    "promotion": lambda world: PromotionEventFactory(organiser=world.chamber).pk,
    "publicised": lambda world: application_at("publicity", days_ago=0).pk,
    "objection": lambda world: ObjectionFactory().pk,
    "person": lambda world: MemberFactory().pk,
    "twin": lambda world: MemberFactory().pk,
    "merge": lambda world: (
        merge_members(MemberFactory(), MemberFactory(), user=UserFactory()).pk
    ),
    "pairing": lambda world: PairingFactory(chamber=world.chamber).pk,
    "terminated": lambda world: "terminated",
    "project": lambda world: PairingProjectFactory(pairing_id=world["pairing"]).pk,
    "receipt": lambda world: ObjectionFactory().receipt,
    "report": lambda world: ErrorReportFactory().receipt,
    "award": World.award,
    "template": lambda world: CertificateTemplateFactory(is_default=True).pk,
    "certificate": World.certificate,
    "list": lambda world: 0,
    "practice": lambda world: PracticeFactory(is_public=True).pk,
    "lead": lambda world: (
        LeadFactory(chamber=world.chamber, created_by=world["own"]).pk
    ),
    "valid": lambda world: "valid",
    "named": lambda world: MediationAccessFactory(user=world["federation"]),
    "case": lambda world: world.case("mediating"),
    "agreed": lambda world: world.case("agreed"),
    "failed": lambda world: "failed",
    "contents": lambda world: "contents",
    "party": lambda world: (
        MediationCase.objects.get(pk=world["case"]).parties.first().pk
    ),
    "session": lambda world: CaseSessionFactory(case_id=world["case"]).pk,
    "visit": lambda world: CaseVisitFactory(case_id=world["agreed"]).pk,
    "case-paper": World.case_paper,
    "asked": World.request,
    "asked-receipt": lambda world: MediationRequestFactory().receipt,
    "donation": lambda world: DonationFactory(chamber=world.chamber).pk,
    "charity": lambda world: CharityActivityFactory(chamber=world.chamber).pk,
    "fund": lambda world: FundFactory(chamber=world.chamber).pk,
    "fund_entry": lambda world: FundEntryFactory(fund_id=world["fund"]).pk,
    "assignment": lambda world: ContactAssignmentFactory(branch_id=world["branch"]).pk,
    "contact": lambda world: (
        ContactActivityFactory(assignment_id=world["assignment"]).pk
    ),
    "demand": lambda world: DemandFactory(chamber=world.chamber).pk,
    "assigned": lambda world: "assigned",
}


@pytest.fixture
def world():
    return World()


def ask(client, sign_in, world, actor, method, address):
    asking = client if actor == "stranger" else sign_in(world[actor])
    answer = getattr(asking, method)(address)
    if answer.streaming:
        b"".join(answer)  # Read to the end, so that the file is closed.
    return answer


@pytest.mark.parametrize("name", TABLE)
def test_address_is_read(name, world, client, sign_in):
    keys, expected, _ = TABLE[name]
    address = reverse(name, args=[world[key] for key in keys])
    answers = [ask(client, sign_in, world, actor, "get", address) for actor in ACTORS]
    assert [answer.status_code for answer in answers] == expected
    files = [answer for answer in answers if is_file(answer)]
    assert ExportLog.objects.count() == (0 if name in NO_EXPORTS else len(files)), (
        "a file with rows leaves through activities.services.export only"
    )
    is_sent = name in {*EXPORTS, *NO_EXPORTS} and 200 in expected
    assert bool(files) == is_sent


def is_file(answer):
    return answer.get("Content-Disposition", "").startswith("attachment")


@pytest.mark.parametrize("name", EXPORTS)
def test_export_needs_a_right_of_its_own(name, world, client, sign_in):
    keys, expected, _ = TABLE[name]
    address = reverse(name, args=[world[key] for key in keys])
    User.objects.filter(pk__in=[world[actor].pk for actor in ACTORS[1:]]).update(
        may_export=False
    )

    for actor, usual in zip(ACTORS[1:], expected[1:], strict=True):
        world[actor].refresh_from_db()
        answer = ask(client, sign_in, world, actor, "get", address)
        if usual == 404 == answer.status_code:
            continue  # what is not theirs to know of is no page at all
        assert answer.status_code == 403
        assert "您没有使用此功能的权限，如需开通请联系" in answer.content.decode()
    assert not ExportLog.objects.exists()


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", TABLE)
def test_address_takes_a_post(name, actor, world, client, sign_in):
    keys, _, expected = TABLE[name]
    address = reverse(name, args=[world[key] for key in keys])
    answer = ask(client, sign_in, world, actor, "post", address)
    assert answer.status_code == expected[ACTORS.index(actor)]


def unlisted(patterns):
    """Return the addresses that no table above lists."""
    return [name for name in names(patterns) if name not in TABLE]


def test_every_address_is_listed():
    patterns = get_resolver().url_patterns
    assert unlisted(patterns) == []
    assert sorted(names(patterns)) == sorted(TABLE)


def test_every_admin_address_is_listed():
    expected = {f"{noun}_{page}" for noun in ADMIN for page in STOCK}
    expected |= set(ADMIN_PAGES) | ADMIN_STEPS | set(ADMIN_MORE)
    expected |= set(CERTIFICATE_PAGES)
    # The password of another account, and stock addresses without a name.
    expected |= {"auth_user_password_change", "view_on_site", "app_list", None}
    assert set(admin_names()) == expected


@pytest.mark.parametrize("actor", ["stranger", "own"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_enters_the_admin(method, actor, world, client, sign_in):
    rows = admin_rows(world)
    addresses = [reverse(f"admin:{name}") for name in ADMIN_PAGES if name != "login"]
    for noun in ADMIN:
        for page in STOCK:
            keys = [] if page in ("changelist", "add") else [rows[noun]]
            addresses.append(reverse(f"admin:{noun}_{page}", args=keys))
    addresses += [
        reverse(f"admin:{name}", args=[world["submitted"]]) for name in ADMIN_STEPS
    ]
    addresses += [
        reverse(f"admin:{name}", args=[rows[noun]]) for name, noun in ADMIN_MORE.items()
    ]
    for address in addresses:
        answer = ask(client, sign_in, world, actor, method, address)
        assert answer.status_code in (302, 403), address
        if answer.status_code == 302:
            # The stock way out leads to the index, which leads to the sign-in.
            known = "login" in answer["Location"] or address.endswith("/logout/")
            assert known, address


@pytest.mark.parametrize("actor", ["federation", "administrator"])
@pytest.mark.parametrize("noun", ADMIN)
def test_staff_do_in_the_admin_what_the_role_allows(
    noun, actor, world, client, sign_in
):
    allowed = ADMIN[noun][actor == "administrator"]
    key = admin_rows(world)[noun]
    for page, right in STOCK.items():
        keys = [] if page in ("changelist", "add") else [key]
        address = reverse(f"admin:{noun}_{page}", args=keys)
        answer = ask(client, sign_in, world, actor, "get", address)
        leads = 302 if page == "changelist" and noun in SINGLE else 200
        assert answer.status_code == (leads if right in allowed else 403), page


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_staff_pages_of_the_admin(name, world, client, sign_in):
    answer = ask(client, sign_in, world, "federation", "get", reverse(f"admin:{name}"))
    assert answer.status_code == ADMIN_PAGES[name]


@pytest.mark.parametrize("actor", ["federation", "administrator"])
@pytest.mark.parametrize("name", sorted(ADMIN_MORE))
def test_more_pages_of_the_admin(name, actor, world, client, sign_in):
    key = admin_rows(world)[ADMIN_MORE[name]]
    address = reverse(f"admin:{name}", args=[key])
    assert ask(client, sign_in, world, actor, "get", address).status_code == 200


@pytest.mark.parametrize("actor", ["federation", "administrator"])
@pytest.mark.parametrize("name", sorted(ADMIN_STEPS))
def test_steps_of_a_review(name, actor, world, client, sign_in):
    address = reverse(f"admin:{name}", args=[world["submitted"]])
    assert ask(client, sign_in, world, actor, "get", address).status_code == 405
    answer = ask(client, sign_in, world, actor, "post", address)
    done = 302 if name.endswith("accept") else 422  # Returning needs a reason.
    assert answer.status_code == (403 if actor == "administrator" else done)


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", CERTIFICATE_PAGES)
def test_pages_about_certificates(name, method, actor, world, client, sign_in):
    key, *answers = CERTIFICATE_PAGES[name]
    address = reverse(f"admin:{name}", args=[world[key]])
    answer = ask(client, sign_in, world, actor, method, address)
    assert answer.status_code == answers[method == "post"][ACTORS.index(actor)]


def admin_rows(world):
    """Return the key of one row of each noun of the admin."""
    award = AwardFactory()
    issue = IssueFactory()
    appointment = AppointmentFactory()
    return {
        "chambers_region": RegionFactory().pk,
        "chambers_enterprise": EnterpriseFactory().pk,
        "chambers_chamber": world["chamber"],
        "chambers_branch": BranchFactory().pk,
        "chambers_member": appointment.member.pk,
        "chambers_appointment": appointment.pk,
        "chambers_user": world["own"].pk,
        "activities_baseline": BaselineFactory().pk,
        "activities_errorreport": ErrorReportFactory().pk,
        "activities_exportlog": ExportLogFactory().pk,
        "activities_series": issue.series.pk,
        "activities_issue": issue.pk,
        "activities_keyindustry": KeyIndustryFactory().pk,
        "activities_lead": world["lead"],
        "activities_leadtarget": LeadTargetFactory().pk,
        "activities_disputekind": DisputeKindFactory().pk,
        "activities_mediationcommittee": MediationCommitteeFactory().pk,
        "activities_mediator": MediatorFactory().pk,
        "activities_mediationaccess": MediationAccessFactory().pk,
        "activities_lecture": world["accepted"],
        "activities_photo": world["photo"],
        "activities_scheme": award.version.scheme.pk,
        "activities_schemeversion": award.version.pk,
        "activities_award": award.pk,
        "activities_holiday": HolidayFactory().pk,
        "activities_certificate": Certificate.objects.get(code=world["certificate"]).pk,
        "activities_certificatetemplate": world["template"],
        "activities_site": world["site"],
        "activities_course": world["course"],
        "activities_practice": world["practice"],
        "activities_pairing": PairingFactory().pk,
        "activities_contactduty": ContactDutyFactory().pk,
        "activities_contactassignment": ContactAssignmentFactory().pk,
        "activities_contactactivity": ContactActivityFactory().pk,
        "activities_demand": DemandFactory().pk,
        "activities_project": ProjectFactory().pk,
        "activities_promotionevent": PromotionEventFactory().pk,
        "activities_pairingprogramme": PairingProgrammeFactory().pk,
        "activities_fund": world["fund"],
        "activities_donation": world["donation"],
        "activities_charityactivity": world["charity"],
        "activities_officialfigure": OfficialFigureFactory().pk,
        "activities_meetingrequirement": MeetingRequirementFactory(kind="hall").pk,
        "activities_requirementexemption": RequirementExemptionFactory().pk,
        "activities_deadlines": Deadlines.objects.get_or_create(pk=1)[0].pk,
    }
