from activities.admin import (
    certificate,
    course,
    figure,
    honour,
    lead,
    lecture,
    ledger,
    liaison,
    pairing,
    practice,
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
    "liaison",
    "pairing",
    "practice",
    "requirement",
    "scheme",
]
