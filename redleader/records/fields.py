"""Form fields that Django lacks."""

from django import forms


class MultipleFileInput(forms.FileInput):
    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Several files at once; the cleaned value is a list. Empty files pass."""

    widget = MultipleFileInput

    def clean(self, data, initial=None):
        files = [file for file in data or [] if file]
        if self.required and not files:
            raise forms.ValidationError(
                self.error_messages["required"], code="required"
            )
        return files
