"""What is wrong with the settings of a bucket, said by `manage.py check --deploy` before somebody's upload says it."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.files.storage import default_storage


@checks.register(checks.Tags.files, deploy=True)
def bucket_settings(**_: Any) -> list[checks.CheckMessage]:
    given = settings.S3
    if not given["bucket_name"]:
        return _settings_without_a_bucket(given)
    return [*_keys(given), *_addresses(given)]


@checks.register(checks.Tags.files, deploy=True)
def bucket_lets_pages_in(**_: Any) -> list[checks.CheckMessage]:
    """Asks the bucket itself."""
    if not hasattr(default_storage, "cors_rules"):
        return []
    hint = "docs/storage.md has the rule."
    try:
        rules = default_storage.cors_rules()
    except OSError as error:
        said = f"The bucket could not be asked which pages it lets in: {error}"
        return [checks.Warning(said, hint=hint, id="storage.W004")]
    missing = {"GET", "PUT"} - {method for rule in rules if _names_us(rule) for method in rule["AllowedMethods"]}
    if not missing:
        return []
    said = (
        f"The bucket's rules do not let {settings.SITE_URL} {' and '.join(sorted(missing))}: players or uploads fail."
    )
    return [checks.Error(said, hint=hint, id="storage.E003")]


def _settings_without_a_bucket(given: dict[str, Any]) -> list[checks.CheckMessage]:
    values = {"S3_ENDPOINT_URL": given["endpoint_url"], "S3_ACCESS_KEY": given["access_key"]}
    named = [setting for setting, value in values.items() if value]
    if not named:
        return []
    said = f"{' and '.join(named)} say nothing without S3_BUCKET: media stays on the local disk."
    return [checks.Warning(said, id="storage.W001")]


def _keys(given: dict[str, Any]) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    if bool(given["access_key"]) != bool(given["secret_key"]):
        found.append(checks.Error("S3_ACCESS_KEY and S3_SECRET_KEY go together.", id="storage.E001"))
    if not given["custom_domain"]:
        return found
    if not (given["cloudfront_key_id"] and given["cloudfront_key"]):
        said = "S3_CDN_HOST without S3_CDN_KEY_ID and S3_CDN_KEY: everybody who knows an address can watch, for ever."
        found.append(checks.Error(said, id="storage.E002"))
    return found


def _addresses(given: dict[str, Any]) -> list[checks.CheckMessage]:
    address = given["browser_endpoint_url"]
    if not address or urlsplit(address).scheme == "https":
        return []
    said = f"Browsers do not load {address} on a page that came by https."
    hint = "Set S3_BROWSER_ENDPOINT_URL to the https address by which they reach the bucket."
    return [checks.Warning(said, hint=hint, id="storage.W003")]


def _names_us(rule: dict[str, Any]) -> bool:
    return bool({"*", settings.SITE_URL} & set(rule["AllowedOrigins"]))
