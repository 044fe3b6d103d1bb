"""What `manage.py check --deploy` says of a bucket's settings, and the addresses that pages may use."""

import json
import time
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from socialvideo.lib.bucket import Bucket
from socialvideo.lib.checks import bucket_lets_pages_in, bucket_settings
from socialvideo.settings.bucket import origins

NONE = {
    "bucket_name": "",
    "endpoint_url": None,
    "browser_endpoint_url": None,
    "access_key": None,
    "secret_key": None,
    "region_name": None,
    "addressing_style": "virtual",
    "custom_domain": None,
    "cloudfront_key_id": None,
    "cloudfront_key": None,
}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"endpoint_url": "https://s3.example"}, ["storage.W001"]),
        ({"bucket_name": "media"}, []),
        ({"bucket_name": "media", "access_key": "a"}, ["storage.E001"]),
        ({"bucket_name": "media", "custom_domain": "cdn.example"}, ["storage.E002"]),
        ({"bucket_name": "media", "browser_endpoint_url": "http://minio:9000"}, ["storage.W003"]),
    ],
)
def test_settings(settings: Any, given: dict[str, str], said: list[str]) -> None:
    settings.S3 = NONE | given
    assert [message.id for message in bucket_settings()] == said


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({}, ["https://media.s3.amazonaws.com"]),
        ({"region_name": "eu-central-1"}, ["https://media.s3.eu-central-1.amazonaws.com"]),
        ({"browser_endpoint_url": "https://s3.example"}, ["https://media.s3.example"]),
        ({"browser_endpoint_url": "https://s3.example:9000/", "addressing_style": "path"}, ["https://s3.example:9000"]),
        ({"custom_domain": "cdn.example"}, ["https://media.s3.amazonaws.com", "https://cdn.example"]),
    ],
)
def test_origins_of_the_content_policy(given: dict[str, str], allowed: list[str]) -> None:
    assert origins(NONE | {"bucket_name": "media"} | given) == allowed


def test_the_bucket_itself_is_asked(bucket: Any, settings: Any) -> None:
    assert [message.id for message in bucket_lets_pages_in()] == ["storage.E003"]
    bucket.allow(settings.SITE_URL)
    assert bucket_lets_pages_in() == []


def test_a_disk_needs_no_rules() -> None:
    assert bucket_lets_pages_in() == []


def test_a_cdn_is_given_addresses_that_it_checks_and_that_end() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    cdn = {"custom_domain": "cdn.example", "cloudfront_key_id": "KEY", "cloudfront_key": pem.decode()}
    address = urlsplit(Bucket(**(NONE | {"bucket_name": "media"} | cdn)).url("videos/a/b/000.m4s"))
    asked = parse_qs(address.query)
    assert (address.hostname, address.path, asked["Key-Pair-Id"]) == ("cdn.example", "/videos/a/b/000.m4s", ["KEY"])
    until = int(asked["Expires"][0])
    assert 55 <= until - time.time() <= 61
    policy = {
        "Statement": [
            {
                "Resource": "https://cdn.example/videos/a/b/000.m4s",
                "Condition": {"DateLessThan": {"AWS:EpochTime": until}},
            }
        ]
    }
    signature = b64decode(asked["Signature"][0].translate(str.maketrans("-_~", "+=/")))
    key.public_key().verify(signature, json.dumps(policy, separators=(",", ":")).encode(), PKCS1v15(), SHA1())  # noqa: S303 — what CloudFront wants
