"""A bucket as Django's storage: addresses signed for a short time, failures as those of a disk, and multipart uploads
whose parts browsers send themselves. What a browser says it sent is never believed: the bucket is asked."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from socialvideo.lib.content_types import content_type

MOST_PARTS = 10_000
MEGABYTE = 1024 * 1024
SMALLEST_PART = 8 * MEGABYTE  # S3 wants 5 MB of all but the last
_GONE = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}


class Part(NamedTuple):
    number: int
    size: int
    etag: str


class Multipart(NamedTuple):
    """An upload that is neither completed nor aborted."""

    name: str
    upload_id: str
    begun_at: datetime


@contextmanager
def failures_of_a_disk() -> Iterator[None]:
    """Whoever works on a storage expects FileNotFoundError and OSError."""
    try:
        yield
    except ClientError as error:
        gone = error.response.get("Error", {}).get("Code") in _GONE
        raise (FileNotFoundError if gone else OSError)(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error


class Bucket(S3Storage):
    def get_default_settings(self) -> dict[str, Any]:
        ours = {
            "browser_endpoint_url": None,
            "signature_version": "s3v4",
            "querystring_expire": settings.MEDIA_ADDRESS_SECONDS,
            "max_memory_size": SMALLEST_PART,  # larger files are read by way of the disk
        }
        return cast("dict[str, Any]", super().get_default_settings()) | ours

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """A browser keeps a file no longer than its address lives. A CDN asks for a signature at every request."""
        seconds = settings.MEDIA_ADDRESS_SECONDS
        caching = f"max-age={seconds}, s-maxage=31536000" if self.custom_domain else f"private, max-age={seconds}"
        return {"ContentType": content_type(name), "CacheControl": caching}

    def url(
        self,
        name: str,
        parameters: dict[str, Any] | None = None,
        expire: int | None = None,
        http_method: str | None = None,
    ) -> str:
        key, seconds = self._normalize_name(clean_name(name)), expire or self.querystring_expire
        if not self.custom_domain:
            return self._signed("get_object", seconds, key, HttpMethod=http_method, **(parameters or {}))
        address = f"https://{self.custom_domain}/{key}"
        if self.cloudfront_signer is None:
            return address
        until = timezone.now() + timedelta(seconds=seconds)
        return cast("str", self.cloudfront_signer.generate_presigned_url(address, date_less_than=until))

    def exists(self, name: str) -> bool:
        with failures_of_a_disk():
            return cast("bool", super().exists(name))

    def delete(self, name: str) -> None:
        with failures_of_a_disk():
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with failures_of_a_disk():
            return cast("tuple[list[str], list[str]]", super().listdir(name))

    def size(self, name: str) -> int:
        with failures_of_a_disk():
            return cast("int", super().size(name))

    def content(self, name: str) -> bytes:
        """Of a small file, in one request: opening it as a file takes several, and threads."""
        with failures_of_a_disk():
            answer = self.client.get_object(**self._object(self._normalize_name(clean_name(name))))
            return cast("bytes", answer["Body"].read())

    def cors_rules(self) -> list[dict[str, Any]]:
        try:
            return cast("list[dict[str, Any]]", self.client.get_bucket_cors(Bucket=self.bucket_name)["CORSRules"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == "NoSuchCORSConfiguration":
                return []
            raise OSError(str(error)) from error
        except BotoCoreError as error:
            raise OSError(str(error)) from error

    # --- Multipart uploads ---

    @staticmethod
    def part_size(size: int) -> int:
        """Of all parts of a file but the last: never more than S3's 10,000 parts."""
        return max(SMALLEST_PART, -(-size // MOST_PARTS // MEGABYTE) * MEGABYTE)

    def begin_multipart(self, name: str) -> str:
        with failures_of_a_disk():
            begun = self.client.create_multipart_upload(**self._object(name), **self.get_object_parameters(name))
        return cast("str", begun["UploadId"])

    def part_address(self, name: str, upload_id: str, number: int, size: int, *, seconds: int) -> str:
        """Takes exactly so many bytes."""
        part: dict[str, Any] = {"UploadId": upload_id, "PartNumber": number, "ContentLength": size}
        return self._signed("upload_part", seconds, name, **part)

    def parts(self, name: str, upload_id: str) -> dict[int, Part]:
        """What has arrived, by number. Raises FileNotFoundError when the bucket does not know the upload any more."""
        with failures_of_a_disk():
            pages = self.client.get_paginator("list_parts").paginate(**self._object(name), UploadId=upload_id)
            found = [part for page in pages for part in page.get("Parts", [])]
        found.sort(key=lambda part: part["LastModified"])  # some servers list a replaced part too
        return {part["PartNumber"]: Part(part["PartNumber"], part["Size"], part["ETag"]) for part in found}

    def complete_multipart(self, name: str, upload_id: str, parts: Iterable[Part]) -> None:
        named = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        with failures_of_a_disk():
            self.client.complete_multipart_upload(
                **self._object(name), UploadId=upload_id, MultipartUpload={"Parts": named}
            )

    def abort_multipart(self, name: str, upload_id: str) -> None:
        """With the parts that have arrived. Twice is once."""
        try:
            with failures_of_a_disk():
                self.client.abort_multipart_upload(**self._object(name), UploadId=upload_id)
        except FileNotFoundError:
            pass

    def multiparts(self, prefix: str) -> Iterator[Multipart]:
        with failures_of_a_disk():
            pages = self.client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=prefix):
                for found in page.get("Uploads", []):
                    yield Multipart(found["Key"], found["UploadId"], found["Initiated"])

    # --- Clients: those of boto3 may be shared by threads, its resources may not ---

    @cached_property
    def client(self) -> Any:
        return self._client(self.endpoint_url)

    @cached_property
    def _signing_client(self) -> Any:
        """An address is signed with the host by which browsers reach the bucket."""
        return self._client(self.browser_endpoint_url or self.endpoint_url)

    def _client(self, endpoint: str | None) -> Any:
        patience = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}}
        config = Config(
            signature_version=self.signature_version, s3={"addressing_style": self.addressing_style}, **patience
        )
        return self._create_session().client("s3", endpoint_url=endpoint, region_name=self.region_name, config=config)

    def _signed(self, act: str, seconds: int, name: str, *, HttpMethod: str | None = None, **given: Any) -> str:  # noqa: N803
        signed = self._signing_client.generate_presigned_url(
            act, Params=self._object(name) | given, ExpiresIn=seconds, HttpMethod=HttpMethod
        )
        return cast("str", signed)

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": name}
