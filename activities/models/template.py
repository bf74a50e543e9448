"""Word and Excel files of staff whose placeholders the system fills."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from redleader.records.constraints import one_of


class TemplateKind(models.TextChoices):
    WORD = "word", "Word"
    EXCEL = "excel", "Excel"


@pghistory.track(exclude=["content"])
class ReportTemplate(models.Model):
    """A form of the authority above, or the text of a 汇报材料, with placeholders.

    The file is in the database: it is small, and so never parts from its row.
    """

    name = models.CharField("名称", max_length=60, unique=True)
    kind = models.CharField("类别", max_length=10, choices=TemplateKind)
    is_briefing = models.BooleanField(
        "汇报材料",
        default=False,
        help_text="勾选后每个数字带编号，文末附出处；只限 Word。",
    )
    content = models.BinaryField("文件", editable=False)
    names = ArrayField(
        models.CharField(max_length=60), verbose_name="占位符", editable=False
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now=True)
    uploaded_by = models.ForeignKey(
        "chambers.User", models.PROTECT, related_name="+", verbose_name="上传人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "报表模板"
        ordering = ["name"]
        constraints = [
            one_of(TemplateKind, "kind", "类别"),
            models.CheckConstraint(
                condition=models.Q(is_briefing=False)
                | models.Q(kind=TemplateKind.WORD),
                name="%(app_label)s_%(class)s_briefing_is_word",
                violation_error_message="汇报材料的模板须是 Word 文件。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("workbench:template-detail", args=[self.pk])

    @property
    def suffix(self):
        return ".docx" if self.kind == TemplateKind.WORD else ".xlsx"
