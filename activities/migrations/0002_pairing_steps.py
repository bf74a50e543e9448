"""A pairing keeps who took it from one state to the next, when and why."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('activities', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PairingStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(editable=False, verbose_name='序号')),
                ('at', models.DateTimeField(verbose_name='办理时间')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='原因或说明')),
                ('before', models.CharField(choices=[('intent', '意向'), ('paired', '已结对'), ('active', '实施中'), ('done', '已完成'), ('terminated', '终止')], max_length=12, verbose_name='原状态')),
                ('state', models.CharField(choices=[('intent', '意向'), ('paired', '已结对'), ('active', '实施中'), ('done', '已完成'), ('terminated', '终止')], max_length=12, verbose_name='状态')),
            ],
            options={
                'verbose_name': '结对办理记录',
                'verbose_name_plural': '结对办理记录',
                'ordering': ['pairing', 'number'],
            },
        ),
        migrations.CreateModel(
            name='PairingStepEvent',
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
                ('before', models.CharField(choices=[('intent', '意向'), ('paired', '已结对'), ('active', '实施中'), ('done', '已完成'), ('terminated', '终止')], max_length=12, verbose_name='原状态')),
                ('state', models.CharField(choices=[('intent', '意向'), ('paired', '已结对'), ('active', '实施中'), ('done', '已完成'), ('terminated', '终止')], max_length=12, verbose_name='状态')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='pairingstep',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人'),
        ),
        migrations.AddField(
            model_name='pairingstep',
            name='pairing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='activities.pairing', verbose_name='结对'),
        ),
        migrations.AddField(
            model_name='pairingstepevent',
            name='by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人'),
        ),
        migrations.AddField(
            model_name='pairingstepevent',
            name='pairing',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.pairing', verbose_name='结对'),
        ),
        migrations.AddField(
            model_name='pairingstepevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='activities.pairingstep'),
        ),
        migrations.AddConstraint(
            model_name='pairingstep',
            constraint=models.CheckConstraint(condition=models.Q(('before__in', ['intent', 'paired', 'active', 'done', 'terminated'])), name='activities_pairingstep_before_valid', violation_error_message='所选原状态无效，请重新选择。'),
        ),
        migrations.AddConstraint(
            model_name='pairingstep',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['intent', 'paired', 'active', 'done', 'terminated'])), name='activities_pairingstep_state_valid', violation_error_message='所选状态无效，请重新选择。'),
        ),
        migrations.AddConstraint(
            model_name='pairingstep',
            constraint=models.UniqueConstraint(fields=('pairing', 'number'), name='activities_pairingstep_number_unique', violation_error_message='该记录刚刚由他人办理，请刷新后再试。'),
        ),
        migrations.AddConstraint(
            model_name='pairingstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'terminated'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='activities_pairingstep_reason_given', violation_error_message='终止须写明原因。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairingstep',
            trigger=pgtrigger.compiler.Trigger(name='step_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION '办理记录不能改动或删除。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='957d6c44f81d314b73ef04290ddaeddba34f3dba', operation='UPDATE OR DELETE', pgid='pgtrigger_step_stays_fc031', table='activities_pairingstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairingstep',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_pairingstepevent" ("at", "before", "by_id", "id", "number", "pairing_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."at", NEW."before", NEW."by_id", NEW."id", NEW."number", NEW."pairing_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='a1c64d29625174aa0cf066c94bbbc1f2dd9e89e0', operation='INSERT', pgid='pgtrigger_insert_insert_3ddb5', table='activities_pairingstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairingstep',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_pairingstepevent" ("at", "before", "by_id", "id", "number", "pairing_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (NEW."at", NEW."before", NEW."by_id", NEW."id", NEW."number", NEW."pairing_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."reason", NEW."state"); RETURN NULL;', hash='4fb8be5b80f3355be990148ce4ea1d9ed994045f', operation='UPDATE', pgid='pgtrigger_update_update_462cc', table='activities_pairingstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairingstep',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_pairingstepevent" ("at", "before", "by_id", "id", "number", "pairing_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state") VALUES (OLD."at", OLD."before", OLD."by_id", OLD."id", OLD."number", OLD."pairing_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."reason", OLD."state"); RETURN NULL;', hash='3e85ee599af9c98ae9a5faca95d56b460a22efef', operation='DELETE', pgid='pgtrigger_delete_delete_d8fe6', table='activities_pairingstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairingstepevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4a4eff2a9b73ebae10e22180aa094ae427d086b5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d2fcb', table='activities_pairingstepevent', when='BEFORE')),
        ),
    ]
