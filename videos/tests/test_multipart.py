"""Uploads past us, into a real bucket: what has come is what the bucket has, in full, whatever a browser says."""

from datetime import timedelta
from io import BytesIO

import pytest
import requests
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.test import APIClient

from socialvideo.lib.bucket import MOST_PARTS, SMALLEST_PART, Bucket
from videos import bucket_parts, services
from videos.models import Upload, Video
from videos.services import multipart, receiving, uploads

pytestmark = pytest.mark.django_db(transaction=True)

State = Video.State
URL = "/api/v1/uploads/"
CONTENT = bytes(range(256)) * (SMALLEST_PART // 256) + b"the rest"
SIZE = len(CONTENT)


@pytest.fixture
def client(alice):
    client = APIClient()
    client.force_authenticate(alice)
    return client


def begin(client, size=SIZE, key="a key", **given):
    return client.post(f"{URL}multipart/", {"size": size, **given}, headers={"Idempotency-Key": key})


def addresses(client, video_id, *numbers):
    answer = client.post(f"{URL}{video_id}/multipart/", {"numbers": numbers})
    assert answer.status_code == 200, answer.json()
    return [answer.json()["addresses"][str(number)] for number in numbers]


def part(number, content=CONTENT):
    return content[(number - 1) * SMALLEST_PART : number * SMALLEST_PART]


def put(client, video_id, *numbers):
    for number, address in zip(numbers, addresses(client, video_id, *numbers), strict=True):
        assert requests.put(address, data=part(number), timeout=10).status_code == 200


def progress(client, video_id):
    return client.get(f"{URL}{video_id}/multipart/").json()


def complete(client, video_id):
    return client.post(f"{URL}{video_id}/multipart/complete/")


def test_a_file_goes_past_us_and_on_to_the_workers(client, bucket):
    begun = begin(client, file_name="clip.mov").json()
    assert (begun["state"], begun["part_bytes"], begun["received"], begun["parts"]) == (
        "uploading",
        SMALLEST_PART,
        0,
        {},
    )
    put(client, begun["id"], 1, 2)
    done = complete(client, begun["id"])
    assert (done.status_code, done.json()["state"]) == (200, "processing")
    video = Video.objects.get()
    assert (video.is_draft, video.uploaded_bytes) == (True, SIZE)
    with default_storage.open(video.original) as stored:
        assert stored.read() == CONTENT
    assert bucket.names() == {video.original}
    assert not Upload.objects.exists()
    assert complete(client, begun["id"]).json()["state"] == "processing"  # the reply was lost


def test_it_goes_on_where_it_stood(client, bucket):
    first = begin(client).json()
    put(client, first["id"], 2)
    again = begin(client).json()
    assert (again["id"], again["parts"], again["received"]) == (first["id"], {"2": len(part(2))}, len(part(2)))
    assert Upload.objects.get().received == len(part(2))
    put(client, again["id"], 1)
    assert complete(client, again["id"]).json()["state"] == "processing"
    assert begin(client).json()["state"] == "processing"


def test_nothing_is_taken_for_sent_that_is_not(client, bucket):
    video_id = begin(client).json()["id"]
    put(client, video_id, 1)
    refused = complete(client, video_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "incomplete")
    assert Video.objects.get().state == State.UPLOADING


def test_a_part_of_another_size_is_not_one(client, bucket):
    """Whether the server in between refuses it, as S3 does, or not."""
    video_id = begin(client).json()["id"]
    put(client, video_id, 1)
    requests.put(addresses(client, video_id, 2)[0], data=b"longer than the rest", timeout=10)
    assert progress(client, video_id)["parts"] == {"1": SMALLEST_PART}
    assert complete(client, video_id).status_code == 409
    put(client, video_id, 2)
    assert complete(client, video_id).status_code == 200


def test_an_address_is_for_one_part_of_one_upload(client, bucket):
    first, second = begin(client).json()["id"], begin(client, key="another").json()["id"]
    address = addresses(client, first, 1)[0]
    other = addresses(client, second, 1)[0].split("uploadId=")[1].split("&")[0]
    for forged in (
        address.replace("partNumber=1", "partNumber=2"),
        address.replace(address.split("uploadId=")[1].split("&")[0], other),
        address.split("?")[0],
    ):
        assert requests.put(forged, data=b"x", timeout=10).status_code == 403
    assert requests.get(address, timeout=10).status_code == 403


@pytest.mark.parametrize("numbers", [[0], [3], [-1], [], [1, "x"], list(range(1, 40))])
def test_numbers_that_the_file_does_not_have(client, bucket, numbers):
    video_id = begin(client).json()["id"]
    assert client.post(f"{URL}{video_id}/multipart/", {"numbers": numbers}).status_code in {400, 409}


def test_checked_before_the_first_byte(client, bucket, settings):
    settings.UPLOAD_QUOTA_BYTES = SIZE
    assert begin(client).status_code == 201
    assert begin(client, size=1, key="beyond").json()["code"] == "quota"
    assert begin(client, size=SIZE + 1).json()["code"] == "key_used"
    assert begin(client, size=0, key="nothing").json()["code"] == "empty"
    assert begin(client, size=settings.MAX_UPLOAD_BYTES + 1, key="huge").json()["code"] == "too_large"
    assert client.post(f"{URL}multipart/", {"size": 5}).status_code == 400
    assert len(list(bucket_parts.old(timezone.now() + timedelta(hours=1)))) == 1


def test_nobody_elses(client, bucket, bob):
    video_id = begin(client).json()["id"]
    other = APIClient()
    other.force_authenticate(bob)
    assert other.get(f"{URL}{video_id}/multipart/").status_code == 404
    assert other.post(f"{URL}{video_id}/multipart/", {"numbers": [1]}).status_code == 404
    assert complete(other, video_id).status_code == 404
    assert other.delete(f"{URL}{video_id}/multipart/").status_code == 404
    assert APIClient().post(f"{URL}multipart/", {"size": 5}).status_code == 401
    assert Upload.objects.count() == 1


def test_given_up_it_leaves_nothing(client, bucket):
    video_id = begin(client).json()["id"]
    put(client, video_id, 1)
    assert client.delete(f"{URL}{video_id}/multipart/").status_code == 204
    assert not Video.objects.exists()
    assert not bucket.names()
    assert not list(bucket_parts.old(timezone.now() + timedelta(hours=1)))


def test_a_bucket_that_gave_it_up_begins_anew(client, bucket):
    """Lifecycle rules of buckets do so."""
    begun = begin(client).json()
    put(client, begun["id"], 1)
    bucket.empty()
    assert progress(client, begun["id"])["parts"] == {}
    put(client, begun["id"], 1, 2)
    assert complete(client, begun["id"]).json()["state"] == "processing"


def test_a_file_that_comes_in_pieces_to_this_machine_is_none_of_the_buckets(client, alice, bucket):
    """Nor the other way: looking at one way's progress took the other's away."""
    upload = uploads.begin_upload(creator=alice, upload_key="a key", size=SIZE).upload
    receiving.receive(upload=upload, offset=0, source=BytesIO(CONTENT[:5000]))
    path = f"{URL}{upload.pk}/multipart/"
    refused = client.get(path), client.post(path, {"numbers": [1]}), complete(client, upload.pk), begin(client)
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "other_way")] * 4
    upload.refresh_from_db()
    assert (upload.received, upload.bucket_id) == (5000, "")
    begin(client, key="another")
    other = Upload.objects.select_related("video").exclude(bucket_id="").get()
    with pytest.raises(services.Refused) as told:
        receiving.receive(upload=other, offset=0, source=BytesIO(CONTENT))
    assert told.value.code == "other_way"


def test_asking_how_far_it_has_come_keeps_nothing_alive(client, bucket):
    video_id = begin(client).json()["id"]
    put(client, video_id, 1)
    soon = timezone.now() + timedelta(hours=1)
    for kept in (False, True):  # what has come meanwhile does, once
        Upload.objects.update(expires_at=soon)
        progress(client, video_id)
        assert (Upload.objects.get().expires_at == soon) == kept


def test_of_two_that_find_it_given_up_the_later_spoils_nothing(client, alice, bucket, monkeypatch):
    video = Video.objects.get(pk=begin(client).json()["id"])
    asked = bucket_parts.arrived

    def slow(*given):
        monkeypatch.undo()
        bucket.empty()
        multipart.progress(video)  # the other begins it anew, and sends
        put(client, video.pk, 1)
        multipart.progress(video)
        return asked(*given)

    monkeypatch.setattr(bucket_parts, "arrived", slow)
    multipart.progress(video)
    assert progress(client, video.pk)["parts"] == {"1": SMALLEST_PART}
    assert Upload.objects.get().received == SMALLEST_PART
    assert len(list(bucket_parts.old(timezone.now() + timedelta(hours=1)))) == 1


def test_a_crash_after_the_bucket_was_done(client, bucket):
    """The file is whole there, and no row says so."""
    video_id = begin(client).json()["id"]
    put(client, video_id, 1, 2)
    upload = Upload.objects.select_related("video").get()
    bucket_parts.hand_to_storage(upload.video.original_name, upload.bucket_id, SIZE)
    assert progress(client, video_id)["received"] == SIZE
    uploads.sweep_uploads()
    assert Video.objects.get().state == State.PROCESSING


def test_who_asks_twice_is_told_that_it_is_on_its_way(client, bucket, monkeypatch):
    """The bucket takes its time, and the first request is not waited for."""
    video_id = begin(client).json()["id"]
    put(client, video_id, 1, 2)
    store = bucket_parts.hand_to_storage

    def slowly(*given):
        monkeypatch.undo()
        assert complete(client, video_id).json()["state"] == "uploading"
        name = store(*given)
        assert progress(client, video_id)["received"] == SIZE
        return name

    monkeypatch.setattr(bucket_parts, "hand_to_storage", slowly)
    assert complete(client, video_id).json()["state"] == "processing"
    assert not list(bucket_parts.old(timezone.now() + timedelta(hours=1)))


def test_cancelled_while_the_bucket_is_at_it(client, alice, bucket, monkeypatch):
    video_id = begin(client).json()["id"]
    put(client, video_id, 1, 2)
    store = bucket_parts.hand_to_storage

    def then_cancelled(*given):
        name = store(*given)
        row = Video.objects.get()
        row.delete()  # and whoever did so died before the files went
        return name

    monkeypatch.setattr(bucket_parts, "hand_to_storage", then_cancelled)
    refused = complete(client, video_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "gone")
    assert not bucket.names()


def test_the_sweep_gives_up_what_nobody_sends(client, bucket):
    begin(client)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    uploads.sweep_uploads()
    video = Video.objects.get()
    assert (video.state, video.failure_code) == (State.FAILED, "not_arrived")
    assert not list(bucket_parts.old(timezone.now() + timedelta(hours=1)))


def test_the_sweep_removes_what_no_row_knows(client, bucket, settings):
    settings.UPLOAD_DAYS = -2  # so that everything is old
    begin(client)
    default_storage.begin_multipart("videos/nobody/original")
    assert len(list(bucket_parts.old(timezone.now() + timedelta(hours=1)))) == 2
    multipart.sweep_bucket()
    (left,) = bucket_parts.old(timezone.now() + timedelta(hours=1))
    assert left[1] == Upload.objects.get().bucket_id


def test_a_bucket_that_is_away_is_said_to_be(client, bucket, settings):
    video_id = begin(client).json()["id"]
    away = bucket.options() | {"endpoint_url": "http://127.0.0.1:1"}
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "socialvideo.lib.bucket.Bucket", "OPTIONS": away}}
    answer = client.get(f"{URL}{video_id}/multipart/")
    assert answer.status_code == 503
    assert "safe" in answer.json()["detail"]
    assert Video.objects.get().state == State.UPLOADING


def test_on_a_disk_there_is_no_such_way(client):
    assert begin(client).status_code == 404
    assert not Video.objects.exists()


@pytest.mark.parametrize("size", [1, SMALLEST_PART, SMALLEST_PART * MOST_PARTS + 1, 5 * 2**40])
def test_never_more_parts_than_s3_takes(size):
    assert Bucket.part_size(size) >= SMALLEST_PART
    assert -(-size // Bucket.part_size(size)) <= MOST_PARTS
