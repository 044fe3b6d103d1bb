"""Refuses files beyond the limit before they fill the disk: what comes after is read and thrown away, so that the page
can still answer in words."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

FORM_BYTES = 64 * 1024  # room for the fields beside the file


class SizeLimit(FileUploadHandler):
    """Stands before the handlers that store. Sets `request.too_large` to the size that was refused."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: N803
        self.refused = content_length > settings.MAX_UPLOAD_BYTES + FORM_BYTES
        if self.refused and self.request is not None:
            self.request.too_large = content_length  # type: ignore[attr-defined]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.refused:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        return None
