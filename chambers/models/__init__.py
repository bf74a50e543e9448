from chambers.models.appointment import Appointment, Post
from chambers.models.branch import Branch, BranchCoverage, BranchTerm
from chambers.models.chamber import Chamber, ChamberTerm
from chambers.models.consent import Consent, Purpose
from chambers.models.enterprise import Enterprise
from chambers.models.inspection import AnnualInspection
from chambers.models.member import Member, Membership
from chambers.models.merge import Erasure, MemberMerge
from chambers.models.region import Region
from chambers.models.role import Role
from chambers.models.user import PasswordHistory, User

__all__ = [
    "AnnualInspection",
    "Appointment",
    "Branch",
    "BranchCoverage",
    "BranchTerm",
    "Chamber",
    "ChamberTerm",
    "Consent",
    "Enterprise",
    "Erasure",
    "Member",
    "MemberMerge",
    "Membership",
    "PasswordHistory",
    "Post",
    "Purpose",
    "Region",
    "Role",
    "User",
]
