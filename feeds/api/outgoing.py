"""What leaves the site: browsers that get pushes, the e-mail digest, and the weekly summary."""

from zoneinfo import available_timezones

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds import selectors, services, tasks
from feeds.models import DigestPlan, SummaryPlan
from feeds.views.push import PushRate, device_of
from feeds.webpush import public_key
from socialvideo.lib.api import Refused


class DeviceSerializer(serializers.Serializer):
    """A browser that gets pushes. `accepted_at`: when its push service last took one."""

    id = serializers.IntegerField()
    device = serializers.CharField()
    created_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)


class PushSerializer(serializers.Serializer):
    """`public_key` is what a browser needs to subscribe (applicationServerKey)."""

    public_key = serializers.CharField()
    devices = DeviceSerializer(many=True)


class KeysSerializer(serializers.Serializer):
    p256dh = serializers.CharField(max_length=120)
    auth = serializers.CharField(max_length=60)


class SubscriptionSerializer(serializers.Serializer):
    """As a browser's `PushSubscription.toJSON()` says it."""

    endpoint = serializers.CharField(max_length=1000)
    keys = KeysSerializer()


class DigestSerializer(serializers.Serializer):
    """`timezone`: by whose clock it is morning, such as Europe/Berlin. `address` is null while none is confirmed:
    then there is no mail."""

    every = serializers.ChoiceField(choices=DigestPlan.Every.choices)
    timezone = serializers.CharField(default=timezone.get_default_timezone_name)
    next_at = serializers.DateTimeField(read_only=True)
    address = serializers.SerializerMethodField()

    def validate_timezone(self, name: str) -> str:
        if name not in available_timezones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return name

    def get_address(self, plan: DigestPlan | SummaryPlan) -> str | None:
        return selectors.address_of(plan.account_id)


class SummarySerializer(serializers.Serializer):
    """`timezone`: by whose clock weeks begin. `address` as of digests."""

    timezone = serializers.CharField(default=timezone.get_default_timezone_name)
    next_at = serializers.DateTimeField(read_only=True)
    address = serializers.SerializerMethodField()

    validate_timezone = DigestSerializer.validate_timezone
    get_address = DigestSerializer.get_address


class PushView(APIView):
    permission_classes = (IsAuthenticated,)

    def get_throttles(self) -> list[object]:
        return [PushRate()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(responses=PushSerializer, operation_id="push")
    def get(self, request: Request) -> Response:
        """My browsers that get pushes, and the key to subscribe with."""
        push = {"public_key": public_key(), "devices": selectors.devices(request.user.pk)}
        return Response(PushSerializer(push).data)

    @extend_schema(request=SubscriptionSerializer, responses={201: DeviceSerializer}, operation_id="push_subscribe")
    def post(self, request: Request) -> Response:
        """Send pushes to this browser. Again is the same; a browser belongs to whoever subscribed last."""
        sent = SubscriptionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            subscription = services.subscribe(
                account=request.user,
                endpoint=sent.validated_data["endpoint"],
                **sent.validated_data["keys"],
                device=device_of(request._request),  # noqa: SLF001 - Django's
            )
        except services.DeviceRefused as refused:
            raise Refused(refused.message, "push_refused") from refused
        return Response(DeviceSerializer(subscription).data, status=status.HTTP_201_CREATED)


class DeviceView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={204: None}, operation_id="push_remove")
    def delete(self, request: Request, pk: int) -> Response:
        """No more pushes to this browser of mine. Again is the same."""
        services.remove_device(account=request.user, subscription_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeviceTestView(APIView):
    permission_classes = (IsAuthenticated,)
    throttle_classes = (PushRate,)

    @extend_schema(request=None, responses={202: None}, operation_id="push_test")
    def post(self, request: Request, pk: int) -> Response:
        """Send a test to this browser of mine."""
        if not services.ask_for_test(account=request.user, subscription_id=pk, moment=int(timezone.now().timestamp())):
            raise NotFound
        tasks.send_pushes.delay_on_commit()
        return Response(status=status.HTTP_202_ACCEPTED)


class DigestView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=DigestSerializer, operation_id="digest")
    def get(self, request: Request) -> Response:
        """How often I get what I have not seen as a mail; 404 without."""
        plan = selectors.digest_plan(request.user.pk)
        if plan is None:
            raise NotFound
        return Response(DigestSerializer(plan).data)

    @extend_schema(request=DigestSerializer, responses=DigestSerializer, operation_id="digest_plan")
    def put(self, request: Request) -> Response:
        """Send me one at eight in the morning, every day or every Monday, when there is something new."""
        sent = DigestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        plan = services.plan_digest(
            account=request.user, every=sent.validated_data["every"], zone=sent.validated_data["timezone"]
        )
        return Response(DigestSerializer(plan).data)

    @extend_schema(responses={204: None}, operation_id="digest_stop")
    def delete(self, request: Request) -> Response:
        """No more digests. Again is the same."""
        services.stop_digest(account_id=request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SummaryView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=SummarySerializer, operation_id="summary")
    def get(self, request: Request) -> Response:
        """Whether I get my week in the studio as a mail; 404 if not."""
        plan = selectors.summary_plan(request.user.pk)
        if plan is None:
            raise NotFound
        return Response(SummarySerializer(plan).data)

    @extend_schema(request=SummarySerializer, responses=SummarySerializer, operation_id="summary_plan")
    def put(self, request: Request) -> Response:
        """Send me one on Mondays at eight in the morning, when there is something to tell."""
        sent = SummarySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        plan = services.plan_summary(account=request.user, zone=sent.validated_data["timezone"])
        return Response(SummarySerializer(plan).data)

    @extend_schema(responses={204: None}, operation_id="summary_stop")
    def delete(self, request: Request) -> Response:
        """No more summaries. Again is the same."""
        services.stop_summary(account_id=request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
