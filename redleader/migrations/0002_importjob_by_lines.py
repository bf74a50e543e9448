"""Files that wait for a confirmation are packed anew: line by line.

What was uploaded in the hour before an upgrade has to be uploaded again.
"""

from django.db import migrations

EMPTY = "UPDATE redleader_importjob SET content = '', preview = '{}'"


class Migration(migrations.Migration):
    dependencies = [("redleader", "0001_schema")]
    operations = [migrations.RunSQL(EMPTY, migrations.RunSQL.noop)]
