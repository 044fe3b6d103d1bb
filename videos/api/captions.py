"""Captions of a video, one text per language."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from videos import selectors, services
from videos.access import access_own_video, access_video
from videos.api.views import allowed, given


class TrackSerializer(serializers.Serializer):
    language = serializers.CharField()
    label = serializers.CharField()
    url = serializers.CharField(help_text="WebVTT, for whoever may watch the video.")


class CaptionsFileSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True, help_text="WebVTT or SRT in UTF-8, up to 256 KB.")


class CaptionsView(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(responses=TrackSerializer(many=True), operation_id="captions")
    def get(self, request: Request, video_id: int) -> Response:
        tracks = selectors.captions_of(access_video(request, video_id))
        return Response(TrackSerializer(tracks, many=True).data)


class CaptionsInView(APIView):
    permission_classes = (IsAuthenticated,)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": CaptionsFileSerializer},
        responses=TrackSerializer(many=True),
        operation_id="put_captions",
    )
    def put(self, request: Request, video_id: int, language: str) -> Response:
        """Add captions in a language, or replace those that are there."""
        video = access_own_video(request, video_id)
        sent = given(CaptionsFileSerializer, request)
        allowed(services.put_captions, creator=request.user, video=video, language=language, **sent)
        return Response(TrackSerializer(selectors.captions_of(video), many=True).data)

    @extend_schema(responses={204: None}, operation_id="remove_captions")
    def delete(self, request: Request, video_id: int, language: str) -> Response:
        video = access_own_video(request, video_id)
        allowed(services.remove_captions, creator=request.user, video=video, language=language)
        return Response(status=204)
