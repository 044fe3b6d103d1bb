"""Reports, and decisions about oneself, as JSON."""

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from socialvideo.lib.api import CURSOR, cursor_of, page_response, paged
from videos import selectors
from videos.access import ReportRate
from videos.api.views import allowed, given
from videos.models.moderation import Act, Kind, Reason
from videos.selectors import reporting
from videos.services import moderation

OUTCOMES = (reporting.WAITING, reporting.NOTHING_FOUND, reporting.ACTED, reporting.TAKEN_BACK)


class NewReportSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=Kind.choices)
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="Of the video, comment or account.")
    reason = serializers.ChoiceField(choices=Reason.choices)
    text = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class ReportedSerializer(serializers.Serializer):
    kind = serializers.CharField(source="report.kind")
    id = serializers.IntegerField(source="report.subject_id")
    reason = serializers.CharField(source="report.reason")
    text = serializers.CharField(source="report.text")
    reported_at = serializers.DateTimeField(source="report.created_at")
    outcome = serializers.ChoiceField(choices=[(each, each) for each in OUTCOMES])


class AppealSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=1000)
    made_at = serializers.DateTimeField(read_only=True)
    upheld = serializers.BooleanField(read_only=True, allow_null=True, help_text="null: not judged yet.")
    words = serializers.CharField(read_only=True)


class StatementSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="decision.pk")
    about = serializers.CharField()
    act = serializers.ChoiceField(choices=Act.choices, source="decision.act")
    policy = serializers.CharField(source="decision.policy")
    words = serializers.CharField(source="decision.words")
    until = serializers.DateTimeField(source="decision.until", allow_null=True)
    decided_at = serializers.DateTimeField(source="decision.decided_at")
    is_lifted = serializers.BooleanField()
    may_appeal = serializers.BooleanField()
    appeal = serializers.SerializerMethodField()

    @extend_schema_field(AppealSerializer(allow_null=True))
    def get_appeal(self, statement: selectors.Statement) -> dict[str, object] | None:
        return AppealSerializer(statement.appeal).data if statement.appeal else None


class ReportsView(APIView):
    permission_classes = (IsAuthenticated,)

    def get_throttles(self) -> list[object]:
        return [ReportRate()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(parameters=[CURSOR], responses=paged(ReportedSerializer), operation_id="my_reports")
    def get(self, request: Request) -> Response:
        """What I reported, the newest first, and what became of it."""
        page = selectors.reports_page(request.user.pk, cursor=cursor_of(request))
        return page_response(page, ReportedSerializer, request=request)

    @extend_schema(request=NewReportSerializer, responses={201: None}, operation_id="report")
    def post(self, request: Request) -> Response:
        """Something that I see and that goes against the rules. Once: said again, it is the first report."""
        said = given(NewReportSerializer, request)
        allowed(moderation.report, reporter=request.user, subject_id=said.pop("id"), **said)
        return Response(status=201)


class DecisionsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(StatementSerializer), operation_id="decisions_about_me")
    def get(self, request: Request) -> Response:
        """What moderators decided about me, with their reasons, the newest first."""
        page = selectors.decisions_page(request.user.pk, cursor=cursor_of(request))
        return page_response(page, StatementSerializer, request=request)


class AppealView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=AppealSerializer, responses={201: AppealSerializer}, operation_id="appeal")
    def post(self, request: Request, decision_id: int) -> Response:
        """Against a decision about me: once. Somebody else than who decided judges it."""
        decision = selectors.decision_about(request.user.pk, decision_id)
        if decision is None:
            return Response(status=404)
        text = given(AppealSerializer, request)["text"]
        appeal = allowed(moderation.appeal, decision=decision, account=request.user, text=text)
        return Response(AppealSerializer(appeal).data, status=201)
