"""What the public says against a title under 公示, and its answer."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activities.models import Application, Objection
from chambers.models import User
from chambers.rights import may_review


@transaction.atomic
def object_to(objection: Objection) -> Objection:
    """Keep an objection of the public while the 公示 lasts."""
    application = Application.objects.select_for_update().get(
        pk=objection.application_id
    )
    today = timezone.localdate()
    if not Application.objects.in_publicity(today).filter(pk=application.pk).exists():
        raise ValidationError("公示期已结束，不能再提出异议。", code="over")
    objection.full_clean()
    objection.save()
    return objection


@transaction.atomic
def answer_objection(
    objection: Objection, *, user: User, outcome: str, answer: str
) -> Objection:
    """Answer an objection once; the receipt shows the answer to its writer."""
    if not may_review(user):
        raise ValidationError("您没有审核权限。", code="no_right")
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.answered_at:
        at = timezone.localtime(objection.answered_at)
        raise ValidationError(
            f"已由 {objection.answered_by} 于 {at:%Y-%m-%d %H:%M} 处理。",
            code="already_done",
        )
    objection.outcome, objection.answer = outcome, answer.strip()
    objection.answered_by, objection.answered_at = user, timezone.now()
    objection.full_clean()
    objection.save()
    return objection
