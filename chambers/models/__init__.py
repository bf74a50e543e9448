from chambers.models.appointment import Appointment, Post
from chambers.models.branch import Branch, BranchCoverage, BranchTerm
from chambers.models.chamber import Chamber, ChamberTerm
from chambers.models.enterprise import Enterprise
from chambers.models.inspection import AnnualInspection
from chambers.models.member import Member, Membership
from chambers.models.region import Region
from chambers.models.user import PasswordHistory, Role, User

__all__ = [
    "AnnualInspection",
    "Appointment",
    "Branch",
    "BranchCoverage",
    "BranchTerm",
    "Chamber",
    "ChamberTerm",
    "Enterprise",
    "Member",
    "Membership",
    "PasswordHistory",
    "Post",
    "Region",
    "Role",
    "User",
]
