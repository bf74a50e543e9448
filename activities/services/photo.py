"""Pictures of a lecture: cleaned, kept, taken off again."""

from collections.abc import Iterable
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from activities.models import Lecture, Photo
from activities.models.lecture import CLOSED_ERROR, EDITABLE_STATES, PhotoKind
from redleader.uploads.photos import PHOTO_LIMITS as LIMITS
from redleader.uploads.photos import CleanPhoto, clean_photos


@transaction.atomic
def add_photos(
    lecture: Lecture,
    uploads: Iterable[UploadedFile],
    *,
    kind: PhotoKind = PhotoKind.SCENE,
) -> list[Photo]:
    """Clean and keep pictures of an editable record; all of them or none."""
    uploads = list(uploads)
    if not uploads:
        return []
    if len(uploads) > LIMITS.max_per_upload:
        raise ValidationError(
            {
                "photos": f"一次最多上传 {LIMITS.max_per_upload} 张，"
                f"本次选择了 {len(uploads)} 张。"
            }
        )
    lecture = open_record(lecture)
    existing = set(lecture.photos.values_list("sha256", flat=True))
    if len(existing) + len(uploads) > LIMITS.max_per_lecture:
        raise ValidationError(
            {
                "photos": f"每场最多 {LIMITS.max_per_lecture} 张，"
                f"已有 {len(existing)} 张。"
            }
        )
    cleaned = []
    try:
        for clean in clean_photos(uploads, LIMITS):
            if clean.sha256 in existing:
                text = "这张照片已在本场活动中上传过，未重复保存。"
                raise ValidationError(text, code="repeated")
            existing.add(clean.sha256)
            cleaned.append(clean)
    except ValidationError as error:
        raise ValidationError({"photos": error}) from error
    return [keep_photo(lecture, clean, kind) for clean in cleaned]


def keep_photo(lecture: Lecture, clean: CleanPhoto, kind: PhotoKind) -> Photo:
    """Store a cleaned picture; its files are on the disk before its row."""
    photo = Photo(
        lecture=lecture,
        kind=kind,
        width=clean.width,
        height=clean.height,
        sha256=clean.sha256,
        name=clean.name,
    )
    photo.image.save("photo.jpg", ContentFile(clean.content), save=False)
    photo.thumbnail.save("thumb.jpg", ContentFile(clean.thumbnail), save=False)
    photo.save()
    return photo


@transaction.atomic
def remove_photo(photo: Photo) -> None:
    """Take a picture off an editable record; its files go after the commit.

    A correction shares the files of the record it corrects, so they go with the
    last row that names them.
    """
    open_record(photo.lecture)
    storage, names = photo.image.storage, [photo.image.name, photo.thumbnail.name]
    photo.delete()
    if Photo.objects.filter(image=names[0]).exists():
        return
    for name in filter(None, names):
        transaction.on_commit(partial(storage.delete, name))


def open_record(lecture: Lecture) -> Lecture:
    """Return the locked record; raise ValidationError when it is closed."""
    lecture = Lecture.objects.select_for_update().get(pk=lecture.pk)
    if lecture.state not in EDITABLE_STATES:
        raise ValidationError(CLOSED_ERROR, code="closed")
    return lecture
