from activities.admin import (
    certificate,
    course,
    figure,
    honour,
    lead,
    lecture,
    ledger,
    pairing,
    practice,
    project,
    requirement,
    scheme,
)

__all__ = [
    "certificate",
    "course",
    "figure",
    "honour",
    "lead",
    "lecture",
    "ledger",
    "pairing",
    "practice",
    "project",
    "requirement",
    "scheme",
]
