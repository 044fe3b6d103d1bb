"""Uploads past us, where media is in a bucket: begin, ask for the addresses of parts, send each there by PUT, complete.
Asked again with the same Idempotency-Key an upload goes on where it stood. What is begun here is a draft."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from videos.access import access_own_video
from videos.api import views
from videos.api.resumable import PieceThrottle
from videos.api.serializers import MomentField
from videos.api.views import KEY, given, key_of
from videos.models import Video
from videos.services import multipart, uploads


class Away(APIException):
    status_code = 503
    default_code = "storage_away"
    default_detail = _("The storage does not answer at the moment. What has arrived is safe; try again.")


class BeginSerializer(serializers.Serializer):
    size = serializers.IntegerField(min_value=0, max_value=2**50, help_text="Of the whole file, in bytes.")
    file_name = serializers.CharField(max_length=255, required=False, allow_blank=True)
    fingerprint = serializers.CharField(max_length=64, required=False, allow_blank=True)
    trim_from_ms = MomentField()
    trim_to_ms = MomentField()


class MultipartSerializer(serializers.Serializer):
    """How far an upload has come, as the bucket tells it."""

    id = serializers.IntegerField(source="video.pk", help_text="Of the video.")
    state = serializers.ChoiceField(source="video.state", choices=Video.State.choices)
    size = serializers.IntegerField(source="video.uploaded_bytes")
    part_bytes = serializers.IntegerField(help_text="Of each part but the last.")
    received = serializers.IntegerField()
    parts = serializers.DictField(child=serializers.IntegerField(), help_text="Bytes of what has arrived, by number.")


class NumbersSerializer(serializers.Serializer):
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1), min_length=1, max_length=multipart.SIGNED_AT_ONCE
    )


class AddressesSerializer(serializers.Serializer):
    addresses = serializers.DictField(
        child=serializers.CharField(), help_text="Where to PUT each part, by number. They live for an hour."
    )


def allowed(act: Callable[..., Any], **given: Any) -> Any:
    """The act's result; 409 with the reason; 503 while the bucket is away."""
    try:
        return views.allowed(act, **given)
    except OSError as error:
        raise Away from error


class MultipartBase(APIView):
    permission_classes = (IsAuthenticated,)
    throttle_classes = (PieceThrottle,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not multipart.storage_uploads_directly():
            raise Http404


class MultipartsView(MultipartBase):
    @extend_schema(
        parameters=[KEY],
        request=BeginSerializer,
        responses={201: MultipartSerializer},
        operation_id="begin_multipart",
    )
    def post(self, request: Request) -> Response:
        """Begin an upload that goes straight to the bucket. 404 where media is on a disk: send the file by tus there."""
        key, wish = key_of(request), given(BeginSerializer, request)
        begun = allowed(multipart.begin_multipart, creator=request.user, upload_key=key, is_draft=True, **wish)
        return Response(MultipartSerializer(begun).data, status=201)


class MultipartView(MultipartBase):
    @extend_schema(responses=MultipartSerializer, operation_id="multipart")
    def get(self, request: Request, video_id: int) -> Response:
        """How far it has come."""
        begun = allowed(multipart.progress, video=access_own_video(request, video_id))
        return Response(MultipartSerializer(begun).data)

    @extend_schema(request=NumbersSerializer, responses=AddressesSerializer, operation_id="part_addresses")
    def post(self, request: Request, video_id: int) -> Response:
        """Addresses to PUT parts to, each for exactly the bytes of its part."""
        numbers = given(NumbersSerializer, request)["numbers"]
        video = access_own_video(request, video_id)
        addresses = allowed(multipart.part_addresses, creator=request.user, video=video, numbers=numbers)
        return Response({"addresses": {str(number): address for number, address in addresses.items()}})

    @extend_schema(responses={204: None}, operation_id="cancel_multipart")
    def delete(self, request: Request, video_id: int) -> Response:
        """Give it up, with what has arrived."""
        allowed(uploads.cancel_upload, creator=request.user, video=access_own_video(request, video_id))
        return Response(status=204)


class CompleteView(MultipartBase):
    @extend_schema(request=None, responses=MultipartSerializer, operation_id="complete_multipart")
    def post(self, request: Request, video_id: int) -> Response:
        """All parts are sent. 409 while the bucket misses some."""
        video = access_own_video(request, video_id)
        done = allowed(multipart.complete_multipart, creator=request.user, video=video)
        return Response(MultipartSerializer(multipart.Multipart(done, {})).data)
