from django.db import migrations
from django.utils import timezone

NOTE = "原“本人同意公开姓名”勾选，书面依据待补"


def note_consents(apps, schema_editor):
    """Make a consent of each tick; whether a paper is there must be looked up."""
    Member = apps.get_model("chambers", "Member")
    Consent = apps.get_model("chambers", "Consent")
    today = timezone.localdate()
    Consent.objects.bulk_create(
        Consent(member=member, purpose="name", given_on=today, document=NOTE)
        for member in Member.objects.filter(publish_consent=True, kind="person")
    )


class Migration(migrations.Migration):
    dependencies = [("chambers", "0007_people")]
    operations = [
        migrations.RunPython(
            note_consents, migrations.RunPython.noop, elidable=True
        ),
    ]
