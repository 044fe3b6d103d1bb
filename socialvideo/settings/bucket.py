"""Media in a bucket of S3 or of what speaks like it, by settings. Without S3_BUCKET nothing here says anything."""

from typing import Any
from urllib.parse import urlsplit

from environs import Env, validate


def options(env: Env) -> dict[str, Any]:
    """What socialvideo.lib.bucket.Bucket is made with; empty: files are kept on the local disk."""
    endpoint = env.str("S3_ENDPOINT_URL", None)
    style = validate.OneOf(["path", "virtual"])
    return {
        "bucket_name": env.str("S3_BUCKET", ""),
        "endpoint_url": endpoint,
        "browser_endpoint_url": env.str("S3_BROWSER_ENDPOINT_URL", endpoint),  # where browsers reach it, if elsewhere
        "access_key": env.str("S3_ACCESS_KEY", None),
        "secret_key": env.str("S3_SECRET_KEY", None),
        "region_name": env.str("S3_REGION", None),
        "addressing_style": env.str("S3_ADDRESSING", "path" if endpoint else "virtual", validate=style),
        "custom_domain": env.str("S3_CDN_HOST", None),  # CloudFront, or what checks its signatures, before the bucket
        "cloudfront_key_id": env.str("S3_CDN_KEY_ID", None),
        "cloudfront_key": env.str("S3_CDN_KEY", None),  # PEM
        "file_overwrite": False,
    }


def origins(bucket: dict[str, Any]) -> list[str]:
    """What pages read media from and send parts to, for the content security policy."""
    name, region = bucket["bucket_name"], bucket["region_name"]
    address = bucket["browser_endpoint_url"] or f"https://s3{f'.{region}' if region else ''}.amazonaws.com"
    scheme, host = urlsplit(address)[:2]
    own = f"{scheme}://{name}.{host}" if bucket["addressing_style"] == "virtual" else f"{scheme}://{host}"
    cdn = bucket["custom_domain"]
    return [own, f"https://{cdn}"] if cdn else [own]
