"""Applications for a title: from the chamber's own assessment to the decision."""

from activities.models.application.application import (
    Application,
    ApplicationQuerySet,
)
from activities.models.application.evidence import (
    Evidence,
    EvidenceFile,
    evidence_path,
)
from activities.models.application.objection import (
    Objection,
    Outcome,
    new_receipt,
)
from activities.models.application.states import (
    CLOSED_ERROR,
    DOCUMENTED,
    EDITABLE_STATES,
    LADDER,
    PASSED,
    REVIEW_STATES,
    TRANSITIONS,
    ApplicationState,
)
from activities.models.application.step import (
    ApplicationStep,
)

__all__ = [
    "CLOSED_ERROR",
    "DOCUMENTED",
    "EDITABLE_STATES",
    "LADDER",
    "PASSED",
    "REVIEW_STATES",
    "TRANSITIONS",
    "Application",
    "ApplicationQuerySet",
    "ApplicationState",
    "ApplicationStep",
    "Evidence",
    "EvidenceFile",
    "Objection",
    "Outcome",
    "evidence_path",
    "new_receipt",
]
