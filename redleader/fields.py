"""Form fields that Django has not."""

from django import forms


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Several files at once; the cleaned value is a list. Empty ones come through."""

    widget = MultipleFileInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        files = [file for file in files if file]
        if self.required and not files:
            self.fail_required()
        return files

    def fail_required(self):
        raise forms.ValidationError(self.error_messages["required"], code="required")
