"""What belongs to no noun: unfinished forms, and files that were imported."""

from django.conf import settings
from django.db import models


class FormDraft(models.Model):
    """The unfinished text of a form, kept on the server too.

    It belongs to its writer alone, is replaced while they type and deleted when
    the form is saved; it is no record, so it has no history.
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
