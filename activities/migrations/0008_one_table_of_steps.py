"""Lectures, applications and leads keep their steps by the same rules as all."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('activities', '0007_lecture_steps_of_old'),
        ('chambers', '0001_schema'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='application',
            name='begins_as_draft',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='application',
            name='legal_step',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='application',
            name='step_is_written',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='applicationstep',
            name='not_own_review',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='applicationstep',
            name='step_stays',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='leadstep',
            name='not_own_check',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='lecture',
            name='begins_as_draft',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='lecture',
            name='legal_step',
        ),
        migrations.RemoveConstraint(
            model_name='applicationstep',
            name='activities_applicationstep_reason_given',
        ),
        migrations.AlterField(
            model_name='applicationstep',
            name='opinion',
            field=models.CharField(blank=True, db_column='opinion', max_length=300, verbose_name='意见'),
        ),
        migrations.RenameField(
            model_name='applicationstep',
            old_name='opinion',
            new_name='reason',
        ),
        migrations.AlterField(
            model_name='applicationstepevent',
            name='opinion',
            field=models.CharField(blank=True, db_column='opinion', max_length=300, verbose_name='意见'),
        ),
        migrations.RenameField(
            model_name='applicationstepevent',
            old_name='opinion',
            new_name='reason',
        ),
        migrations.AlterField(
            model_name='applicationstep',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='activities.application', verbose_name='申报'),
        ),
        migrations.AlterField(
            model_name='applicationstep',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='begins_at_first', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state NOT IN ('draft') THEN\n                RAISE EXCEPTION '新的记录须从第一个状态开始。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='d65831e8f30270560f80af488f180d555fbba29d', operation='INSERT', pgid='pgtrigger_begins_at_first_e06bb', table='activities_application', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='legal_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state <> OLD.state AND NOT ((OLD.state = 'draft' AND NEW.state = 'submitted') OR (OLD.state = 'submitted' AND NEW.state = 'draft') OR (OLD.state = 'submitted' AND NEW.state = 'returned') OR (OLD.state = 'submitted' AND NEW.state = 'county') OR (OLD.state = 'submitted' AND NEW.state = 'failed') OR (OLD.state = 'returned' AND NEW.state = 'submitted') OR (OLD.state = 'county' AND NEW.state = 'city' AND (\n                    SELECT l.level FROM activities_schemelevel l\n                    WHERE l.id = NEW.level_id) IN ('city', 'provincial', 'national')) OR (OLD.state = 'county' AND NEW.state = 'publicity' AND (\n                    SELECT l.level FROM activities_schemelevel l\n                    WHERE l.id = NEW.level_id) IN ('county')) OR (OLD.state = 'county' AND NEW.state = 'failed') OR (OLD.state = 'city' AND NEW.state = 'province' AND (\n                    SELECT l.level FROM activities_schemelevel l\n                    WHERE l.id = NEW.level_id) IN ('provincial', 'national')) OR (OLD.state = 'city' AND NEW.state = 'publicity' AND (\n                    SELECT l.level FROM activities_schemelevel l\n                    WHERE l.id = NEW.level_id) IN ('city')) OR (OLD.state = 'city' AND NEW.state = 'failed') OR (OLD.state = 'province' AND NEW.state = 'nation' AND (\n                    SELECT l.level FROM activities_schemelevel l\n                    WHERE l.id = NEW.level_id) IN ('national')) OR (OLD.state = 'province' AND NEW.state = 'publicity' AND (\n                    SELECT l.level FROM activities_schemelevel l\n                    WHERE l.id = NEW.level_id) IN ('provincial')) OR (OLD.state = 'province' AND NEW.state = 'failed') OR (OLD.state = 'nation' AND NEW.state = 'publicity' AND (\n                    SELECT l.level FROM activities_schemelevel l\n                    WHERE l.id = NEW.level_id) IN ('national')) OR (OLD.state = 'nation' AND NEW.state = 'failed') OR (OLD.state = 'publicity' AND NEW.state = 'recognised') OR (OLD.state = 'publicity' AND NEW.state = 'failed')) THEN\n                RAISE EXCEPTION '该记录的状态已经改变，或不能越级办理。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='8bc5b4fc9edf28573396175e2bcd4b6f22738518', operation='UPDATE', pgid='pgtrigger_legal_step_9c53f', table='activities_application', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='step_is_written', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state <> OLD.state AND NOT EXISTS (\n                SELECT 1 FROM activities_applicationstep s\n                WHERE s.application_id = NEW.id AND s.number = NEW.version\n                    AND s.before = OLD.state AND s.state = NEW.state\n            ) THEN\n                RAISE EXCEPTION '状态改变须同时记下办理的人、时间和去向。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='a09e2d7e27865a82277148a7ccc616ead24c4d35', operation='UPDATE', pgid='pgtrigger_step_is_written_3188e', table='activities_application', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='applicationstep',
            trigger=pgtrigger.compiler.Trigger(name='not_own_review', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state IN ('county', 'city', 'province', 'nation', 'returned', 'publicity', 'recognised', 'failed') AND EXISTS (\n            SELECT 1 FROM activities_application r WHERE r.id = NEW.application_id\n                AND NEW.by_id IN (r.created_by_id, r.submitted_by_id)\n        ) THEN\n                RAISE EXCEPTION '不能审核本人登记或提交的记录。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='f3ffbbcc9c46f14273af069db983c64fb247945b', operation='INSERT', pgid='pgtrigger_not_own_review_b022a', table='activities_applicationstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='applicationstep',
            trigger=pgtrigger.compiler.Trigger(name='step_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION '办理记录不能改动或删除。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='e9e95f2fe1cb21326c8cec700ef005f7fba603ec', operation='UPDATE OR DELETE', pgid='pgtrigger_step_stays_dd9ce', table='activities_applicationstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leadstep',
            trigger=pgtrigger.compiler.Trigger(name='not_own_review', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state IN ('valid', 'invalid') AND EXISTS (\n            SELECT 1 FROM activities_lead r WHERE r.id = NEW.lead_id\n                AND NEW.by_id IN (r.created_by_id)\n        ) THEN\n                RAISE EXCEPTION '不能审核本人登记或提交的记录。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='19caa5e686ee982ba11d7ade09ce4023316a8b97', operation='INSERT', pgid='pgtrigger_not_own_review_bca3f', table='activities_leadstep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecture',
            trigger=pgtrigger.compiler.Trigger(name='begins_at_first', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state NOT IN ('planned', 'draft') THEN\n                RAISE EXCEPTION '新的记录须从第一个状态开始。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='f4fde19f62f22f4ac84fdafeff2be04d55f298b5', operation='INSERT', pgid='pgtrigger_begins_at_first_b23e5', table='activities_lecture', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecture',
            trigger=pgtrigger.compiler.Trigger(name='legal_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state <> OLD.state AND NOT ((OLD.state = 'planned' AND NEW.state = 'draft') OR (OLD.state = 'planned' AND NEW.state = 'cancelled') OR (OLD.state = 'cancelled' AND NEW.state = 'planned') OR (OLD.state = 'draft' AND NEW.state = 'submitted') OR (OLD.state = 'submitted' AND NEW.state = 'draft') OR (OLD.state = 'submitted' AND NEW.state = 'accepted') OR (OLD.state = 'submitted' AND NEW.state = 'returned') OR (OLD.state = 'returned' AND NEW.state = 'submitted') OR (OLD.state = 'accepted' AND NEW.state = 'archived') OR (OLD.state = 'accepted' AND NEW.state = 'superseded') OR (OLD.state = 'archived' AND NEW.state = 'superseded')) THEN\n                RAISE EXCEPTION '该记录的状态已经改变，或不能越级办理。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='004d2f58da4e169f3da965426ccead54ad9a4b2f', operation='UPDATE', pgid='pgtrigger_legal_step_706bf', table='activities_lecture', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecture',
            trigger=pgtrigger.compiler.Trigger(name='step_is_written', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state <> OLD.state AND NOT EXISTS (\n                SELECT 1 FROM activities_lecturestep s\n                WHERE s.lecture_id = NEW.id AND s.number = NEW.version\n                    AND s.before = OLD.state AND s.state = NEW.state\n            ) THEN\n                RAISE EXCEPTION '状态改变须同时记下办理的人、时间和去向。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='f79c5a94c57d30c7114dd1c4ae82c2ed30c4bb96', operation='UPDATE', pgid='pgtrigger_step_is_written_95bc7', table='activities_lecture', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='applicationstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['returned', 'failed']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='activities_applicationstep_reason_given', violation_error_message='退回和未通过须写明原因。'),
        ),
        migrations.AlterConstraint(
            model_name='applicationstep',
            name='activities_applicationstep_number_unique',
            constraint=models.UniqueConstraint(fields=('application', 'number'), name='activities_applicationstep_number_unique', violation_error_message='该记录刚刚由他人办理，请刷新后再试。'),
        ),
        migrations.AlterConstraint(
            model_name='lecture',
            name='activities_lecture_not_own_review',
            constraint=models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), models.Q(('reviewed_by', models.F('submitted_by')), _negated=True), _connector='OR'), name='activities_lecture_not_own_review', violation_error_message='不能审核本人登记或提交的记录。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestep',
            trigger=pgtrigger.compiler.Trigger(name='not_own_review', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state IN ('accepted', 'returned') AND EXISTS (\n            SELECT 1 FROM activities_lecture r WHERE r.id = NEW.lecture_id\n                AND NEW.by_id IN (r.created_by_id, r.submitted_by_id)\n        ) THEN\n                RAISE EXCEPTION '不能审核本人登记或提交的记录。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='c20bc11d83426ba5b2a0dd505285bddbc24d910d', operation='INSERT', pgid='pgtrigger_not_own_review_9756f', table='activities_lecturestep', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lecturestep',
            trigger=pgtrigger.compiler.Trigger(name='is_signed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.by_id IS NULL THEN\n                RAISE EXCEPTION '须写明办理人。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='0976985f6ec287b47d570137ce3c4f268530be54', operation='INSERT', pgid='pgtrigger_is_signed_8a89c', table='activities_lecturestep', when='BEFORE')),
        ),
    ]
