"""What is typed and uploaded for each indicator of an application."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from activities.models import Application, Criterion, Evidence, EvidenceFile
from activities.models.application import CLOSED_ERROR, EDITABLE_STATES
from redleader.uploads.papers import clean_paper

MAX_FILES = 10  # of one indicator


@dataclass(frozen=True)
class Typed:
    """What a form brings for one indicator."""

    text: str = ""
    points: Decimal | None = None


def keep_evidence(application: Application, criterion: int, typed: Typed) -> Evidence:
    """Keep what is typed for one indicator; untouched ones get no row."""
    evidence = Evidence.objects.filter(
        application=application, criterion=criterion
    ).first()
    if evidence is None:
        evidence = Evidence(application=application, criterion_id=criterion)
        if typed == Typed():
            return evidence
    evidence.text, evidence.points = typed.text, typed.points
    evidence.full_clean()
    evidence.save()
    return evidence


@transaction.atomic
def add_files(
    application: Application, criterion: Criterion, uploads: list[UploadedFile]
) -> list[EvidenceFile]:
    """Clean and keep pictures and PDFs of one indicator; all of them or none."""
    application = open_application(application)
    evidence, _ = Evidence.objects.get_or_create(
        application=application, criterion=criterion
    )
    known = set(evidence.files.values_list("sha256", flat=True))
    if len(known) + len(uploads) > MAX_FILES:
        raise ValidationError(
            {
                "files": f"每项指标最多 {MAX_FILES} 份材料，已有 {len(known)} 份，"
                f"本次选择了 {len(uploads)} 份。"
            }
        )
    made = []
    for upload in uploads:
        try:
            paper = clean_paper(upload)
        except ValidationError as error:
            raise ValidationError({"files": error}) from error
        if paper.sha256 in known:
            raise ValidationError(
                {"files": f"“{paper.name}”已在这项指标下上传过，未重复保存。"}
            )
        known.add(paper.sha256)
        row = EvidenceFile(
            evidence=evidence,
            name=paper.name,
            is_pdf=paper.is_pdf,
            size=len(paper.content),
            sha256=paper.sha256,
        )
        row.file.save(paper.name, ContentFile(paper.content), save=False)
        row.save()
        made.append(row)
    return made


@transaction.atomic
def remove_file(file: EvidenceFile) -> None:
    """Take a paper off an open application; the file goes after the commit."""
    open_application(file.evidence.application)
    storage, name = file.file.storage, file.file.name
    file.delete()
    transaction.on_commit(partial(storage.delete, str(name)))


def open_application(application: Application) -> Application:
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.state not in EDITABLE_STATES:
        raise ValidationError(CLOSED_ERROR, code="closed")
    return application
