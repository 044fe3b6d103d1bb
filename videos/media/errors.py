"""What can go wrong with a video, told apart by whose turn it is.

`RejectedMedia`: the file; its message is shown to the creator, who can do something about it. `EncodingFailed`: us; the
creator can retry, and `detail` is for the operator. Codes are stable, they are stored and tested.
"""


class MediaError(Exception):
    def __init__(self, code: str, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail

    def __reduce__(self):
        """Survives the pickling between a worker's processes, keyword included."""
        return _rebuild, (type(self), self.code, self.message, self.detail)


class RejectedMedia(MediaError):
    """The file cannot be published. Trying again with the same file changes nothing."""


class EncodingFailed(MediaError):
    """The file may be fine; our processing was not. Trying again may well work."""


def _rebuild(kind: type[MediaError], code: str, message: str, detail: str) -> MediaError:
    return kind(code, message, detail=detail)
