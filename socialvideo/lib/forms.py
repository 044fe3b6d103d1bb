"""Fields that forms of every app use."""

from typing import Any

from django import forms


class LinesField(forms.CharField):
    """Several lines. Browsers send two characters for a line break and count one."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text
