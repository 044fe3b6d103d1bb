"""A missing ffmpeg is said once and in one line, when the site starts; uploads then fail with their own reason."""

from typing import Any

from django.core import checks

from videos import media


@checks.register(checks.Tags.files)
def ffmpeg_is_there(**_: Any) -> list[checks.CheckMessage]:
    try:
        media.ffmpeg_path()
    except media.EncodingFailed as failure:
        hint = "Install ffmpeg, or the package imageio-ffmpeg, or name one in the environment as FFMPEG."
        return [checks.Warning(f"Videos cannot be processed: {failure.detail}.", hint=hint, id="videos.W001")]
    return []
