from chambers.admin import appointment, branch, chamber, enterprise, member
from chambers.admin import region, user

__all__ = [
    "appointment",
    "branch",
    "chamber",
    "enterprise",
    "member",
    "region",
    "user",
]
