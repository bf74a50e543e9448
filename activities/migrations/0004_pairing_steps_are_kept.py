"""No state of a pairing changes without its step, and no step is without a user."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_pairing_steps_of_old")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='pairing',
            name='begins_as_intent',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='pairing',
            name='legal_step',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairing',
            trigger=pgtrigger.compiler.Trigger(name='begins_at_first', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state NOT IN ('intent') THEN\n                RAISE EXCEPTION '新的记录须从第一个状态开始。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='bd2aaf6945b428839495854a800ea4625b7c4a56', operation='INSERT', pgid='pgtrigger_begins_at_first_61d46', table='activities_pairing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairing',
            trigger=pgtrigger.compiler.Trigger(name='legal_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state <> OLD.state AND NOT ((OLD.state = 'intent' AND NEW.state = 'paired') OR (OLD.state = 'intent' AND NEW.state = 'terminated') OR (OLD.state = 'paired' AND NEW.state = 'active') OR (OLD.state = 'paired' AND NEW.state = 'terminated') OR (OLD.state = 'active' AND NEW.state = 'done') OR (OLD.state = 'active' AND NEW.state = 'terminated')) THEN\n                RAISE EXCEPTION '该记录的状态已经改变，或不能越级办理。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='ae69df63431e21e6805cf809966b54796e989fdf', operation='UPDATE', pgid='pgtrigger_legal_step_b35d7', table='activities_pairing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairing',
            trigger=pgtrigger.compiler.Trigger(name='step_is_written', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.state <> OLD.state AND NOT EXISTS (\n                SELECT 1 FROM activities_pairingstep s\n                WHERE s.pairing_id = NEW.id AND s.number = NEW.version\n                    AND s.before = OLD.state AND s.state = NEW.state\n            ) THEN\n                RAISE EXCEPTION '状态改变须同时记下办理的人、时间和去向。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='ed198442c7ed2c5c036488d8b8472b6c9244952e', operation='UPDATE', pgid='pgtrigger_step_is_written_766c4', table='activities_pairing', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pairingstep',
            trigger=pgtrigger.compiler.Trigger(name='is_signed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.by_id IS NULL THEN\n                RAISE EXCEPTION '须写明办理人。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='be679142651b8dcf03fa160bc9d150823ddeb797', operation='INSERT', pgid='pgtrigger_is_signed_1b55b', table='activities_pairingstep', when='BEFORE')),
        ),
    ]
