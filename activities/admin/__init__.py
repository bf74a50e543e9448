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
    requirement,
    scheme,
    welfare,
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
    "requirement",
    "scheme",
    "welfare",
]
