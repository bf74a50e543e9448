"""The roll of a lecture: who was there, by name."""

import pghistory
import pgtrigger
from django.db import models

from activities.models.lecture.kinds import (
    CLOSED_ERROR,
    EDITABLE_SQL,
    AttendanceStatus,
)
from activities.models.lecture.session import Lecture
from chambers.models import Member
from redleader.records.constraints import Refuse, one_of


@pghistory.track()
class Attendance(models.Model):
    """A name on the roll of a lecture; optional, internal."""

    lecture = models.ForeignKey(
        Lecture, models.CASCADE, related_name="attendances", verbose_name="讲课"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="attendances", verbose_name="会员"
    )
    status = models.CharField(
        "到会情况",
        max_length=10,
        choices=AttendanceStatus,
        default=AttendanceStatus.PRESENT,
    )
    reason = models.CharField("原因", max_length=50, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到会名单"
        ordering = ["member__sort_key", "pk"]
        constraints = [
            one_of(AttendanceStatus, "status", "到会情况"),
            models.UniqueConstraint(
                fields=["lecture", "member"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="该会员已登记到场，无需重复登记。",
            ),
        ]
        triggers = [
            # Two rows of one person may be put together: no number changes.
            Refuse(
                name="roll_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=f"""EXISTS (
                    SELECT 1 FROM activities_lecture
                    WHERE id = NEW.lecture_id AND state NOT IN ({EDITABLE_SQL})
                ) AND NOT COALESCE(
                    (NEW.lecture_id, NEW.status, NEW.reason)
                        = (OLD.lecture_id, OLD.status, OLD.reason)
                    AND EXISTS (
                        SELECT 1 FROM chambers_membermerge m
                        WHERE m.undone_at IS NULL AND (
                            (m.kept_id, m.merged_id) = (NEW.member_id, OLD.member_id)
                            OR
                            (m.kept_id, m.merged_id) = (OLD.member_id, NEW.member_id)
                        )
                    ), FALSE)""",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="roll_stays",
                operation=pgtrigger.Delete,
                test=f"""EXISTS (
                    SELECT 1 FROM activities_lecture
                    WHERE id = OLD.lecture_id AND state NOT IN ({EDITABLE_SQL})
                )""",
                message=CLOSED_ERROR,
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_status_display()}"

    @property
    def words(self):
        """The status, and the reason where one is given."""
        return self.get_status_display() + (f"：{self.reason}" if self.reason else "")
