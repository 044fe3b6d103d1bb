"""Accounts to follow as JSON, over the same reads as the page."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AccountBriefSerializer
from feeds import selectors, services
from follows.access import access_account
from follows.api.serializers import RelationSerializer


class SuggestionSerializer(serializers.Serializer):
    """An account and why: `relation.followed_by`, or those I follow who follow it, or that it is popular."""

    account = AccountBriefSerializer()
    relation = RelationSerializer()
    go_betweens = AccountBriefSerializer(many=True, help_text="Some of those I follow who follow it, closest first.")
    others = serializers.IntegerField(help_text="How many more of them there are.")
    at_least = serializers.BooleanField(help_text="Whether there may be more than `others`.")
    popular = serializers.BooleanField()


class SuggestionsView(APIView):
    @extend_schema(responses=SuggestionSerializer(many=True), operation_id="suggestions")
    def get(self, request: Request) -> Response:
        """Accounts to follow, the best first. Without a login: who is popular."""
        found = selectors.people_to_follow(request.user.pk)
        return Response(SuggestionSerializer(found, many=True, context={"request": request}).data)


class DismissalView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses={204: None}, operation_id="dismiss_suggestion")
    def put(self, request: Request, handle: str) -> Response:
        """Never suggest an account to me again."""
        services.dismiss(account=request.user, dismissed=access_account(handle))
        return Response(status=204)

    @extend_schema(responses={204: None}, operation_id="take_back_dismissal")
    def delete(self, request: Request, handle: str) -> Response:
        """Take that back."""
        services.take_back_dismissal(account=request.user, dismissed=access_account(handle))
        return Response(status=204)
