"""The steps of old lectures, from their history."""

from django.db import migrations

from redleader.records.operations import steps_from_history


class Migration(migrations.Migration):
    dependencies = [("activities", "0006_lecture_steps")]

    operations = [
        steps_from_history(
            "activities_lecture",
            "lecture_id",
            first=["planned", "draft"],
            begin="draft",
            by="""CASE WHEN e.state = 'submitted' THEN e.submitted_by_id
                WHEN e.state IN ('accepted', 'returned') THEN e.reviewed_by_id END""",
            at="""CASE WHEN e.state = 'submitted' THEN e.submitted_at
                WHEN e.state IN ('accepted', 'returned') THEN e.reviewed_at END""",
            reason="""CASE e.state WHEN 'returned' THEN e.return_reason
                WHEN 'cancelled' THEN e.cancel_reason ELSE '' END""",
        )
    ]
