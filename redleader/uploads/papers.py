"""The only way in for documents: re-encoded pictures, and PDFs.

A PDF is kept as it is and only ever sent as a download with its own type, so that
nothing in it can run on our pages.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from redleader.uploads.photos import Limits, clean_name, clean_photo

MAX_BYTES = 10 * 1024 * 1024
# Certificates and seals may be small pictures.
PICTURE_LIMITS = Limits(min_side=64)
# A PDF that contains programs or files, which readers would open or run.
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
OTHERS = {".doc", ".docx", ".wps", ".xls", ".xlsx", ".et", ".ppt", ".pptx"}


@dataclass(frozen=True)
class CleanPaper:
    """A document that is safe to store; ``name`` is for display only."""

    content: bytes
    sha256: str  # of the upload as received, to recognise the same file
    name: str
    is_pdf: bool


def clean_paper(upload: UploadedFile) -> CleanPaper:
    """Return a re-encoded picture or a PDF, or say in Chinese what is wrong."""
    name = clean_name(upload.name or "")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in OTHERS:
        raise ValidationError(
            f"不支持“{suffix}”格式，请另存为 PDF 后上传。", code="format"
        )
    if suffix != ".pdf":
        photo = clean_photo(upload, PICTURE_LIMITS)
        return CleanPaper(photo.content, photo.sha256, photo.name, is_pdf=False)
    upload.seek(0)
    content = upload.read(MAX_BYTES + 1)
    shown = name if len(name) <= 30 else name[:29] + "…"
    if not content:
        raise ValidationError(f"文件“{shown}”是空的，请重新选择。", code="empty")
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise ValidationError(
            f"文件“{shown}”超过 {limit} MB 上限，请压缩后再上传。", code="too_heavy"
        )
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise ValidationError(
            f"“{shown}”不是完整的 PDF 文件，请重新导出后上传。", code="not_pdf"
        )
    if ACTIVE.search(content):
        raise ValidationError(
            f"“{shown}”含有脚本或附件，请用“打印为 PDF”另存后上传。", code="active"
        )
    digest = hashlib.sha256(content).hexdigest()
    return CleanPaper(content, digest, name, is_pdf=True)
