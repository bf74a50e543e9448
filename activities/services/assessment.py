"""How a chamber stands with each indicator of a title."""

from dataclasses import dataclass

from django.utils import timezone

from activities.counting import RULES, CountingRule, Scope
from activities.models import (
    Application,
    Criterion,
    Evidence,
    EvidenceFile,
    SchemeLevel,
)
from activities.models.scheme import Proof
from chambers.models import Chamber


@dataclass(frozen=True)
class Standing:
    """One indicator of a level: what is asked, what is there, whether it is met.

    ``value`` is counted now, ``submitted_value`` stood at the last submission; both
    are None for indicators that are not counted.
    """

    criterion: Criterion
    evidence: Evidence | None
    rule: CountingRule | None
    value: int | None
    files: list[EvidenceFile]

    @property
    def is_met(self) -> bool:
        match self.criterion.proof:
            case Proof.COUNT:
                return (self.value or 0) >= (self.criterion.target or 0)
            case Proof.FILE:
                return bool(self.files)
            case _:
                return bool(self.evidence and self.evidence.text)

    @property
    def look(self) -> str:
        """How the page marks it."""
        if self.is_met:
            return "met"
        return "missing" if self.criterion.is_required else "open"

    @property
    def is_missing(self) -> bool:
        return self.criterion.is_required and not self.is_met

    @property
    def lacks(self) -> int:
        """How many are still to come, for a counted indicator."""
        return max(0, (self.criterion.target or 0) - (self.value or 0))

    @property
    def submitted_value(self) -> int | None:
        return self.evidence.value if self.evidence else None

    @property
    def has_moved(self) -> bool:
        """The number is no longer what stood in the submission."""
        return self.submitted_value is not None and self.submitted_value != self.value

    @property
    def words(self) -> str:
        return self.rule.words(self.value) if self.rule else ""

    @property
    def submitted_words(self) -> str:
        return self.rule.words(self.submitted_value) if self.rule else ""

    @property
    def demand(self) -> str:
        """What is asked, as it follows the number; a plain yes needs no words."""
        if not self.rule or self.rule.is_yes_no:
            return ""
        return f"，要求不少于 {self.criterion.target} {self.rule.unit}"

    @property
    def gap(self) -> str:
        """What is missing, in words; empty when nothing is."""
        if self.is_met:
            return ""
        if self.criterion.proof == Proof.FILE:
            return "还没有上传材料"
        if self.criterion.proof == Proof.TEXT:
            return "还没有填写说明"
        if not self.rule:
            return "计数口径已停用，请联系管理员"
        if self.rule.is_yes_no:
            return "还没有达到"
        return f"还差 {self.lacks} {self.rule.unit}"


@dataclass(frozen=True)
class Good:
    """One of the goods with the standing of its indicators."""

    criterion: Criterion
    standings: list[Standing]

    @property
    def met(self) -> int:
        return sum(standing.is_met for standing in self.standings)


def scope_of(level: SchemeLevel, chamber: Chamber) -> Scope:
    """Return the days of a cycle that have passed, of one chamber."""
    last = min(level.cycle_end, timezone.localdate())
    return Scope(level.cycle_start, max(last, level.cycle_start), chamber)


def assess(
    level: SchemeLevel, chamber: Chamber, application: Application | None = None
) -> list[Good]:
    """Return the goods of a level and how a chamber stands with each indicator."""
    scope = scope_of(level, chamber)
    criteria = list(level.version.criteria.all())
    found = {}
    if application:
        rows = application.evidence.prefetch_related("files")
        found = {row.criterion_id: row for row in rows}
    values = {
        code: RULES[code].count(scope) for code in {c.rule for c in criteria} & {*RULES}
    }
    return [
        Good(
            good,
            [
                Standing(
                    criterion,
                    found.get(criterion.pk),
                    RULES.get(criterion.rule),
                    values.get(criterion.rule),
                    list(found[criterion.pk].files.all())
                    if criterion.pk in found
                    else [],
                )
                for criterion in criteria
                if criterion.parent_id == good.pk
            ],
        )
        for good in criteria
        if good.parent_id is None
    ]


def missing(goods: list[Good]) -> list[Standing]:
    """Return the required indicators that are not met."""
    return [row for good in goods for row in good.standings if row.is_missing]
