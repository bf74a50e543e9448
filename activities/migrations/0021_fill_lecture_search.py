from django.db import migrations

COLUMNS = ["search_text", "search_grams"]


def fill(apps, schema_editor):
    Lecture = apps.get_model("activities", "Lecture")
    rows = []
    for lecture in Lecture.objects.only("topic").iterator():
        for name in COLUMNS:
            Lecture._meta.get_field(name).pre_save(lecture, False)
        rows.append(lecture)
    Lecture.objects.bulk_update(rows, COLUMNS, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("activities", "0020_lecture_search")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
