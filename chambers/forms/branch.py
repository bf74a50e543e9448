"""What staff may enter about a Party organisation."""

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet

from chambers.models.branch import COVERAGE_ERROR, COVERAGE_LIMITS


class CoverageFormSet(BaseInlineFormSet):
    """Checks the count that the database checks when the transaction ends."""

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        covered = [
            form
            for form in self.forms
            if form.cleaned_data.get("chamber") and not form.cleaned_data.get("DELETE")
        ]
        low, high = COVERAGE_LIMITS.get(self.instance.kind, (0, None))
        if len(covered) < low or (high and len(covered) > high):
            raise ValidationError(COVERAGE_ERROR)
