"""All tables as of version 0.1, made at once; later changes are migrations of their own."""

import chambers.models.chamber
import chambers.models.enterprise
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import redleader.records.constraints
import redleader.records.search
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models
from redleader.records.operations import NewTables


# The rule of chambers.models.enterprise.check_character, for the database.
CREDIT_CODE = """
CREATE FUNCTION credit_code_is_valid(code text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$' AND (
        SELECT SUM(
            (POSITION(SUBSTR(code, i, 1) IN '0123456789ABCDEFGHJKLMNPQRTUWXY') - 1)
            * (ARRAY[1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28,1])[i]
        ) % 31 = 0
        FROM generate_series(1, 18) AS i
    )
$$
"""


# The one way to change the history, and only of persons that were erased: the
# application's role may call it, the owner's rights do it, and it writes what it did.
# The audit's trigger stays on: each cleared event is told in the chain. The checks are
# immediate here, so it has fired before the table is altered again.
ERASE = """
CREATE FUNCTION erase_member(person bigint, actor text, ground text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    nameless text;
    cleared integer;
BEGIN
    SELECT name INTO nameless FROM chambers_member
        WHERE id = person AND erased_on IS NOT NULL;
    IF nameless IS NULL THEN
        RAISE EXCEPTION '会员的个人信息还没有清除，不能清除历史。'
            USING ERRCODE = 'check_violation';
    END IF;
    -- No table is altered while checks of its rows wait.
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE chambers_memberevent DISABLE TRIGGER USER;
    ALTER TABLE chambers_memberevent ENABLE TRIGGER audit_event;
    UPDATE chambers_memberevent
        SET name = nameless, note = '', phone = '', enterprise_id = NULL
        WHERE pgh_obj_id = person;
    GET DIAGNOSTICS cleared = ROW_COUNT;
    ALTER TABLE chambers_memberevent ENABLE TRIGGER USER;
    ALTER TABLE activities_attendance DISABLE TRIGGER USER;
    UPDATE activities_attendance SET reason = '' WHERE member_id = person;
    ALTER TABLE activities_attendance ENABLE TRIGGER USER;
    ALTER TABLE activities_attendanceevent DISABLE TRIGGER USER;
    ALTER TABLE activities_attendanceevent ENABLE TRIGGER audit_event;
    UPDATE activities_attendanceevent SET reason = '' WHERE member_id = person;
    ALTER TABLE activities_attendanceevent ENABLE TRIGGER USER;
    INSERT INTO chambers_erasure (member_id, by, reason, at, cleared)
        VALUES (person, actor, ground, now(), cleared);
    SET CONSTRAINTS ALL DEFERRED;
    RETURN cleared;
END
$$;
"""


class Migration(migrations.Migration):
    initial = True
    # What earlier versions made step by step.
    replaces = [
        ("chambers", "0001_initial"),
        ("chambers", "0002_inspection"),
        ("chambers", "0003_mediator_role"),
        ("chambers", "0004_may_export"),
        ("chambers", "0005_roles"),
        ("chambers", "0006_user_history"),
        ("chambers", "0007_people"),
        ("chambers", "0008_consents"),
        ("chambers", "0009_erase_member"),
        ("chambers", "0010_erase_in_the_audit"),
        ("chambers", "0011_order_by_name"),
        ("chambers", "0012_names_begin"),
        ("chambers", "0013_list_orders"),
        ("chambers", "0014_phones"),
    ]
    dependencies = []
    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(CREDIT_CODE, migrations.RunSQL.noop),
        NewTables(
            [
                migrations.CreateModel(
                    name='Enterprise',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100, unique=True, verbose_name='企业名称')),
                        ('credit_code', chambers.models.enterprise.CreditCodeField()),
                        ('township', models.ForeignKey(blank=True, limit_choices_to={'level': 'township'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enterprises', to='chambers.region', verbose_name='所在乡镇')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                        ('search_text', redleader.records.search.SearchTextField('name', surname=False)),
                        ('search_grams', redleader.records.search.SearchGramsField()),
                        ('sort_key', redleader.records.search.SortKeyField('name', surname=False)),
                    ],
                    options={
                        'verbose_name': '企业',
                        'verbose_name_plural': '企业',
                        'ordering': ['sort_key', 'pk'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_grams'], name='chambers_enterprise_search'), models.Index(fields=['sort_key', 'id'], name='chambers_enterprise_by_name'), models.Index(django.db.models.functions.comparison.Collate(models.Func(models.F('search_text'), models.Value(' '), models.Value(1), function='split_part', output_field=models.TextField()), 'C'), models.F('id'), name='chambers_enterprise_word'), models.Index(django.db.models.functions.comparison.Collate(models.Func(models.F('search_text'), models.Value(' '), models.Value(2), function='split_part', output_field=models.TextField()), 'C'), models.F('id'), name='chambers_enterprise_pinyin'), models.Index(django.db.models.functions.comparison.Collate(models.Func(models.F('search_text'), models.Value(' '), models.Value(3), function='split_part', output_field=models.TextField()), 'C'), models.F('id'), name='chambers_enterprise_initials')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('credit_code', ''), chambers.models.enterprise.CreditCodeIsValid(models.F('credit_code')), _connector='OR'), name='chambers_enterprise_credit_code_valid', violation_error_message='统一社会信用代码应为 18 位，且末位校验码正确，请对照营业执照或登记证书核对。'), models.UniqueConstraint(condition=models.Q(('credit_code', ''), _negated=True), fields=('credit_code',), name='chambers_enterprise_credit_code_unique', violation_error_message='该统一社会信用代码已经登记。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_enterpriseevent" ("credit_code", "id", "is_demo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "township_id") VALUES (NEW."credit_code", NEW."id", NEW."is_demo", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."township_id"); RETURN NULL;', hash='f1827a9b4500589ca1e7dde90c22d6e90756c660', operation='INSERT', pgid='pgtrigger_insert_insert_cf571', table='chambers_enterprise', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."credit_code" IS DISTINCT FROM (NEW."credit_code") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."township_id" IS DISTINCT FROM (NEW."township_id"))', func='INSERT INTO "chambers_enterpriseevent" ("credit_code", "id", "is_demo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "township_id") VALUES (NEW."credit_code", NEW."id", NEW."is_demo", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."township_id"); RETURN NULL;', hash='e65f9ff7157ad530ebcdac9d77b38f22981976db', operation='UPDATE', pgid='pgtrigger_update_update_d80f9', table='chambers_enterprise', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_enterpriseevent" ("credit_code", "id", "is_demo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "township_id") VALUES (OLD."credit_code", OLD."id", OLD."is_demo", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."township_id"); RETURN NULL;', hash='5d338320bffae9b1749cf4ccd20a5580acaacbe8', operation='DELETE', pgid='pgtrigger_delete_delete_5fc58', table='chambers_enterprise', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='EnterpriseEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.enterprise')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=100, verbose_name='企业名称')),
                        ('credit_code', chambers.models.enterprise.CreditCodeField()),
                        ('township', models.ForeignKey(blank=True, db_constraint=False, limit_choices_to={'level': 'township'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.region', verbose_name='所在乡镇')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='122e49d27a5a29af93d9180c04b7895682ba64bc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a2535', table='chambers_enterpriseevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Chamber',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, unique=True, verbose_name='商会名称')),
                        ('short_name', models.CharField(blank=True, max_length=30, verbose_name='简称')),
                        ('kind', models.CharField(choices=[('township', '乡镇商会'), ('trade', '行业商（协）会'), ('youth', '青年企业家商会'), ('remote', '异地商会'), ('general', '总商会及其他')], max_length=10, verbose_name='类型')),
                        ('township', models.ForeignKey(blank=True, help_text='全县性的商会不填。', limit_choices_to={'level': 'township'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chambers', to='chambers.region', verbose_name='所在乡镇')),
                        ('trades', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('A', '农、林、牧、渔业'), ('B', '采矿业'), ('C', '制造业'), ('D', '电力、热力、燃气及水生产和供应业'), ('E', '建筑业'), ('F', '批发和零售业'), ('G', '交通运输、仓储和邮政业'), ('H', '住宿和餐饮业'), ('I', '信息传输、软件和信息技术服务业'), ('J', '金融业'), ('K', '房地产业'), ('L', '租赁和商务服务业'), ('M', '科学研究和技术服务业'), ('N', '水利、环境和公共设施管理业'), ('O', '居民服务、修理和其他服务业'), ('P', '教育'), ('Q', '卫生和社会工作'), ('R', '文化、体育和娱乐业'), ('S', '公共管理、社会保障和社会组织'), ('T', '国际组织')], max_length=1), blank=True, default=list, help_text='按国民经济行业分类（GB/T 4754）门类，可多选。', size=None, verbose_name='涉及行业')),
                        ('credit_code', chambers.models.enterprise.CreditCodeField()),
                        ('state', models.CharField(choices=[('preparing', '筹备中'), ('active', '正常'), ('closed', '已停用')], default='active', max_length=10, verbose_name='状态')),
                        ('founded_on', models.DateField(blank=True, null=True, verbose_name='成立日期')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                        ('charter_clause', models.CharField(choices=[('unknown', '未登记'), ('none', '未写入'), ('2018', '2018年版（民函〔2018〕78号）'), ('2019', '2019年版（民函〔2019〕54号）')], default='unknown', max_length=10, verbose_name='党建入章')),
                        ('charter_adoption', models.CharField(blank=True, choices=[('assembly', '会员大会通过'), ('advance', '先行写入')], max_length=10, verbose_name='写入方式')),
                        ('charter_approved_on', models.DateField(blank=True, null=True, verbose_name='章程核准日期')),
                        ('introduction', models.TextField(blank=True, max_length=2000, verbose_name='简介')),
                        ('logo', models.ImageField(blank=True, upload_to=chambers.models.chamber.logo_path, verbose_name='会徽')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                        ('search_text', redleader.records.search.SearchTextField('name', 'short_name', surname=False)),
                        ('search_grams', redleader.records.search.SearchGramsField()),
                        ('sort_key', redleader.records.search.SortKeyField('name', surname=False)),
                    ],
                    options={
                        'verbose_name': '商会',
                        'verbose_name_plural': '商会',
                        'ordering': ['sort_key', 'pk'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_grams'], name='chambers_chamber_search'), models.Index(fields=['sort_key', 'id'], name='chambers_chamber_by_name')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('credit_code', ''), chambers.models.enterprise.CreditCodeIsValid(models.F('credit_code')), _connector='OR'), name='chambers_chamber_credit_code_valid', violation_error_message='统一社会信用代码应为 18 位，且末位校验码正确，请对照营业执照或登记证书核对。'), models.UniqueConstraint(condition=models.Q(('credit_code', ''), _negated=True), fields=('credit_code',), name='chambers_chamber_credit_code_unique', violation_error_message='该统一社会信用代码已经登记。'), models.CheckConstraint(condition=models.Q(('kind__in', ['township', 'trade', 'youth', 'remote', 'general'])), name='chambers_chamber_kind_valid', violation_error_message='所选类型无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('state__in', ['preparing', 'active', 'closed'])), name='chambers_chamber_state_valid', violation_error_message='所选状态无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('charter_clause__in', ['unknown', 'none', '2018', '2019'])), name='chambers_chamber_charter_clause_valid', violation_error_message='所选党建入章版本无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('closed_on__isnull', True), ('closed_on__gte', models.F('founded_on')), _connector='OR'), name='chambers_chamber_closed_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.CheckConstraint(condition=models.Q(('trades__contained_by', ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T'])), name='chambers_chamber_trades_valid', violation_error_message='所选涉及行业无效，请重新选择。'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'township'), _negated=True), ('township__isnull', False), _connector='OR'), name='chambers_chamber_township_known', violation_error_message='乡镇商会须填写所在乡镇。'), models.CheckConstraint(condition=models.Q(('state', 'closed'), ('closed_on__isnull', True), _connector='OR'), name='chambers_chamber_closed_has_state', violation_error_message='只有已停用的商会才填写停用日期。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='life_holds_rows', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF EXISTS (\n                SELECT 1 FROM (SELECT started_on, ended_on FROM chambers_appointment WHERE chamber_id = NEW.id UNION ALL SELECT started_on, ended_on FROM chambers_chamberterm WHERE chamber_id = NEW.id) r WHERE r.started_on < NEW.founded_on\n                    OR COALESCE(r.ended_on, 'infinity') > NEW.closed_on\n            ) THEN\n                RAISE EXCEPTION '成立或停用（撤销）日期与已登记的任职、届次不符，请先填写任职止和换届日期。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='b378d118bdb022418c9e75ee2dc5663ee0c68dca', operation='UPDATE', pgid='pgtrigger_life_holds_rows_51637', table='chambers_chamber', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_chamberevent" ("charter_adoption", "charter_approved_on", "charter_clause", "closed_on", "credit_code", "founded_on", "id", "introduction", "is_demo", "kind", "logo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name", "state", "township_id", "trades") VALUES (NEW."charter_adoption", NEW."charter_approved_on", NEW."charter_clause", NEW."closed_on", NEW."credit_code", NEW."founded_on", NEW."id", NEW."introduction", NEW."is_demo", NEW."kind", NEW."logo", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."short_name", NEW."state", NEW."township_id", NEW."trades"); RETURN NULL;', hash='f36f1708b80b6b7aab344e103f447bbd78a14681', operation='INSERT', pgid='pgtrigger_insert_insert_40658', table='chambers_chamber', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."charter_adoption" IS DISTINCT FROM (NEW."charter_adoption") OR OLD."charter_approved_on" IS DISTINCT FROM (NEW."charter_approved_on") OR OLD."charter_clause" IS DISTINCT FROM (NEW."charter_clause") OR OLD."closed_on" IS DISTINCT FROM (NEW."closed_on") OR OLD."credit_code" IS DISTINCT FROM (NEW."credit_code") OR OLD."founded_on" IS DISTINCT FROM (NEW."founded_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."introduction" IS DISTINCT FROM (NEW."introduction") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."logo" IS DISTINCT FROM (NEW."logo") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."short_name" IS DISTINCT FROM (NEW."short_name") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."township_id" IS DISTINCT FROM (NEW."township_id") OR OLD."trades" IS DISTINCT FROM (NEW."trades"))', func='INSERT INTO "chambers_chamberevent" ("charter_adoption", "charter_approved_on", "charter_clause", "closed_on", "credit_code", "founded_on", "id", "introduction", "is_demo", "kind", "logo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name", "state", "township_id", "trades") VALUES (NEW."charter_adoption", NEW."charter_approved_on", NEW."charter_clause", NEW."closed_on", NEW."credit_code", NEW."founded_on", NEW."id", NEW."introduction", NEW."is_demo", NEW."kind", NEW."logo", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."short_name", NEW."state", NEW."township_id", NEW."trades"); RETURN NULL;', hash='8977d50a93d4bcc3a9318e9503d01ed5d863fd8f', operation='UPDATE', pgid='pgtrigger_update_update_d6791', table='chambers_chamber', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_chamberevent" ("charter_adoption", "charter_approved_on", "charter_clause", "closed_on", "credit_code", "founded_on", "id", "introduction", "is_demo", "kind", "logo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name", "state", "township_id", "trades") VALUES (OLD."charter_adoption", OLD."charter_approved_on", OLD."charter_clause", OLD."closed_on", OLD."credit_code", OLD."founded_on", OLD."id", OLD."introduction", OLD."is_demo", OLD."kind", OLD."logo", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."short_name", OLD."state", OLD."township_id", OLD."trades"); RETURN NULL;', hash='857156b24f2b642c326e7c1bd13410a0c3815fac', operation='DELETE', pgid='pgtrigger_delete_delete_4848b', table='chambers_chamber', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='ChamberEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.chamber')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=60, verbose_name='商会名称')),
                        ('short_name', models.CharField(blank=True, max_length=30, verbose_name='简称')),
                        ('kind', models.CharField(choices=[('township', '乡镇商会'), ('trade', '行业商（协）会'), ('youth', '青年企业家商会'), ('remote', '异地商会'), ('general', '总商会及其他')], max_length=10, verbose_name='类型')),
                        ('township', models.ForeignKey(blank=True, db_constraint=False, help_text='全县性的商会不填。', limit_choices_to={'level': 'township'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.region', verbose_name='所在乡镇')),
                        ('trades', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('A', '农、林、牧、渔业'), ('B', '采矿业'), ('C', '制造业'), ('D', '电力、热力、燃气及水生产和供应业'), ('E', '建筑业'), ('F', '批发和零售业'), ('G', '交通运输、仓储和邮政业'), ('H', '住宿和餐饮业'), ('I', '信息传输、软件和信息技术服务业'), ('J', '金融业'), ('K', '房地产业'), ('L', '租赁和商务服务业'), ('M', '科学研究和技术服务业'), ('N', '水利、环境和公共设施管理业'), ('O', '居民服务、修理和其他服务业'), ('P', '教育'), ('Q', '卫生和社会工作'), ('R', '文化、体育和娱乐业'), ('S', '公共管理、社会保障和社会组织'), ('T', '国际组织')], max_length=1), blank=True, default=list, help_text='按国民经济行业分类（GB/T 4754）门类，可多选。', size=None, verbose_name='涉及行业')),
                        ('credit_code', chambers.models.enterprise.CreditCodeField()),
                        ('state', models.CharField(choices=[('preparing', '筹备中'), ('active', '正常'), ('closed', '已停用')], default='active', max_length=10, verbose_name='状态')),
                        ('founded_on', models.DateField(blank=True, null=True, verbose_name='成立日期')),
                        ('closed_on', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                        ('charter_clause', models.CharField(choices=[('unknown', '未登记'), ('none', '未写入'), ('2018', '2018年版（民函〔2018〕78号）'), ('2019', '2019年版（民函〔2019〕54号）')], default='unknown', max_length=10, verbose_name='党建入章')),
                        ('charter_adoption', models.CharField(blank=True, choices=[('assembly', '会员大会通过'), ('advance', '先行写入')], max_length=10, verbose_name='写入方式')),
                        ('charter_approved_on', models.DateField(blank=True, null=True, verbose_name='章程核准日期')),
                        ('introduction', models.TextField(blank=True, max_length=2000, verbose_name='简介')),
                        ('logo', models.ImageField(blank=True, upload_to=chambers.models.chamber.logo_path, verbose_name='会徽')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b9d8109a7b8b9cea9adc55910fb9f9181569ef1a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ce1ba', table='chambers_chamberevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ChamberTerm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='届次')),
                        ('started_on', models.DateField(verbose_name='起始日期')),
                        ('due_on', models.DateField(verbose_name='应换届日期')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='实际换届日期')),
                        ('chamber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='chambers.chamber', verbose_name='商会')),
                    ],
                    options={
                        'verbose_name': '商会届次',
                        'verbose_name_plural': '商会届次',
                        'ordering': ['-started_on', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='chambers_chamberterm_ended_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.CheckConstraint(condition=models.Q(('due_on__isnull', True), ('due_on__gte', models.F('started_on')), _connector='OR'), name='chambers_chamberterm_due_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.UniqueConstraint(fields=('chamber', 'number'), name='chambers_chamberterm_number_unique', violation_error_message='这一届已经登记。'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('chamber', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_chamberterm_no_overlap', violation_error_message='与已登记的另一届任期重叠，请先填写上一届的换届日期。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='term_inside_life', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF EXISTS (\n                SELECT 1 FROM chambers_chamber o WHERE o.id = NEW.chamber_id AND (\n                    NEW.started_on < o.founded_on\n                    OR COALESCE(NEW.ended_on, 'infinity') > o.closed_on\n                )\n            ) THEN\n                RAISE EXCEPTION '起止日期超出了该组织存续的时间，请核对成立日期和停用（撤销）日期。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='89ba0d8887c1ae8cd1e8967e93d87c660dac32c5', operation='INSERT OR UPDATE', pgid='pgtrigger_term_inside_life_b06c3', table='chambers_chamberterm', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_chambertermevent" ("chamber_id", "due_on", "ended_on", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."chamber_id", NEW."due_on", NEW."ended_on", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."started_on"); RETURN NULL;', hash='e77a729357e6d87999ea2786c545503b8e32f526', operation='INSERT', pgid='pgtrigger_insert_insert_c2ad8', table='chambers_chamberterm', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "chambers_chambertermevent" ("chamber_id", "due_on", "ended_on", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."chamber_id", NEW."due_on", NEW."ended_on", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."started_on"); RETURN NULL;', hash='82a53f23c79ee044091594b5a1457bbcd269fa57', operation='UPDATE', pgid='pgtrigger_update_update_28b28', table='chambers_chamberterm', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_chambertermevent" ("chamber_id", "due_on", "ended_on", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (OLD."chamber_id", OLD."due_on", OLD."ended_on", OLD."id", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."started_on"); RETURN NULL;', hash='090df5a7a0f04a6563da6f42c41001f38a01fa40', operation='DELETE', pgid='pgtrigger_delete_delete_975d1', table='chambers_chamberterm', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='ChamberTermEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.chamberterm')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('number', models.PositiveSmallIntegerField(verbose_name='届次')),
                        ('started_on', models.DateField(verbose_name='起始日期')),
                        ('due_on', models.DateField(verbose_name='应换届日期')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='实际换届日期')),
                        ('chamber', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.chamber', verbose_name='商会')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='78d75ed68d8a349791c1376e16f659c4d4092e80', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_442ad', table='chambers_chambertermevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Branch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, unique=True, verbose_name='党组织名称')),
                        ('kind', models.CharField(choices=[('single', '党支部'), ('joint', '联合党支部'), ('general', '党总支'), ('committee', '党委'), ('functional', '功能型党组织'), ('instructor', '党建指导员')], max_length=10, verbose_name='形式')),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='chambers.branch', verbose_name='上级党组织')),
                        ('founded_on', models.DateField(blank=True, null=True, verbose_name='成立日期')),
                        ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                        ('search_text', redleader.records.search.SearchTextField('name', surname=False)),
                        ('search_grams', redleader.records.search.SearchGramsField()),
                        ('sort_key', redleader.records.search.SortKeyField('name', surname=False)),
                        ('chambers', models.ManyToManyField(related_name='branches', through='chambers.BranchCoverage', to='chambers.chamber', verbose_name='覆盖商会')),
                    ],
                    options={
                        'verbose_name': '党组织',
                        'verbose_name_plural': '党组织',
                        'ordering': ['sort_key', 'pk'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_grams'], name='chambers_branch_search'), models.Index(fields=['sort_key', 'id'], name='chambers_branch_by_name')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['single', 'joint', 'general', 'committee', 'functional', 'instructor'])), name='chambers_branch_kind_valid', violation_error_message='所选形式无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('dissolved_on__isnull', True), ('dissolved_on__gte', models.F('founded_on')), _connector='OR'), name='chambers_branch_dissolved_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='chambers_branch_not_own_parent', violation_error_message='党组织不能是自己的上级。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='coverage_count', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE branch_kind text; covered integer;', func="\n            \n                SELECT kind INTO branch_kind FROM chambers_branch\n                WHERE id = NEW.id;\n                SELECT count(*) INTO covered FROM chambers_branchcoverage\n                WHERE branch_id = NEW.id;\n            \n            IF (branch_kind = 'single' AND covered NOT BETWEEN 1 AND 1) OR (branch_kind = 'joint' AND covered NOT BETWEEN 2 AND 5) THEN\n                RAISE EXCEPTION '党支部覆盖 1 个商会，联合党支部覆盖 2 至 5 个商会，请核对覆盖商会。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NULL;\n        ", hash='2748da18d5173e76a9c66751d83cbc88b6499e9f', operation='INSERT OR UPDATE OF "kind"', pgid='pgtrigger_coverage_count_f4558', table='chambers_branch', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')), pgtrigger.compiler.Trigger(name='life_holds_rows', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF EXISTS (\n                SELECT 1 FROM (SELECT started_on, ended_on FROM chambers_appointment WHERE branch_id = NEW.id UNION ALL SELECT started_on, ended_on FROM chambers_branchterm WHERE branch_id = NEW.id) r WHERE r.started_on < NEW.founded_on\n                    OR COALESCE(r.ended_on, 'infinity') > NEW.dissolved_on\n            ) THEN\n                RAISE EXCEPTION '成立或停用（撤销）日期与已登记的任职、届次不符，请先填写任职止和换届日期。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='b3ec4bdf8ac66993a152b4b983319df85e9fb6b7', operation='UPDATE', pgid='pgtrigger_life_holds_rows_c9ea4', table='chambers_branch', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_branchevent" ("dissolved_on", "founded_on", "id", "is_demo", "kind", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."dissolved_on", NEW."founded_on", NEW."id", NEW."is_demo", NEW."kind", NEW."name", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id"); RETURN NULL;', hash='7163f1b54001dc6fd525d9b0ca377f43addbc4cb', operation='INSERT', pgid='pgtrigger_insert_insert_a746c', table='chambers_branch', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."dissolved_on" IS DISTINCT FROM (NEW."dissolved_on") OR OLD."founded_on" IS DISTINCT FROM (NEW."founded_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."parent_id" IS DISTINCT FROM (NEW."parent_id"))', func='INSERT INTO "chambers_branchevent" ("dissolved_on", "founded_on", "id", "is_demo", "kind", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."dissolved_on", NEW."founded_on", NEW."id", NEW."is_demo", NEW."kind", NEW."name", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id"); RETURN NULL;', hash='fc918daa12a0c54bc77cc7918578bd3a3b50f701', operation='UPDATE', pgid='pgtrigger_update_update_97fa9', table='chambers_branch', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_branchevent" ("dissolved_on", "founded_on", "id", "is_demo", "kind", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."dissolved_on", OLD."founded_on", OLD."id", OLD."is_demo", OLD."kind", OLD."name", OLD."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id"); RETURN NULL;', hash='2ff11cde10badfb2058e489512c3c52d4d0c76bc', operation='DELETE', pgid='pgtrigger_delete_delete_a6772', table='chambers_branch', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='BranchEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.branch')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=80, verbose_name='党组织名称')),
                        ('kind', models.CharField(choices=[('single', '党支部'), ('joint', '联合党支部'), ('general', '党总支'), ('committee', '党委'), ('functional', '功能型党组织'), ('instructor', '党建指导员')], max_length=10, verbose_name='形式')),
                        ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.branch', verbose_name='上级党组织')),
                        ('founded_on', models.DateField(blank=True, null=True, verbose_name='成立日期')),
                        ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='eef95a0f463d61264ee54e99877f3f625576b6c4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4962b', table='chambers_branchevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='BranchCoverage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('branch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='coverages', to='chambers.branch', verbose_name='党组织')),
                        ('chamber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coverages', to='chambers.chamber', verbose_name='商会')),
                    ],
                    options={
                        'verbose_name': '覆盖商会',
                        'verbose_name_plural': '覆盖商会',
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('branch', 'chamber'), name='chambers_branchcoverage_once', violation_error_message='该商会已在覆盖范围内。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='coverage_count', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE branch_kind text; covered integer;', func="\n            \n                SELECT kind INTO branch_kind FROM chambers_branch\n                WHERE id = COALESCE(NEW.branch_id, OLD.branch_id);\n                SELECT count(*) INTO covered FROM chambers_branchcoverage\n                WHERE branch_id = COALESCE(NEW.branch_id, OLD.branch_id);\n            \n            IF (branch_kind = 'single' AND covered NOT BETWEEN 1 AND 1) OR (branch_kind = 'joint' AND covered NOT BETWEEN 2 AND 5) THEN\n                RAISE EXCEPTION '党支部覆盖 1 个商会，联合党支部覆盖 2 至 5 个商会，请核对覆盖商会。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NULL;\n        ", hash='690587b1b8d5ea20c8af8c752f92430e9cb47d08', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_coverage_count_f77b6', table='chambers_branchcoverage', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_branchcoverageevent" ("branch_id", "chamber_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."branch_id", NEW."chamber_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id"); RETURN NULL;', hash='65a8db0e1e95a6cb7ce871e745c3b6cc6f595fc8', operation='INSERT', pgid='pgtrigger_insert_insert_20c47', table='chambers_branchcoverage', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "chambers_branchcoverageevent" ("branch_id", "chamber_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."branch_id", NEW."chamber_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id"); RETURN NULL;', hash='436d0dd4a9d805ba73747192c18e70b1e78917ae', operation='UPDATE', pgid='pgtrigger_update_update_e867e', table='chambers_branchcoverage', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_branchcoverageevent" ("branch_id", "chamber_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."branch_id", OLD."chamber_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id"); RETURN NULL;', hash='35a59a2c6763d578aa3b4b308d95b8c6db6f455b', operation='DELETE', pgid='pgtrigger_delete_delete_b0a24', table='chambers_branchcoverage', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='BranchCoverageEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.branchcoverage')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('branch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.branch', verbose_name='党组织')),
                        ('chamber', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.chamber', verbose_name='商会')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='13aa8169c47bc0c3838dc5b53fff92a31e979044', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_efb1c', table='chambers_branchcoverageevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='BranchTerm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='届次')),
                        ('started_on', models.DateField(verbose_name='起始日期')),
                        ('due_on', models.DateField(verbose_name='应换届日期')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='实际换届日期')),
                        ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='chambers.branch', verbose_name='党组织')),
                    ],
                    options={
                        'verbose_name': '党组织届次',
                        'verbose_name_plural': '党组织届次',
                        'ordering': ['-started_on', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='chambers_branchterm_ended_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.CheckConstraint(condition=models.Q(('due_on__isnull', True), ('due_on__gte', models.F('started_on')), _connector='OR'), name='chambers_branchterm_due_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.UniqueConstraint(fields=('branch', 'number'), name='chambers_branchterm_number_unique', violation_error_message='这一届已经登记。'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('branch', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_branchterm_no_overlap', violation_error_message='与已登记的另一届任期重叠，请先填写上一届的换届日期。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='term_inside_life', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF EXISTS (\n                SELECT 1 FROM chambers_branch o WHERE o.id = NEW.branch_id AND (\n                    NEW.started_on < o.founded_on\n                    OR COALESCE(NEW.ended_on, 'infinity') > o.dissolved_on\n                )\n            ) THEN\n                RAISE EXCEPTION '起止日期超出了该组织存续的时间，请核对成立日期和停用（撤销）日期。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='f62131895c7a8faab1dabb87701d466116b63b12', operation='INSERT OR UPDATE', pgid='pgtrigger_term_inside_life_30c5f', table='chambers_branchterm', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_branchtermevent" ("branch_id", "due_on", "ended_on", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."branch_id", NEW."due_on", NEW."ended_on", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."started_on"); RETURN NULL;', hash='a8313f67e736da19d9401846c7c45bbd3023174f', operation='INSERT', pgid='pgtrigger_insert_insert_4b745', table='chambers_branchterm', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "chambers_branchtermevent" ("branch_id", "due_on", "ended_on", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."branch_id", NEW."due_on", NEW."ended_on", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."started_on"); RETURN NULL;', hash='b44739846f3e1c9a9c3b4f883fd81c62220f178a', operation='UPDATE', pgid='pgtrigger_update_update_f97be', table='chambers_branchterm', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_branchtermevent" ("branch_id", "due_on", "ended_on", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (OLD."branch_id", OLD."due_on", OLD."ended_on", OLD."id", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."started_on"); RETURN NULL;', hash='a8b9ed7877e09aae6b1f238be5b8bb194f280963', operation='DELETE', pgid='pgtrigger_delete_delete_39d07', table='chambers_branchterm', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='BranchTermEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.branchterm')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('number', models.PositiveSmallIntegerField(verbose_name='届次')),
                        ('started_on', models.DateField(verbose_name='起始日期')),
                        ('due_on', models.DateField(verbose_name='应换届日期')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='实际换届日期')),
                        ('branch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.branch', verbose_name='党组织')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c72e9d839bdb46501a92f4893f1a8f10dc5bd8b1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_92d9a', table='chambers_branchtermevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Member',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('firm', '企业会员'), ('person', '个人会员')], max_length=10, verbose_name='类别')),
                        ('name', models.CharField(max_length=100, verbose_name='姓名或名称')),
                        ('note', models.CharField(blank=True, help_text='同名时用来区分，如单位或职务。', max_length=50, verbose_name='区分说明')),
                        ('enterprise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='chambers.enterprise', verbose_name='所属企业')),
                        ('phone', models.CharField(blank=True, max_length=11, validators=[django.core.validators.RegexValidator('^1\\d{10}\\Z', '手机号应为 11 位数字，例如 138xxxx1234。')], verbose_name='手机号')),
                        ('party_status', models.CharField(choices=[('unknown', '未登记'), ('none', '非党员'), ('applicant', '入党申请人'), ('activist', '入党积极分子'), ('candidate', '发展对象'), ('probationary', '预备党员'), ('full', '正式党员')], default='unknown', max_length=15, verbose_name='党员状况（内部）')),
                        ('branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='chambers.branch', verbose_name='所在党组织')),
                        ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='chambers.member', verbose_name='已合并到')),
                        ('erased_on', models.DateField(editable=False, null=True, verbose_name='个人信息清除日期')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                        ('search_text', redleader.records.search.SearchTextField('name', surname=True)),
                        ('search_grams', redleader.records.search.SearchGramsField()),
                        ('sort_key', redleader.records.search.SortKeyField('name', surname=True)),
                        ('chambers', models.ManyToManyField(related_name='members', through='chambers.Membership', to='chambers.chamber', verbose_name='所属商会')),
                    ],
                    options={
                        'verbose_name': '会员',
                        'verbose_name_plural': '会员',
                        'ordering': ['sort_key', 'pk'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_grams'], name='chambers_member_search'), models.Index(fields=['sort_key', 'id'], name='chambers_member_by_name'), models.Index(django.db.models.functions.comparison.Collate(models.Func(models.F('search_text'), models.Value(' '), models.Value(1), function='split_part', output_field=models.TextField()), 'C'), models.F('id'), name='chambers_member_word'), models.Index(django.db.models.functions.comparison.Collate(models.Func(models.F('search_text'), models.Value(' '), models.Value(2), function='split_part', output_field=models.TextField()), 'C'), models.F('id'), name='chambers_member_pinyin'), models.Index(django.db.models.functions.comparison.Collate(models.Func(models.F('search_text'), models.Value(' '), models.Value(3), function='split_part', output_field=models.TextField()), 'C'), models.F('id'), name='chambers_member_initials'), models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='chambers_member_phone')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['firm', 'person'])), name='chambers_member_kind_valid', violation_error_message='所选类别无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('party_status__in', ['unknown', 'none', 'applicant', 'activist', 'candidate', 'probationary', 'full'])), name='chambers_member_party_status_valid', violation_error_message='所选党员状况无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('phone', ''), ('phone__regex', '^1\\d{10}$'), _connector='OR'), name='chambers_member_phone_valid', violation_error_message='手机号应为 11 位数字，例如 138xxxx1234。'), models.CheckConstraint(condition=models.Q(('kind', 'person'), models.Q(('branch__isnull', True), ('enterprise__isnull', False), ('party_status', 'unknown')), _connector='OR'), name='chambers_member_firm_is_enterprise', violation_error_message='企业会员须选择企业，且没有党员状况和党组织。'), models.UniqueConstraint(condition=models.Q(('kind', 'firm')), fields=('enterprise',), name='chambers_member_firm_once', violation_error_message='该企业已登记为企业会员。'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='chambers_member_not_into_itself', violation_error_message='不能把会员合并到自己。'), models.CheckConstraint(condition=models.Q(('erased_on__isnull', True), models.Q(('enterprise__isnull', True), ('name', '（已清除）'), ('note', ''), ('phone', '')), _connector='OR'), name='chambers_member_erased_is_nameless', violation_error_message='已清除个人信息的会员不能再填写姓名等信息。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='erased_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF OLD.erased_on IS NOT NULL AND NEW.erased_on IS NULL THEN\n                RAISE EXCEPTION '个人信息已经清除，不能恢复。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='c3f587a5ee15147e9d16ff96a38265f9e2ca2bef', operation='UPDATE', pgid='pgtrigger_erased_stays_0edd2', table='chambers_member', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_memberevent" ("branch_id", "enterprise_id", "erased_on", "id", "is_demo", "kind", "merged_into_id", "name", "note", "party_status", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."branch_id", NEW."enterprise_id", NEW."erased_on", NEW."id", NEW."is_demo", NEW."kind", NEW."merged_into_id", NEW."name", NEW."note", NEW."party_status", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."phone"); RETURN NULL;', hash='2677028dd40f236b9ca2a1f60810ce29b32bbfd7', operation='INSERT', pgid='pgtrigger_insert_insert_d83d3', table='chambers_member', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."enterprise_id" IS DISTINCT FROM (NEW."enterprise_id") OR OLD."erased_on" IS DISTINCT FROM (NEW."erased_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."party_status" IS DISTINCT FROM (NEW."party_status") OR OLD."phone" IS DISTINCT FROM (NEW."phone"))', func='INSERT INTO "chambers_memberevent" ("branch_id", "enterprise_id", "erased_on", "id", "is_demo", "kind", "merged_into_id", "name", "note", "party_status", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (NEW."branch_id", NEW."enterprise_id", NEW."erased_on", NEW."id", NEW."is_demo", NEW."kind", NEW."merged_into_id", NEW."name", NEW."note", NEW."party_status", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."phone"); RETURN NULL;', hash='4435af10edb8768ab5f8f5df70764306bbe73616', operation='UPDATE', pgid='pgtrigger_update_update_445fe', table='chambers_member', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_memberevent" ("branch_id", "enterprise_id", "erased_on", "id", "is_demo", "kind", "merged_into_id", "name", "note", "party_status", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone") VALUES (OLD."branch_id", OLD."enterprise_id", OLD."erased_on", OLD."id", OLD."is_demo", OLD."kind", OLD."merged_into_id", OLD."name", OLD."note", OLD."party_status", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."phone"); RETURN NULL;', hash='c6147a18be5a9fb79fce51759e4bf2d589bb6263', operation='DELETE', pgid='pgtrigger_delete_delete_c2992', table='chambers_member', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='MemberEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.member')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('kind', models.CharField(choices=[('firm', '企业会员'), ('person', '个人会员')], max_length=10, verbose_name='类别')),
                        ('name', models.CharField(max_length=100, verbose_name='姓名或名称')),
                        ('note', models.CharField(blank=True, help_text='同名时用来区分，如单位或职务。', max_length=50, verbose_name='区分说明')),
                        ('enterprise', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.enterprise', verbose_name='所属企业')),
                        ('phone', models.CharField(blank=True, max_length=11, validators=[django.core.validators.RegexValidator('^1\\d{10}\\Z', '手机号应为 11 位数字，例如 138xxxx1234。')], verbose_name='手机号')),
                        ('party_status', models.CharField(choices=[('unknown', '未登记'), ('none', '非党员'), ('applicant', '入党申请人'), ('activist', '入党积极分子'), ('candidate', '发展对象'), ('probationary', '预备党员'), ('full', '正式党员')], default='unknown', max_length=15, verbose_name='党员状况（内部）')),
                        ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.branch', verbose_name='所在党组织')),
                        ('merged_into', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.member', verbose_name='已合并到')),
                        ('erased_on', models.DateField(editable=False, null=True, verbose_name='个人信息清除日期')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='演示数据')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e702f85ebd3322a4292ac80522b391f8d97ec1e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c01f4', table='chambers_memberevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='chambers.member', verbose_name='会员')),
                        ('chamber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='chambers.chamber', verbose_name='商会')),
                        ('started_on', models.DateField(verbose_name='入会日期')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='退会日期')),
                    ],
                    options={
                        'verbose_name': '会籍',
                        'verbose_name_plural': '会籍',
                        'ordering': ['-started_on', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='chambers_membership_ended_on_after_start', violation_error_message='结束日期不能早于开始日期。'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('member', '='), ('chamber', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_membership_no_overlap', violation_error_message='该会员在这段时间已是本商会会员。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_membershipevent" ("chamber_id", "ended_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."chamber_id", NEW."ended_on", NEW."id", NEW."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."started_on"); RETURN NULL;', hash='2550d26c45ae4ac898d6c8d2a42767f4f0d950bb', operation='INSERT', pgid='pgtrigger_insert_insert_ca7ec', table='chambers_membership', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "chambers_membershipevent" ("chamber_id", "ended_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (NEW."chamber_id", NEW."ended_on", NEW."id", NEW."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."started_on"); RETURN NULL;', hash='97e9f1d7dd801bc5085c0dc9b62d89f7fe7e0f70', operation='UPDATE', pgid='pgtrigger_update_update_f5ae7', table='chambers_membership', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_membershipevent" ("chamber_id", "ended_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_on") VALUES (OLD."chamber_id", OLD."ended_on", OLD."id", OLD."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."started_on"); RETURN NULL;', hash='9db48ccc04d8f46a72604b879607a54e8e4da95c', operation='DELETE', pgid='pgtrigger_delete_delete_a0519', table='chambers_membership', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='MembershipEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.membership')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.member', verbose_name='会员')),
                        ('chamber', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.chamber', verbose_name='商会')),
                        ('started_on', models.DateField(verbose_name='入会日期')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='退会日期')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ea4b33e89cae13c669e0f00e8f40f3a28be5ac19', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dd681', table='chambers_membershipevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Appointment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('member', models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='chambers.member', verbose_name='任职人')),
                        ('post', models.CharField(choices=[('president', '会长'), ('executive_vice', '常务副会长'), ('vice_president', '副会长'), ('supervisor', '监事长'), ('secretary_general', '秘书长'), ('secretary', '商会秘书'), ('legal', '法定代表人'), ('branch_secretary', '党组织书记'), ('deputy_secretary', '党组织副书记'), ('organisation', '组织委员'), ('publicity', '宣传委员'), ('discipline', '纪检委员'), ('instructor', '党建指导员')], max_length=20, verbose_name='职务')),
                        ('chamber', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='chambers.chamber', verbose_name='商会')),
                        ('branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='chambers.branch', verbose_name='党组织')),
                        ('started_on', models.DateField(verbose_name='任职起')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='任职止')),
                    ],
                    options={
                        'verbose_name': '任职',
                        'verbose_name_plural': '任职',
                        'ordering': ['-started_on', 'pk'],
                        'indexes': [models.Index(fields=['-started_on', 'id'], name='chambers_appointment_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('post__in', ['president', 'executive_vice', 'vice_president', 'supervisor', 'secretary_general', 'secretary', 'legal', 'branch_secretary', 'deputy_secretary', 'organisation', 'publicity', 'discipline', 'instructor'])), name='chambers_appointment_post_valid', violation_error_message='所选职务无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='chambers_appointment_ended_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.CheckConstraint(condition=models.Q(models.Q(('branch__isnull', True), ('chamber__isnull', False)), models.Q(('branch__isnull', False), ('chamber__isnull', True)), _connector='OR'), name='chambers_appointment_one_organisation', violation_error_message='商会和党组织须填写一个，且只能填写一个。'), models.CheckConstraint(condition=models.Q(models.Q(('branch__isnull', False), ('post__in', ['branch_secretary', 'deputy_secretary', 'organisation', 'publicity', 'discipline', 'instructor'])), models.Q(('branch__isnull', True), models.Q(('post__in', ['branch_secretary', 'deputy_secretary', 'organisation', 'publicity', 'discipline', 'instructor']), _negated=True)), _connector='OR'), name='chambers_appointment_post_fits', violation_error_message='党组织职务须对应党组织，商会职务须对应商会。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('post', 'branch_secretary')), expressions=[('branch', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_appointment_one_branch_secretary', violation_error_message='该党组织在这段时间已有书记，请先填写前任的任职止。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('post__in', ['president', 'secretary_general', 'legal'])), expressions=[('chamber', '='), ('post', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_appointment_one_holder', violation_error_message='该商会在这段时间已有人担任此职务，请先填写前任的任职止。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('post', 'legal')), expressions=[('member', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_appointment_one_legal', violation_error_message='同一人只能担任一个社会团体的法定代表人（《社会团体登记管理条例》第十二条）。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('chamber__isnull', False)), expressions=[('member', '='), ('post', '='), ('chamber', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_appointment_chamber_no_overlap', violation_error_message='该人在这段时间已担任此职务。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('branch__isnull', False)), expressions=[('member', '='), ('post', '='), ('branch', '='), (redleader.records.constraints.DateRange(models.F('started_on'), models.F('ended_on'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='chambers_appointment_branch_no_overlap', violation_error_message='该人在这段时间已担任此职务。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='chamber_inside_life', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF EXISTS (\n                SELECT 1 FROM chambers_chamber o WHERE o.id = NEW.chamber_id AND (\n                    NEW.started_on < o.founded_on\n                    OR COALESCE(NEW.ended_on, 'infinity') > o.closed_on\n                )\n            ) THEN\n                RAISE EXCEPTION '起止日期超出了该组织存续的时间，请核对成立日期和停用（撤销）日期。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='80904636c2cd04f7c86a13c931b482b8b0650598', operation='INSERT OR UPDATE', pgid='pgtrigger_chamber_inside_life_782c6', table='chambers_appointment', when='BEFORE')), pgtrigger.compiler.Trigger(name='branch_inside_life', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF EXISTS (\n                SELECT 1 FROM chambers_branch o WHERE o.id = NEW.branch_id AND (\n                    NEW.started_on < o.founded_on\n                    OR COALESCE(NEW.ended_on, 'infinity') > o.dissolved_on\n                )\n            ) THEN\n                RAISE EXCEPTION '起止日期超出了该组织存续的时间，请核对成立日期和停用（撤销）日期。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='9ae93ea9978a1240b77146364382dcc58716cfa4', operation='INSERT OR UPDATE', pgid='pgtrigger_branch_inside_life_07e07', table='chambers_appointment', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_appointmentevent" ("branch_id", "chamber_id", "ended_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post", "started_on") VALUES (NEW."branch_id", NEW."chamber_id", NEW."ended_on", NEW."id", NEW."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."post", NEW."started_on"); RETURN NULL;', hash='ff82b3c9345acb3959ab36079d58fbdf5f67461e', operation='INSERT', pgid='pgtrigger_insert_insert_d5f1b', table='chambers_appointment', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "chambers_appointmentevent" ("branch_id", "chamber_id", "ended_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post", "started_on") VALUES (NEW."branch_id", NEW."chamber_id", NEW."ended_on", NEW."id", NEW."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."post", NEW."started_on"); RETURN NULL;', hash='f4cac3d6efa4961da7e23a0c9bd55f60dfccfed8', operation='UPDATE', pgid='pgtrigger_update_update_829f8', table='chambers_appointment', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_appointmentevent" ("branch_id", "chamber_id", "ended_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "post", "started_on") VALUES (OLD."branch_id", OLD."chamber_id", OLD."ended_on", OLD."id", OLD."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."post", OLD."started_on"); RETURN NULL;', hash='f4800fc36819626dbba5f374b3cfbc40574d2c3a', operation='DELETE', pgid='pgtrigger_delete_delete_4fd9d', table='chambers_appointment', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='AppointmentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.appointment')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('member', models.ForeignKey(db_constraint=False, limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.member', verbose_name='任职人')),
                        ('post', models.CharField(choices=[('president', '会长'), ('executive_vice', '常务副会长'), ('vice_president', '副会长'), ('supervisor', '监事长'), ('secretary_general', '秘书长'), ('secretary', '商会秘书'), ('legal', '法定代表人'), ('branch_secretary', '党组织书记'), ('deputy_secretary', '党组织副书记'), ('organisation', '组织委员'), ('publicity', '宣传委员'), ('discipline', '纪检委员'), ('instructor', '党建指导员')], max_length=20, verbose_name='职务')),
                        ('chamber', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.chamber', verbose_name='商会')),
                        ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.branch', verbose_name='党组织')),
                        ('started_on', models.DateField(verbose_name='任职起')),
                        ('ended_on', models.DateField(blank=True, null=True, verbose_name='任职止')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1594961a0594c04773e47d35552c885207f6c28e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e7aa0', table='chambers_appointmentevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Consent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('member', models.ForeignKey(limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='chambers.member', verbose_name='会员')),
                        ('purpose', models.CharField(choices=[('name', '公开姓名和商会职务'), ('photo', '公开本人照片'), ('story', '公开个人事迹')], max_length=10, verbose_name='用途')),
                        ('given_on', models.DateField(verbose_name='同意日期')),
                        ('document', models.CharField(help_text='本人签字的同意书编号或存放处。', max_length=100, verbose_name='依据')),
                        ('withdrawn_on', models.DateField(blank=True, help_text='填写后当天起不再公开。', null=True, verbose_name='撤回日期')),
                    ],
                    options={
                        'verbose_name': '本人同意',
                        'verbose_name_plural': '本人同意',
                        'ordering': ['-given_on', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['name', 'photo', 'story'])), name='chambers_consent_purpose_valid', violation_error_message='所选用途无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('withdrawn_on__isnull', True), ('withdrawn_on__gte', models.F('given_on')), _connector='OR'), name='chambers_consent_withdrawn_on_after_start', violation_error_message='结束日期不能早于开始日期。'), models.UniqueConstraint(condition=models.Q(('withdrawn_on__isnull', True)), fields=('member', 'purpose'), name='chambers_consent_one_live', violation_error_message='这一用途已有未撤回的同意。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_consentevent" ("document", "given_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "withdrawn_on") VALUES (NEW."document", NEW."given_on", NEW."id", NEW."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."purpose", NEW."withdrawn_on"); RETURN NULL;', hash='0af68b36fd8735fda03a53ece23fd9e3ac71c7da', operation='INSERT', pgid='pgtrigger_insert_insert_70ae8', table='chambers_consent', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "chambers_consentevent" ("document", "given_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "withdrawn_on") VALUES (NEW."document", NEW."given_on", NEW."id", NEW."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."purpose", NEW."withdrawn_on"); RETURN NULL;', hash='8d488e73a5d8bcc1430b2361eaf3e01fb72086d1', operation='UPDATE', pgid='pgtrigger_update_update_1b55f', table='chambers_consent', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_consentevent" ("document", "given_on", "id", "member_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "withdrawn_on") VALUES (OLD."document", OLD."given_on", OLD."id", OLD."member_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."purpose", OLD."withdrawn_on"); RETURN NULL;', hash='843000790a15995f64fb773921eeee75ce2c3428', operation='DELETE', pgid='pgtrigger_delete_delete_d5084', table='chambers_consent', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.consent')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('member', models.ForeignKey(db_constraint=False, limit_choices_to={'kind': 'person'}, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.member', verbose_name='会员')),
                        ('purpose', models.CharField(choices=[('name', '公开姓名和商会职务'), ('photo', '公开本人照片'), ('story', '公开个人事迹')], max_length=10, verbose_name='用途')),
                        ('given_on', models.DateField(verbose_name='同意日期')),
                        ('document', models.CharField(help_text='本人签字的同意书编号或存放处。', max_length=100, verbose_name='依据')),
                        ('withdrawn_on', models.DateField(blank=True, help_text='填写后当天起不再公开。', null=True, verbose_name='撤回日期')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b73ffe0c3251070af5f195aa74aa8914c3fda881', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f0091', table='chambers_consentevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='AnnualInspection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('chamber', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='chambers.chamber', verbose_name='商会')),
                        ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='年检年度')),
                        ('filed_on', models.DateField(verbose_name='报送日期')),
                        ('result', models.CharField(blank=True, choices=[('passed', '合格'), ('barely', '基本合格'), ('failed', '不合格')], max_length=10, verbose_name='结论')),
                    ],
                    options={
                        'verbose_name': '年检',
                        'verbose_name_plural': '年检',
                        'ordering': ['-year', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('chamber', 'year'), name='chambers_annualinspection_once', violation_error_message='这个商会这一年的年检已经登记。'), models.CheckConstraint(condition=models.Q(('result__in', ['passed', 'barely', 'failed']), ('result', ''), _connector='OR'), name='chambers_annualinspection_result_valid', violation_error_message='所选结论无效，请重新选择。'), models.CheckConstraint(condition=models.Q(('filed_on__year__gt', models.F('year'))), name='chambers_annualinspection_after_the_year', violation_error_message='年检在次年报送，报送日期应晚于年检年度。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_annualinspectionevent" ("chamber_id", "filed_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "year") VALUES (NEW."chamber_id", NEW."filed_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."result", NEW."year"); RETURN NULL;', hash='0cb31041349a1c1bacc33314bfd014a74d0b835d', operation='INSERT', pgid='pgtrigger_insert_insert_38fcd', table='chambers_annualinspection', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "chambers_annualinspectionevent" ("chamber_id", "filed_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "year") VALUES (NEW."chamber_id", NEW."filed_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."result", NEW."year"); RETURN NULL;', hash='bc54fc7b26ad53b14f5f519be2849aa166b63a7e', operation='UPDATE', pgid='pgtrigger_update_update_4f1df', table='chambers_annualinspection', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_annualinspectionevent" ("chamber_id", "filed_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "year") VALUES (OLD."chamber_id", OLD."filed_on", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."result", OLD."year"); RETURN NULL;', hash='6ce4e303ad71439074b213137d34b91934f048a7', operation='DELETE', pgid='pgtrigger_delete_delete_f20df', table='chambers_annualinspection', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='AnnualInspectionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.annualinspection')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('chamber', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.chamber', verbose_name='商会')),
                        ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='年检年度')),
                        ('filed_on', models.DateField(verbose_name='报送日期')),
                        ('result', models.CharField(blank=True, choices=[('passed', '合格'), ('barely', '基本合格'), ('failed', '不合格')], max_length=10, verbose_name='结论')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7b6c6247e8998610b29677321f3eb4cba1a75d3a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4fcf6', table='chambers_annualinspectionevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='MemberMerge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='chambers.member', verbose_name='保留的会员')),
                        ('merged', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_away', to='chambers.member', verbose_name='并入的会员')),
                        ('changes', models.JSONField(default=list, editable=False, verbose_name='改动')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
                        ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                        ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤销人')),
                        ('undone_at', models.DateTimeField(null=True, verbose_name='撤销时间')),
                    ],
                    options={
                        'verbose_name': '会员合并',
                        'verbose_name_plural': '会员合并',
                        'ordering': ['-at', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kept', models.F('merged')), _negated=True), name='chambers_membermerge_two_members', violation_error_message='不能把会员合并到自己。'), models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('merged',), name='chambers_membermerge_once', violation_error_message='该会员已经合并到另一会员。'), models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='chambers_membermerge_undo_is_signed', violation_error_message='撤销须有操作人和时间。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_membermergeevent" ("at", "by_id", "id", "kept_id", "merged_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "undone_at", "undone_by_id") VALUES (NEW."at", NEW."by_id", NEW."id", NEW."kept_id", NEW."merged_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;', hash='6dfa58274a1365bca048d3620ed07fc41f5616ea', operation='INSERT', pgid='pgtrigger_insert_insert_ffb5e', table='chambers_membermerge', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."at" IS DISTINCT FROM (NEW."at") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kept_id" IS DISTINCT FROM (NEW."kept_id") OR OLD."merged_id" IS DISTINCT FROM (NEW."merged_id") OR OLD."undone_at" IS DISTINCT FROM (NEW."undone_at") OR OLD."undone_by_id" IS DISTINCT FROM (NEW."undone_by_id"))', func='INSERT INTO "chambers_membermergeevent" ("at", "by_id", "id", "kept_id", "merged_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "undone_at", "undone_by_id") VALUES (NEW."at", NEW."by_id", NEW."id", NEW."kept_id", NEW."merged_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."undone_at", NEW."undone_by_id"); RETURN NULL;', hash='b07e02a366e98d10f3824c6f755c066cfa23e1db', operation='UPDATE', pgid='pgtrigger_update_update_1a736', table='chambers_membermerge', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_membermergeevent" ("at", "by_id", "id", "kept_id", "merged_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "undone_at", "undone_by_id") VALUES (OLD."at", OLD."by_id", OLD."id", OLD."kept_id", OLD."merged_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."undone_at", OLD."undone_by_id"); RETURN NULL;', hash='875c5bc290ebe4b505c62cc7473e30470d6261b6', operation='DELETE', pgid='pgtrigger_delete_delete_3fefa', table='chambers_membermerge', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='MemberMergeEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.membermerge')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('kept', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.member', verbose_name='保留的会员')),
                        ('merged', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.member', verbose_name='并入的会员')),
                        ('by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
                        ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                        ('undone_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤销人')),
                        ('undone_at', models.DateTimeField(null=True, verbose_name='撤销时间')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9c5ca96da04f110539c8c2451ab7754f498a23c1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1bf12', table='chambers_membermergeevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Erasure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='erasure', to='chambers.member', verbose_name='会员')),
                        ('by', models.CharField(max_length=100, verbose_name='操作人')),
                        ('reason', models.CharField(max_length=200, verbose_name='依据')),
                        ('at', models.DateTimeField(auto_now_add=True, verbose_name='时间')),
                        ('cleared', models.PositiveIntegerField(verbose_name='清除的历史条数')),
                    ],
                    options={
                        'verbose_name': '个人信息清除',
                        'verbose_name_plural': '个人信息清除',
                        'ordering': ['-at'],
                        'triggers': [pgtrigger.compiler.Trigger(name='erasure_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION '清除记录不能更改。' USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='5d2397106729faaeef9943ce05de1e14c71cf37a', operation='UPDATE OR DELETE', pgid='pgtrigger_erasure_stays_55c15', table='chambers_erasure', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Region',
                    fields=[
                        ('code', models.CharField(max_length=12, primary_key=True, serialize=False, verbose_name='区划代码')),
                        ('name', models.CharField(max_length=50, verbose_name='名称')),
                        ('level', models.CharField(choices=[('province', '省'), ('city', '市'), ('county', '县'), ('township', '乡镇'), ('village', '村（社区）')], max_length=10, verbose_name='级别')),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='chambers.region', verbose_name='上级')),
                        ('search_text', redleader.records.search.SearchTextField('name', surname=False)),
                        ('search_grams', redleader.records.search.SearchGramsField()),
                        ('sort_key', redleader.records.search.SortKeyField('name', surname=False)),
                    ],
                    options={
                        'verbose_name': '区划',
                        'verbose_name_plural': '区划',
                        'ordering': ['code'],
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search_grams'], name='chambers_region_search'), models.Index(fields=['level', 'code'], name='chambers_region_level')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('level__in', ['province', 'city', 'county', 'township', 'village'])), name='chambers_region_level_valid', violation_error_message='所选级别无效，请重新选择。'), models.CheckConstraint(condition=models.Q(models.Q(('code__regex', '^\\d{2}$'), ('level', 'province')), models.Q(('code__regex', '^\\d{4}$'), ('level', 'city')), models.Q(('code__regex', '^\\d{6}$'), ('level', 'county')), models.Q(('code__regex', '^\\d{9}$'), ('level', 'township')), models.Q(('code__regex', '^\\d{12}$'), ('level', 'village')), _connector='OR'), name='chambers_region_code_length', violation_error_message='区划代码的位数与级别不符：省 2 位、市 4 位、县 6 位、乡镇 9 位、村 12 位数字。'), models.CheckConstraint(condition=models.Q(('parent__isnull', True), ('code__startswith', models.F('parent')), _connector='OR'), name='chambers_region_code_in_parent', violation_error_message='区划代码应以上级的代码开头。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_regionevent" ("code", "level", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."level", NEW."name", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."code"); RETURN NULL;', hash='37f04959cd5f186df69a05d86a17479461cb911d', operation='INSERT', pgid='pgtrigger_insert_insert_b7092', table='chambers_region', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."level" IS DISTINCT FROM (NEW."level") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."parent_id" IS DISTINCT FROM (NEW."parent_id"))', func='INSERT INTO "chambers_regionevent" ("code", "level", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."level", NEW."name", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."code"); RETURN NULL;', hash='1d675bf7c2e9bd81ef60f1758cf1b1396eb8c2ab', operation='UPDATE', pgid='pgtrigger_update_update_17540', table='chambers_region', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_regionevent" ("code", "level", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."code", OLD."level", OLD."name", OLD."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."code"); RETURN NULL;', hash='29dd495d578a9453ff844b9303e3eade8e86a6a9', operation='DELETE', pgid='pgtrigger_delete_delete_be406', table='chambers_region', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='RegionEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to='chambers.region')),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('code', models.CharField(max_length=12, serialize=False, verbose_name='区划代码')),
                        ('name', models.CharField(max_length=50, verbose_name='名称')),
                        ('level', models.CharField(choices=[('province', '省'), ('city', '市'), ('county', '县'), ('township', '乡镇'), ('village', '村（社区）')], max_length=10, verbose_name='级别')),
                        ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.region', verbose_name='上级')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7d6d0b8df70f3ce08e8a0f4b0d93e3e07d6ef29e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_835be', table='chambers_regionevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('username', models.CharField(error_messages={'unique': '该用户名已有人使用，请换一个。'}, max_length=50, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='用户名')),
                        ('name', models.CharField(max_length=30, verbose_name='姓名')),
                        ('role', models.CharField(choices=[('administrator', '系统管理员'), ('organisation', '组织部'), ('federation', '工商联'), ('township', '乡镇'), ('secretary', '商会秘书'), ('branch_secretary', '支部书记'), ('mediator', '调解员'), ('auditor', '审计员')], max_length=20, verbose_name='角色')),
                        ('member', models.OneToOneField(blank=True, help_text='商会秘书、支部书记须填写；能看到什么由其现任职务决定。', limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='user', to='chambers.member', verbose_name='对应的会员')),
                        ('township', models.ForeignKey(blank=True, help_text='乡镇账号须填写，其他账号不填；只能查看本乡镇的商会。', limit_choices_to={'level': 'township'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chambers.region', verbose_name='所在乡镇')),
                        ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                        ('may_export', models.BooleanField(default=True, help_text='能把看得到的记录下载为 Excel 等文件；每次导出都留有记录。', verbose_name='可以导出')),
                        ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='建立时间')),
                        ('password_changed_at', models.DateTimeField(editable=False, null=True, verbose_name='密码修改时间')),
                    ],
                    options={
                        'verbose_name': '用户',
                        'verbose_name_plural': '用户',
                        'ordering': ['username'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['administrator', 'organisation', 'federation', 'township', 'secretary', 'branch_secretary', 'mediator', 'auditor'])), name='chambers_user_role_valid', violation_error_message='所选角色无效，请重新选择。'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'township'), ('township__isnull', False)), models.Q(models.Q(('role', 'township'), _negated=True), ('township__isnull', True)), _connector='OR'), name='chambers_user_township_fits', violation_error_message='乡镇账号须填写所在乡镇，其他账号不填。')],
                        'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_userevent" ("id", "is_active", "joined_at", "may_export", "member_id", "name", "password_changed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "township_id", "username") VALUES (NEW."id", NEW."is_active", NEW."joined_at", NEW."may_export", NEW."member_id", NEW."name", NEW."password_changed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."role", NEW."township_id", NEW."username"); RETURN NULL;', hash='ad6679a3e17ea366860ea2b6fe6b4a05c13e13ea', operation='INSERT', pgid='pgtrigger_insert_insert_621bf', table='chambers_user', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."may_export" IS DISTINCT FROM (NEW."may_export") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."password_changed_at" IS DISTINCT FROM (NEW."password_changed_at") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."township_id" IS DISTINCT FROM (NEW."township_id") OR OLD."username" IS DISTINCT FROM (NEW."username"))', func='INSERT INTO "chambers_userevent" ("id", "is_active", "joined_at", "may_export", "member_id", "name", "password_changed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "township_id", "username") VALUES (NEW."id", NEW."is_active", NEW."joined_at", NEW."may_export", NEW."member_id", NEW."name", NEW."password_changed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."role", NEW."township_id", NEW."username"); RETURN NULL;', hash='d472fe1bc4deacfb16e00aee45a14d83136049cb', operation='UPDATE', pgid='pgtrigger_update_update_a2566', table='chambers_user', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "chambers_userevent" ("id", "is_active", "joined_at", "may_export", "member_id", "name", "password_changed_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "township_id", "username") VALUES (OLD."id", OLD."is_active", OLD."joined_at", OLD."may_export", OLD."member_id", OLD."name", OLD."password_changed_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."role", OLD."township_id", OLD."username"); RETURN NULL;', hash='fe335fbb9b25f4b8026937c7b3a04b9f161dcaea', operation='DELETE', pgid='pgtrigger_delete_delete_6602c', table='chambers_user', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='UserEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', related_query_name='events', to=settings.AUTH_USER_MODEL)),
                        ('pgh_context', pghistory.utils.JSONField(null=True)),
                        ('pgh_context_id', models.UUIDField(null=True)),
                        ('id', models.BigIntegerField()),
                        ('username', models.CharField(error_messages={'unique': '该用户名已有人使用，请换一个。'}, max_length=50, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='用户名')),
                        ('name', models.CharField(max_length=30, verbose_name='姓名')),
                        ('role', models.CharField(choices=[('administrator', '系统管理员'), ('organisation', '组织部'), ('federation', '工商联'), ('township', '乡镇'), ('secretary', '商会秘书'), ('branch_secretary', '支部书记'), ('mediator', '调解员'), ('auditor', '审计员')], max_length=20, verbose_name='角色')),
                        ('member', models.ForeignKey(blank=True, db_constraint=False, help_text='商会秘书、支部书记须填写；能看到什么由其现任职务决定。', limit_choices_to={'kind': 'person'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.member', verbose_name='对应的会员')),
                        ('township', models.ForeignKey(blank=True, db_constraint=False, help_text='乡镇账号须填写，其他账号不填；只能查看本乡镇的商会。', limit_choices_to={'level': 'township'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='chambers.region', verbose_name='所在乡镇')),
                        ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                        ('may_export', models.BooleanField(default=True, help_text='能把看得到的记录下载为 Excel 等文件；每次导出都留有记录。', verbose_name='可以导出')),
                        ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='建立时间')),
                        ('password_changed_at', models.DateTimeField(editable=False, null=True, verbose_name='密码修改时间')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7580417591e899f2698eb7a6e6b7487b3647a84c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5b958', table='chambers_userevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='PasswordHistory',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='password_history', to=settings.AUTH_USER_MODEL)),
                        ('password', models.CharField(max_length=128)),
                        ('at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['-at', '-pk'],
                    },
                ),
            ]
        ),
        migrations.RunSQL(ERASE, migrations.RunSQL.noop),
    ]
