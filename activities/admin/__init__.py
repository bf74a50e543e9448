from activities.admin import (
    certificate,
    course,
    export,
    figure,
    honour,
    lead,
    lecture,
    ledger,
    pairing,
    practice,
    requirement,
    scheme,
)

__all__ = [
    "certificate",
    "course",
    "export",
    "figure",
    "honour",
    "lead",
    "lecture",
    "ledger",
    "pairing",
    "practice",
    "requirement",
    "scheme",
]
