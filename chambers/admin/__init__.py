from chambers.admin import (
    appointment,
    branch,
    chamber,
    enterprise,
    member,
    region,
    user,
)

__all__ = [
    "appointment",
    "branch",
    "chamber",
    "enterprise",
    "member",
    "region",
    "user",
]
