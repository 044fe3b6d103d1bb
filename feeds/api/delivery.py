"""Delivery reports as JSON, and what they are made of: which cards an app has shown."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds import seeing, selectors, services
from videos.access import access_own_video
from videos.api.serializers import DeliverySerializer

MOST_ID = 2**63 - 1


class ReachedSerializer(serializers.Serializer):
    """Each counts the later ones too: whoever watched has opened and seen."""

    seen = serializers.IntegerField(help_text="In their inbox, or for a second or longer in a feed.")
    opened = serializers.IntegerField(help_text="Its page opened, or played on purpose.")
    watched = serializers.IntegerField(help_text="At least 3 seconds, or half of a shorter video.")


class ReportSerializer(serializers.Serializer):
    """`delivery` is null before publication; `reached` and `views_by_others` below 10 recipients."""

    delivery = DeliverySerializer(allow_null=True)
    recipients = serializers.IntegerField(
        source="delivery.recipients", default=0, help_text="Told, finding it when they look, or still to come."
    )
    reached = ReachedSerializer(allow_null=True)
    views_by_others = serializers.IntegerField(allow_null=True)


class DeliveryView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=ReportSerializer, operation_id="delivery")
    def get(self, request: Request, video_id: int) -> Response:
        """Who of my followers at publishing was told of a video of mine, and what they did."""
        return Response(ReportSerializer(selectors.delivery_report(access_own_video(request, video_id))).data)


class ShownSerializer(serializers.Serializer):
    video = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    source = serializers.RegexField(r"^[a-z_]{1,20}$", default="", help_text="As the card said.")


class SeenCardsSerializer(serializers.Serializer):
    seen = ShownSerializer(many=True, default=list, max_length=seeing.MOST)
    opened = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_ID),
        default=list,
        max_length=seeing.MOST,
        help_text="Ids of videos.",
    )


class SeenCardsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=SeenCardsSerializer, responses={204: None}, operation_id="report_cards")
    def post(self, request: Request) -> Response:
        """Report cards of a feed that I saw for a second or longer, and videos that I opened. Twice is once."""
        said = SeenCardsSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        shown = {each["video"]: each["source"] for each in said.validated_data["seen"]}
        services.report_cards(viewer_id=request.user.pk, shown=shown, opened=said.validated_data["opened"])
        return Response(status=204)
