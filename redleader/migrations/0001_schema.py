"""All tables as of version 0.1, made at once; later changes are migrations of their own."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models
from redleader.records.operations import NewTables


class Migration(migrations.Migration):
    initial = True
    # What earlier versions made step by step.
    replaces = [
        ("redleader", "0001_form_drafts"),
        ("redleader", "0002_import_run"),
        ("redleader", "0003_audit"),
        ("redleader", "0004_import_job"),
        ("redleader", "0005_publication"),
    ]
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        NewTables(
            [
                migrations.CreateModel(
                    name='FormDraft',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='form_drafts', to=settings.AUTH_USER_MODEL)),
                        ('key', models.UUIDField()),
                        ('title', models.CharField(blank=True, max_length=80)),
                        ('address', models.CharField(max_length=200)),
                        ('data', models.JSONField(default=dict)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'ordering': ['-updated_at'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='redleader_formdraft_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=40)),
                        ('digest', models.CharField(max_length=64)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField(auto_now_add=True)),
                        ('rows', models.PositiveIntegerField()),
                    ],
                    options={
                        'ordering': ['-at'],
                        'indexes': [models.Index(fields=['code', 'digest'], name='redleader_importrun_file')],
                    },
                ),
                migrations.CreateModel(
                    name='Publication',
                    fields=[
                        ('slot', models.BigAutoField(primary_key=True, serialize=False)),
                        ('stamp', models.UUIDField()),
                    ],
                    options={
                        'ordering': ['slot'],
                    },
                ),
                migrations.CreateModel(
                    name='AuditEntry',
                    fields=[
                        ('id', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='编号')),
                        ('at', models.DateTimeField(verbose_name='时间')),
                        ('kind', models.CharField(choices=[('change', '数据变更'), ('login', '登录'), ('login_failed', '登录失败'), ('logout', '退出'), ('refusal', '拒绝访问'), ('export', '下载导出'), ('setting', '账号安全设置'), ('rewrite', '改写历史'), ('schema', '表结构'), ('prune', '清理过期记录')], max_length=20, verbose_name='类别')),
                        ('person_id', models.BigIntegerField(null=True, verbose_name='用户编号')),
                        ('person', models.CharField(blank=True, max_length=120, verbose_name='人')),
                        ('address', models.CharField(blank=True, max_length=45, verbose_name='来源地址')),
                        ('method', models.CharField(blank=True, max_length=8, verbose_name='方式')),
                        ('path', models.CharField(blank=True, max_length=300, verbose_name='访问地址')),
                        ('table_name', models.CharField(blank=True, max_length=63, verbose_name='表')),
                        ('row_key', models.CharField(blank=True, max_length=60, verbose_name='对象编号')),
                        ('event_id', models.BigIntegerField(null=True, verbose_name='历史行号')),
                        ('detail', models.JSONField(default=dict, verbose_name='内容')),
                        ('result', models.CharField(blank=True, max_length=20, verbose_name='结果')),
                        ('previous', models.CharField(max_length=64, verbose_name='上一条校验值')),
                        ('hash', models.CharField(max_length=64, verbose_name='校验值')),
                    ],
                    options={
                        'verbose_name': '审计记录',
                        'verbose_name_plural': '审计记录',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['table_name', 'row_key', 'id'], name='redleader_audit_object'), models.Index(fields=['kind', 'id'], name='redleader_audit_kind'), models.Index(fields=['person_id', 'id'], name='redleader_audit_person'), models.Index(fields=['at'], name='redleader_audit_at')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportJob',
                    fields=[
                        ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('code', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=120)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('count', models.PositiveIntegerField()),
                        ('digest', models.CharField(max_length=64)),
                        ('content', models.BinaryField()),
                        ('preview', models.JSONField(default=dict)),
                        ('state', models.CharField(choices=[('checking', '正在核对'), ('checked', '待确认'), ('writing', '正在写入'), ('done', '已导入'), ('failed', '未导入')], default='checking', max_length=10)),
                        ('done', models.PositiveIntegerField(default=0)),
                        ('total', models.PositiveIntegerField(default=0)),
                        ('result', models.TextField(blank=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('moved_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['checking', 'checked', 'writing', 'done', 'failed'])), name='redleader_importjob_state_valid', violation_error_message='所选状态无效，请重新选择。')],
                    },
                ),
            ]
        ),
    ]
