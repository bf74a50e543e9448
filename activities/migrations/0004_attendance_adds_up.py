import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_absent_from_expected")]
    operations = [
        migrations.AddConstraint(
            model_name='lecture',
            constraint=models.CheckConstraint(condition=models.Q(('expected__isnull', True), ('present__isnull', True), ('expected', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('present'), '+', models.F('on_leave')), '+', models.F('absent'))), _connector='OR'), name='activities_lecture_attendance_adds_up', violation_error_message='应到人数应等于实到、请假、缺席之和，请核对。'),
        ),
    ]
