"""A real S3 server for tests: SeaweedFS from its wheel. It checks signatures and their expiry, keeps multipart uploads,
answers ranges and CORS."""

import contextlib
import json
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from socialvideo.local.child_process import ChildProcess

ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "test", "only-for-tests", "us-east-1", "media"
_OWNER = {
    "name": "site",
    "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
    "actions": ["Admin", "Read", "Write", "List", "Tagging"],
}
_PARTS = ("master", "volume", "filer", "s3", "admin")


def program() -> str | None:
    beside_python = Path(sys.executable).with_name("weed")
    return str(beside_python) if beside_python.exists() else shutil.which("weed")


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


class S3Server(ChildProcess):
    name = "SeaweedFS"

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        super().__init__(env, folder / "s3.log")
        self.folder = folder
        self.keys = folder / "keys.json"
        self.keys.write_text(json.dumps({"identities": [_OWNER]}))
        self.ports = dict(zip(_PARTS, free_ports(len(_PARTS)), strict=True))
        self.grpc = dict(zip(_PARTS, free_ports(len(_PARTS)), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['s3']}"

    def command(self) -> list[str]:
        ports = [f"-{part}.port={port}" for part, port in self.ports.items()]
        ports += [f"-{part}.port.grpc={port}" for part, port in self.grpc.items()]
        small = ["-webdav=false", "-admin.ui=false"]
        place = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self.folder}"]
        s3 = ["-s3", f"-s3.config={self.keys}", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        return [program() or "weed", f"-logdir={self.folder}", "mini", *place, *ports, *small, *s3]

    def is_ready(self) -> bool:
        """When something can be stored: its parts find each other one by one."""
        client = self.client()
        try:
            with contextlib.suppress(client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou):
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="ready", Body=b"1")
        except (BotoCoreError, ClientError):
            return False
        return True

    def options(self) -> dict[str, Any]:
        """Of the storage."""
        return {
            "bucket_name": BUCKET,
            "endpoint_url": self.url,
            "browser_endpoint_url": self.url,
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "region_name": REGION,
            "addressing_style": "path",
            "custom_domain": None,
            "file_overwrite": False,
        }

    def client(self) -> Any:
        quick = Config(retries={"max_attempts": 0}, connect_timeout=2, read_timeout=5, s3={"addressing_style": "path"})
        keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, "region_name": REGION}
        return boto3.client("s3", endpoint_url=self.url, config=quick, **keys)

    def names(self) -> set[str]:
        """Of all objects."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {found["Key"] for page in pages for found in page.get("Contents", [])} - {"ready"}

    def empty(self) -> None:
        client = self.client()
        for name in self.names():
            client.delete_object(Bucket=BUCKET, Key=name)
        for begun in client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            client.abort_multipart_upload(Bucket=BUCKET, Key=begun["Key"], UploadId=begun["UploadId"])
        client.delete_bucket_cors(Bucket=BUCKET)

    def allow(self, origin: str) -> None:
        """What docs/storage.md says a bucket must allow the site's pages."""
        rule = {"AllowedOrigins": [origin], "AllowedMethods": ["GET", "HEAD", "PUT"], "AllowedHeaders": ["*"]}
        self.client().put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
