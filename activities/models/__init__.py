from activities.models.application import (
    Application,
    ApplicationStep,
    Evidence,
    EvidenceFile,
    Objection,
)
from activities.models.certificate import Certificate, CertificateTemplate
from activities.models.course import Course, Site
from activities.models.error_report import ErrorReport
from activities.models.export import ExportLog
from activities.models.figure import OfficialFigure
from activities.models.holiday import Holiday
from activities.models.honour import Award
from activities.models.lead import KeyIndustry, Lead, LeadStep, LeadTarget
from activities.models.lecture import (
    Attendance,
    Issue,
    Lecture,
    LectureStep,
    Photo,
    Series,
)
from activities.models.ledger import (
    Baseline,
    LockedNumber,
    LockedRow,
    QuarterLock,
)
from activities.models.liaison.contact import (
    ContactActivity,
    ContactAssignment,
    ContactDuty,
)
from activities.models.liaison.demand import Demand, DemandStep
from activities.models.mediation.case import DisputeKind, MediationCase
from activities.models.mediation.casefile import (
    CasePaper,
    CaseSession,
    CaseStep,
    CaseVisit,
)
from activities.models.mediation.committee import (
    CommitteeSeat,
    MediationAccess,
    MediationCommittee,
    Mediator,
)
from activities.models.mediation.party import CaseMediator, CaseParty
from activities.models.mediation.request import MediationRequest
from activities.models.pairing import (
    Pairing,
    PairingProgramme,
    PairingProject,
    PairingStep,
)
from activities.models.practice import Practice, PracticeItem, PracticeResult
from activities.models.project import Project, ProjectStep
from activities.models.project_entry import ProjectEntry
from activities.models.promotion import PromotionEvent
from activities.models.requirement import (
    Deadlines,
    MeetingRequirement,
    RequirementExemption,
)
from activities.models.scheme import Criterion, Scheme, SchemeLevel, SchemeVersion
from activities.models.tally import Tally
from activities.models.template import ReportTemplate
from activities.models.welfare.charity import CharityActivity
from activities.models.welfare.donation import Donation
from activities.models.welfare.fund import Fund, FundEntry

__all__ = [
    "Application",
    "ApplicationStep",
    "Attendance",
    "Award",
    "Baseline",
    "CaseMediator",
    "CasePaper",
    "CaseParty",
    "CaseSession",
    "CaseStep",
    "CaseVisit",
    "Certificate",
    "CertificateTemplate",
    "CharityActivity",
    "CommitteeSeat",
    "ContactActivity",
    "ContactAssignment",
    "ContactDuty",
    "Course",
    "Criterion",
    "Deadlines",
    "Demand",
    "DemandStep",
    "DisputeKind",
    "Donation",
    "ErrorReport",
    "Evidence",
    "EvidenceFile",
    "ExportLog",
    "Fund",
    "FundEntry",
    "Holiday",
    "Issue",
    "KeyIndustry",
    "Lead",
    "LeadStep",
    "LeadTarget",
    "Lecture",
    "LectureStep",
    "LockedNumber",
    "LockedRow",
    "MediationAccess",
    "MediationCase",
    "MediationCommittee",
    "MediationRequest",
    "Mediator",
    "MeetingRequirement",
    "Objection",
    "OfficialFigure",
    "Pairing",
    "PairingProgramme",
    "PairingProject",
    "PairingStep",
    "Photo",
    "Practice",
    "PracticeItem",
    "PracticeResult",
    "Project",
    "ProjectEntry",
    "ProjectStep",
    "PromotionEvent",
    "QuarterLock",
    "ReportTemplate",
    "RequirementExemption",
    "Scheme",
    "SchemeLevel",
    "SchemeVersion",
    "Series",
    "Site",
    "Tally",
]
