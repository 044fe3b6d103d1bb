"""What a creator says about a video, and what viewers write under it."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from socialvideo.lib.forms import LinesField
from socialvideo.lib.zones import zone_named
from videos.models import Video
from videos.models.moderation import Reason
from videos.services.cutting import LATEST_MS, check_cut
from videos.services.publishing import check_hour
from videos.services.refusals import Refused
from videos.subtitles import LANGUAGES


def new_key() -> str:
    """Names one submission of a form, so that sending it twice is sending it once."""
    return secrets.token_urlsafe(18)


AT_ONCE, AT_A_TIME = "at_once", "at_a_time"
WHEN = [(AT_ONCE, _("As soon as it is ready")), (AT_A_TIME, _("At a day and time"))]
SCHEDULE = ("when", "publish_at", "zone")
TRIM = ("trim_from_ms", "trim_to_ms")
CUT = ("cover_ms", *TRIM)
KEPT = ("caption", "visibility", "publish_at", "allows_comments", *CUT)


class DayAndTime(forms.DateTimeInput):
    """The browser's own picker. It does not insist: where it is not wanted it is out of sight."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M:%S")

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class Moment(forms.IntegerField):
    """In milliseconds of the file, chosen in the browser's preview."""

    def __init__(self) -> None:
        super().__init__(required=False, min_value=0, max_value=LATEST_MS, widget=forms.HiddenInput)


class VideoForm(forms.Form):
    """Caption, visibility, comments and, while the video has not gone out, what is cut out of it and when it goes out: at
    once, or at a day and time in the zone that the form names, which is the one it was opened in."""

    caption = forms.CharField(
        label=_("Caption"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("Say what it is about")}),
    )
    visibility = forms.ChoiceField(
        label=_("Who can watch"),
        choices=Video.Visibility.choices,
        initial=Video.Visibility.EVERYONE,
        widget=forms.RadioSelect,
    )

    allows_comments = forms.BooleanField(label=_("Others may comment"), required=False, initial=True)

    when = forms.ChoiceField(label=_("When it goes out"), choices=WHEN, initial=AT_ONCE, widget=forms.RadioSelect)
    publish_at = forms.DateTimeField(
        label=_("Day and time"),
        widget=DayAndTime,
        error_messages={"required": _("Choose a day and a time."), "invalid": _("Write it like 2026-05-03 18:00.")},
    )
    zone = forms.CharField(required=False, widget=forms.HiddenInput, initial=timezone.get_current_timezone_name)
    cover_ms = Moment()
    trim_from_ms = Moment()
    trim_to_ms = Moment()

    def __init__(self, *args: Any, video: Video | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.video = video
        if video:
            self.initial = {name: getattr(video, name) for name in KEPT}
            self.initial["when"] = AT_A_TIME if video.publish_at else AT_ONCE
        self._leave_out({*self._settled(), *self._missing(CUT)})
        if (video and video.published_at) or self._missing(["when"]):
            self._leave_out(SCHEDULE)
        else:
            zone = zone_named(self.data.get("zone", "")) or timezone.get_current_timezone()
            self.fields["publish_at"].help_text = gettext("In your time zone, %(zone)s.") % {"zone": zone}
            self.fields["publish_at"].required = self.data.get("when") != AT_ONCE

    def _settled(self) -> Iterable[str]:
        """What can be cut no more."""
        return CUT if self.video and self.video.published_at else ()

    def _missing(self, names: Iterable[str]) -> list[str]:
        """What a form that was sent did not ask for stays as it is."""
        return [name for name in names if self.is_bound and name not in self.data]

    def _leave_out(self, names: Iterable[str]) -> None:
        for name in names:
            del self.fields[name]

    def full_clean(self) -> None:
        """What is entered is read in the zone that stood beside it."""
        with timezone.override(zone_named(self.data.get("zone", "")) or timezone.get_current_timezone()):
            super().full_clean()

    def clean_caption(self) -> str:
        return self.cleaned_data["caption"].replace("\r\n", "\n")

    def clean_publish_at(self) -> datetime | None:
        """An hour that stays what it was may have passed."""
        publish_at: datetime | None = self.cleaned_data["publish_at"]
        if self.video is None or publish_at != self.video.publish_at:
            try:
                check_hour(publish_at)
            except Refused as refused:
                raise forms.ValidationError(refused.message) from refused
        return publish_at

    def clean(self) -> dict[str, Any]:
        """As the services take it: without an hour it goes out as soon as it is ready."""
        given = self.cleaned_data
        try:
            check_cut(given.get("trim_from_ms"), given.get("trim_to_ms"))
        except Refused as refused:
            raise forms.ValidationError(refused.message) from refused
        given.pop("zone", None)
        if given.pop("when", None) == AT_ONCE:
            given["publish_at"] = None
            self.errors.pop("publish_at", None)
        return given


class Seconds(forms.FloatField):
    """Milliseconds of the file, written in seconds."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"step": "any", "inputmode": "decimal"}
        super().__init__(
            required=False, min_value=0, max_value=LATEST_MS // 1000, widget=forms.NumberInput(attrs=attrs), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return value / 1000 if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        seconds = super().clean(value)
        return None if seconds is None else round(seconds * 1000)


class EditForm(VideoForm):
    """The part that is kept until the video has gone out, and its cover as long as its file is here: both in figures, for
    the file is with us and no browser shows all of it."""

    cover_ms = Seconds(
        label=_("Cover: the frame at this second"), help_text=_("Of the file as you sent it. Empty: chosen for you.")
    )
    trim_from_ms = Seconds(label=_("Begins at second"), help_text=_("Empty: at its beginning."))
    trim_to_ms = Seconds(label=_("Ends at second"), help_text=_("Empty: at its end."))

    def _settled(self) -> Iterable[str]:
        if self.video is None or not (self.video.original or self.video.state == Video.State.UPLOADING):
            return CUT
        return TRIM if self.video.published_at else ()


class UploadForm(VideoForm):
    file = forms.FileField(
        label=_("Video file"), allow_empty_file=True, error_messages={"required": _("Choose a video file.")}
    )
    upload_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)


class CommentForm(forms.Form):
    wait = 0  # seconds, where a brake refused it

    text = forms.CharField(
        max_length=500,
        error_messages={
            "required": _("Write something first."),
            "max_length": _("Comments have up to 500 characters."),
        },
    )
    submit_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)
    answers = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class CaptionsForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), choices=sorted(LANGUAGES.items(), key=lambda each: each[1].lower()), initial=get_language
    )
    file = forms.FileField(
        label=_("Captions file"),
        allow_empty_file=True,
        help_text=_("WebVTT (.vtt) or SRT (.srt), up to 256 KB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".vtt,.srt,text/vtt"}),
        error_messages={"required": _("Choose a captions file.")},
    )


class ReportForm(forms.Form):
    """What is the matter with a video, a comment or an account."""

    reason = forms.ChoiceField(label=_("What is the matter?"), choices=Reason.choices, widget=forms.RadioSelect)
    text = LinesField(
        label=_("What should moderators know?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("They do not tell anybody that it was you."),
    )


class NoticeForm(ReportForm):
    """The same by somebody without an account, who wants to be reached. Nobody has to be, to report what harms children."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Your name"), max_length=100, help_text=_("You need not say it where children are harmed.")
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We write to it what became of your notice, and forget it some time after."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        self.fields["text"].help_text = gettext("Say where it is and why it is against the law or the rules.")
        for name in ("name", "email"):
            self.fields[name].required = self.data.get("reason") != Reason.CHILD_SAFETY


class AppealForm(forms.Form):
    text = LinesField(
        label=_("Why is this decision wrong?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("You can appeal once. Somebody else than who decided looks at it."),
    )
