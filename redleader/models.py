"""What belongs to no domain model: unfinished forms, imported files, the audit."""

import uuid

from django.conf import settings
from django.db import models

from redleader.records.constraints import one_of


class FormDraft(models.Model):
    """The unfinished text of a form, kept on the server too.

    It belongs to its writer alone, is replaced as they type and deleted when the form
    is saved. It is not a record, so it has no history.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="form_drafts"
    )
    key = models.UUIDField()  # the key of the form, as in ``form_key``
    title = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=200)  # the page that shows the form
    data = models.JSONField(default=dict)  # field name: list of texts
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self):
        return self.title or str(self.key)


class ImportRun(models.Model):
    """That a file was imported: by whom, when and how many rows it wrote."""

    code = models.CharField(max_length=40)  # of the importer
    digest = models.CharField(max_length=64)  # of the rows, so of the same file
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    rows = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at"]
        indexes = [
            # whether the same file came before
            models.Index(fields=["code", "digest"], name="redleader_importrun_file")
        ]

    def __str__(self):
        return f"{self.code} {self.at:%Y-%m-%d %H:%M}"


class Publication(models.Model):
    """A slot of the publication version, written by ``serving.publication``."""

    slot = models.BigAutoField(primary_key=True)
    stamp = models.UUIDField()

    class Meta:
        ordering = ["slot"]

    def __str__(self):
        return f"{self.slot} {self.stamp}"


class AuditKind(models.TextChoices):
    CHANGE = "change", "数据变更"
    LOGIN = "login", "登录"
    LOGIN_FAILED = "login_failed", "登录失败"
    LOGOUT = "logout", "退出"
    REFUSAL = "refusal", "拒绝访问"
    EXPORT = "export", "下载导出"
    SETTING = "setting", "账号安全设置"
    REWRITE = "rewrite", "改写历史"
    SCHEMA = "schema", "表结构"
    PRUNE = "prune", "清理过期记录"


class AuditEntry(models.Model):
    """One line of the audit; see ``redleader.audit.chain`` for who writes what.

    The number, the time and the two hashes come from the database. An entry is never
    changed, and the application's role cannot change it.
    """

    id = models.BigIntegerField("编号", primary_key=True)
    at = models.DateTimeField("时间")
    kind = models.CharField("类别", max_length=20, choices=AuditKind)
    person_id = models.BigIntegerField("用户编号", null=True)
    person = models.CharField("人", max_length=120, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    method = models.CharField("方式", max_length=8, blank=True)
    path = models.CharField("访问地址", max_length=300, blank=True)
    table_name = models.CharField("表", max_length=63, blank=True)
    row_key = models.CharField("对象编号", max_length=60, blank=True)
    event_id = models.BigIntegerField("历史行号", null=True)
    detail = models.JSONField("内容", default=dict)
    result = models.CharField("结果", max_length=20, blank=True)
    previous = models.CharField("上一条校验值", max_length=64)
    hash = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [
            # the history of one object, and the list of one kind or person
            models.Index(
                fields=["table_name", "row_key", "id"], name="redleader_audit_object"
            ),
            models.Index(fields=["kind", "id"], name="redleader_audit_kind"),
            models.Index(fields=["person_id", "id"], name="redleader_audit_person"),
            models.Index(fields=["at"], name="redleader_audit_at"),
        ]

    def __str__(self):
        return f"{self.id} {self.get_kind_display()}"


class JobState(models.TextChoices):
    CHECKING = "checking", "正在核对"
    CHECKED = "checked", "待确认"
    WRITING = "writing", "正在写入"
    DONE = "done", "已导入"
    FAILED = "failed", "未导入"


class ImportJob(models.Model):
    """A file between upload and writing: its rows, and how far the work is.

    It belongs to its uploader alone and is not a record: its rows are deleted after an
    hour. ``redleader.sheets.jobs`` does the work.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)  # of the importer
    name = models.CharField(max_length=120)  # of the file
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    count = models.PositiveIntegerField()  # rows of the file
    digest = models.CharField(max_length=64)  # as in ``ImportRun``
    content = models.BinaryField()  # rows and errors, packed
    preview = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.CHECKING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.TextField(blank=True)  # what the uploader reads at the end
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)  # last sign of life

    class Meta:
        ordering = ["-created_at"]
        constraints = [one_of(JobState, "state", "状态")]

    def __str__(self):
        return f"{self.code} {self.name}"
