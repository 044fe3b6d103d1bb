"""What a creator says about a video, and what viewers write under it."""

import secrets

from django import forms

from videos.models import Video


def new_key() -> str:
    """Names one submission of a form, so that sending it twice is sending it once."""
    return secrets.token_urlsafe(18)


class VideoForm(forms.Form):
    """Caption and visibility."""

    caption = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "Say what it is about"}),
    )
    visibility = forms.ChoiceField(
        label="Who can watch",
        choices=Video.Visibility.choices,
        initial=Video.Visibility.EVERYONE,
        widget=forms.RadioSelect,
    )

    def clean_caption(self) -> str:
        return self.cleaned_data["caption"].replace("\r\n", "\n")


class UploadForm(VideoForm):
    file = forms.FileField(
        label="Video file", allow_empty_file=True, error_messages={"required": "Choose a video file."}
    )
    upload_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)


class CommentForm(forms.Form):
    text = forms.CharField(
        max_length=500,
        error_messages={"required": "Write something first.", "max_length": "Comments have up to 500 characters."},
    )
    submit_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)
