"""A lecture keeps who took it from one state to the next, when and why."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('activities', '0005_records'),
        ('chambers', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LectureStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(editable=False, verbose_name='序号')),
                ('at', models.DateTimeField(verbose_name='办理时间')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='原因或说明')),
                ('before', models.CharField(choices=[('planned', '计划'), ('cancelled', '已取消'), ('draft', '草稿'), ('submitted', '待审核'), ('accepted', '通过'), ('returned', '退回'), ('archived', '已归档'), ('superseded', '已更正')], max_length=12, verbose_name='原状态')),
                ('state', models.CharField(choices=[('planned', '计划'), ('cancelled', '已取消'), ('draft', '草稿'), ('submitted', '待审核'), ('accepted', '通过'), ('returned', '退回'), ('archived', '已归档'), ('superseded', '已更正')], max_length=12, verbose_name='状态')),
            ],
            options={
                'verbose_name': '讲课办理记录',
                'verbose_name_plural': '讲课办理记录',
                'ordering': ['lecture', 'number'],
            },
        ),
        migrations.CreateModel(
            name='LectureStepEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(editable=False, verbose_name='序号')),
                ('at', models.DateTimeField(verbose_name='办理时间')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='原因或说明')),
                ('before', models.CharField(choices=[('planned', '计划'), ('cancelled', '已取消'), ('draft', '草稿'), ('submitted', '待审核'), ('accepted', '通过'), ('returned', '退回'), ('archived', '已归档'), ('superseded', '已更正')], max_length=12, verbose_name='原状态')),
                ('state', models.CharField(choices=[('planned', '计划'), ('cancelled', '已取消'), ('draft', '草稿'), ('submitted', '待审核'), ('accepted', '通过'), ('returned', '退回'), ('archived', '已归档'), ('superseded', '已更正')], max_length=12, verbose_name='状态')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='lecturestep',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人'),
        ),
        migrations.AddField(
            model_name='lecturestep',
            name='lecture',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='activities.lecture', verbose_name='讲课记录'),
        ),
        migrations.AddField(
            model_name='lecturestepevent',
            name='by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人'),
        ),
        migrations.AddField(
            model_name='lecturestepevent',
            name='lecture',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.lecture', verbose_name='讲课记录'),
        ),
        migrations.AddField(
            model_name='lecturestepevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='activities.lecturestep'),
        ),
        migrations.AddConstraint(
            model_name='lecturestep',
            constraint=models.CheckConstraint(condition=models.Q(('before__in', ['planned', 'cancelled', 'draft', 'submitted', 'accepted', 'returned', 'archived', 'superseded'])), name='activities_lecturestep_before_valid', violation_error_message='所选原状态无效，请重新选择。'),
        ),
        migrations.AddConstraint(
            model_name='lecturestep',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'cancelled', 'draft', 'submitted', 'accepted', 'returned', 'archived', 'superseded'])), name='activities_lecturestep_state_valid', violation_error_message='所选状态无效，请重新选择。'),
        ),
        migrations.AddConstraint(
            model_name='lecturestep',
            constraint=models.UniqueConstraint(fields=('lecture', 'number'), name='activities_lecturestep_number_unique', violation_error_message='该记录刚刚由他人办理，请刷新后再试。'),
        ),
        migrations.AddConstraint(
            model_name='lecturestep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['returned', 'cancelled']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='activities_lecturestep_reason_given', violation_error_message='退回和取消须写明原因。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestep',
            trigger=pgtrigger.compiler.Trigger(name='step_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION '办理记录不能改动或删除。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='123f3c10100ccdcaffd7c86bb155565491c694a7', operation='UPDATE', pgid='pgtrigger_step_stays_7fa88', table='activities_lecturestep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestep',
            trigger=pgtrigger.compiler.Trigger(name='goes_with_its_row', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n            \n            IF EXISTS (SELECT 1 FROM activities_lecture r WHERE r.id = OLD.lecture_id) THEN\n                RAISE EXCEPTION '办理记录不能改动或删除。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN OLD;\n        ", hash='bc62c0ea909e7fc1db6b8f6f3f8393e78405ea6a', operation='DELETE', pgid='pgtrigger_goes_with_its_row_f4315', table='activities_lecturestep', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestep',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_lecturestepevent" ("at", "before", "by_id", "id", "lecture_id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."at", NEW."before", NEW."by_id", NEW."id", NEW."lecture_id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='49ab6f67b3d2671b4d719311290c2a1a350fc42e', operation='INSERT', pgid='pgtrigger_insert_insert_f696f', table='activities_lecturestep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestep',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_lecturestepevent" ("at", "before", "by_id", "id", "lecture_id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."at", NEW."before", NEW."by_id", NEW."id", NEW."lecture_id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='93e69131bd1f03f25a7bf1bb808ca90a95460612', operation='UPDATE', pgid='pgtrigger_update_update_10aab', table='activities_lecturestep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestep',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_lecturestepevent" ("at", "before", "by_id", "id", "lecture_id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (OLD."at", OLD."before", OLD."by_id", OLD."id", OLD."lecture_id", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."reason", OLD."state"); RETURN NULL;', hash='bed0d6f9070ae8e37a47928bd056099fd7b86dca', operation='DELETE', pgid='pgtrigger_delete_delete_0a8b6', table='activities_lecturestep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestepevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f1f6166261e4354f123f0d9e1222657e3c18a4e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b48a1', table='activities_lecturestepevent', when='BEFORE')),
        ),
    ]
