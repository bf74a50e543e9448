"""What happens to a promotion event: written and corrected."""

from django.db import transaction

from activities.models import PromotionEvent
from chambers.models import User
from redleader.records.editing import next_version, refuse_future


@transaction.atomic
def save_promotion(
    promotion: PromotionEvent, *, user: User, version: int | None = None
) -> PromotionEvent:
    if promotion.pk:
        next_version(promotion, version)
    else:
        promotion.created_by = user
    refuse_future(promotion, held_on="举办日期")
    promotion.full_clean()
    promotion.save()
    return promotion
