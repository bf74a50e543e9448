"""The steps of old pairings, from their history."""

from django.db import migrations

from redleader.records.operations import steps_from_history


class Migration(migrations.Migration):
    dependencies = [("activities", "0002_pairing_steps")]

    operations = [
        steps_from_history(
            "activities_pairing",
            "pairing_id",
            first=["intent"],
            begin="intent",
            reason="CASE e.state WHEN 'terminated' THEN e.reason ELSE '' END",
        )
    ]
