from django.db import migrations

# Records made before the sum was required said 应到 and 实到 only; who was neither
# present nor excused was absent. The rule that closes a record would refuse this.
SQL = """
DO $$
DECLARE
    closing text;
BEGIN
    SELECT tgname INTO closing FROM pg_trigger
    WHERE tgrelid = 'activities_lecture'::regclass
        AND tgname LIKE 'pgtrigger_content_is_closed%';
    EXECUTE format('ALTER TABLE activities_lecture DISABLE TRIGGER %I', closing);
    UPDATE activities_lecture SET absent = expected - present - on_leave
    WHERE expected <> present + on_leave + absent;
    EXECUTE format('ALTER TABLE activities_lecture ENABLE TRIGGER %I', closing);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0002_lecture_loop")]
    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop, elidable=True),
    ]
