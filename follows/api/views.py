"""JSON over the same reads and acts as the pages. Following is PUT, unfollowing DELETE: repeating either is harmless,
and every answer is the relation as the database has it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from follows import selectors, services
from follows.access import access_account, origin_of
from follows.api.serializers import (
    BellSerializer,
    BlockedSerializer,
    CountsSerializer,
    FollowedSerializer,
    MutedSerializer,
    MuteSerializer,
    MyFollowingQuery,
    PeoplePageSerializer,
    RelationSerializer,
    RequestSerializer,
)
from follows.origins import Origin, Source
from follows.relations import Relation
from socialvideo.lib.api import CURSOR, Refused, cursor_of, page_response, paged


def _answer(act: Callable[..., Relation | None], request: Request, account: User, **how: Any) -> Response:
    """Does the act and answers the viewer's relation to the account."""
    try:
        settled = act(**how) or selectors.relation(request.user.pk, account.pk)
    except services.FollowRefused as refused:
        raise Refused(refused.message, refused.code, refused.wait) from refused
    return Response(RelationSerializer(settled).data)


def _origin(request: Request) -> Origin:
    return origin_of(request, Source.API)  # type: ignore[arg-type]


class RelationView(APIView):
    @extend_schema(responses=RelationSerializer, operation_id="relation")
    def get(self, request: Request, handle: str) -> Response:
        """My relation to an account."""
        return Response(RelationSerializer(selectors.relation(request.user.pk, access_account(handle).pk)).data)


class FollowView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=RelationSerializer, operation_id="follow")
    def put(self, request: Request, handle: str) -> Response:
        """Follow an account, or ask to where it is private. 409 when a rule stands against it; 429, with
        Retry-After, after very many within an hour."""
        account = access_account(handle)
        return _answer(
            services.follow, request, account, follower=request.user, followee=account, origin=_origin(request)
        )

    @extend_schema(responses={200: RelationSerializer}, operation_id="unfollow")
    def delete(self, request: Request, handle: str) -> Response:
        """Unfollow an account, or take the request back."""
        account = access_account(handle)
        return _answer(
            services.unfollow, request, account, follower=request.user, followee=account, origin=_origin(request)
        )

    @extend_schema(request=BellSerializer, responses=RelationSerializer, operation_id="set_bell")
    def patch(self, request: Request, handle: str) -> Response:
        """Whether new videos of an account that I follow alert me."""
        account = access_account(handle)
        wish = BellSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        return _answer(
            services.set_bell,
            request,
            account,
            follower=request.user,
            followee=account,
            notify=wish.validated_data["notify"],
            origin=_origin(request),
        )


class RestoreView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=RelationSerializer, operation_id="restore")
    def put(self, request: Request, handle: str) -> Response:
        """Take my unfollow back: bell and date are as they were. What ended otherwise is left alone."""
        account = access_account(handle)
        return _answer(
            services.restore, request, account, follower=request.user, followee=account, origin=_origin(request)
        )


class BlockView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=RelationSerializer, operation_id="block")
    def put(self, request: Request, handle: str) -> Response:
        """Shut an account out. Follows in both directions end."""
        account = access_account(handle)
        return _answer(services.block, request, account, blocker=request.user, blocked=account, origin=_origin(request))

    @extend_schema(responses={200: RelationSerializer}, operation_id="unblock")
    def delete(self, request: Request, handle: str) -> Response:
        account = access_account(handle)
        return _answer(
            services.unblock, request, account, blocker=request.user, blocked=account, origin=_origin(request)
        )


class MuteView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=MuteSerializer, responses=RelationSerializer, operation_id="mute")
    def put(self, request: Request, handle: str) -> Response:
        """Keep an account's videos out of my feeds without unfollowing it, for a while or until I lift it."""
        account = access_account(handle)
        wish = MuteSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        until = wish.validated_data["until"]
        return _answer(services.mute, request, account, muter=request.user, muted=account, until=until)

    @extend_schema(responses={200: RelationSerializer}, operation_id="unmute")
    def delete(self, request: Request, handle: str) -> Response:
        account = access_account(handle)
        return _answer(services.unmute, request, account, muter=request.user, muted=account)


class FollowerView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={200: RelationSerializer}, operation_id="remove_follower")
    def delete(self, request: Request, handle: str) -> Response:
        """Remove somebody from my followers."""
        account = access_account(handle)
        return _answer(
            services.remove_follower, request, account, followee=request.user, follower=account, origin=_origin(request)
        )


class RequestView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=RelationSerializer, operation_id="approve_request")
    def put(self, request: Request, handle: str) -> Response:
        """Let somebody follow me who asked to."""
        account = access_account(handle)
        return _answer(
            services.approve, request, account, followee=request.user, follower=account, origin=_origin(request)
        )

    @extend_schema(responses={200: RelationSerializer}, operation_id="decline_request")
    def delete(self, request: Request, handle: str) -> Response:
        account = access_account(handle)
        return _answer(
            services.decline, request, account, followee=request.user, follower=account, origin=_origin(request)
        )


class MyFollowingView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        parameters=[MyFollowingQuery, CURSOR], responses=paged(FollowedSerializer), operation_id="my_following"
    )
    def get(self, request: Request) -> Response:
        """Everyone I follow or asked to follow, suspended and deactivated accounts included; or those of them that a
        search and filters leave."""
        query = MyFollowingQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        page = selectors.manager_page(
            request.user.pk,
            wanted=selectors.Wanted(asked["q"], frozenset(asked["only"])),
            sort=asked["sort"],
            cursor=cursor_of(request),
        )
        return page_response(page, FollowedSerializer, request=request)


class MyRequestsView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(RequestSerializer), operation_id="my_requests")
    def get(self, request: Request) -> Response:
        """Who asks to follow me, newest first."""
        page = selectors.requests_page(request.user.pk, cursor=cursor_of(request))
        return page_response(page, RequestSerializer, request=request)


class MyBlocksView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(BlockedSerializer), operation_id="my_blocks")
    def get(self, request: Request) -> Response:
        """Whom I block, newest first."""
        page = selectors.blocks_page(request.user.pk, cursor=cursor_of(request))
        return page_response(page, BlockedSerializer, request=request)


class MyMutesView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(parameters=[CURSOR], responses=paged(MutedSerializer), operation_id="my_mutes")
    def get(self, request: Request) -> Response:
        """Whom I mute at the moment, newest first."""
        page = selectors.mutes_page(request.user.pk, cursor=cursor_of(request))
        return page_response(page, MutedSerializer, request=request)


class CountsView(APIView):
    @extend_schema(responses=CountsSerializer, operation_id="counts")
    def get(self, request: Request, handle: str) -> Response:
        """The exact numbers of followers and of accounts followed."""
        account = access_account(handle)
        if selectors.relation(request.user.pk, account.pk).blocked_by:
            raise Http404
        return Response(CountsSerializer(selectors.counts(account.pk)).data)


class _PeopleView(APIView):
    def people(self, request: Request, handle: str, which: str) -> Response:
        account, viewer_id = access_account(handle), request.user.pk
        mine = selectors.relation(viewer_id, account.pk)
        if mine.blocked_by:
            raise Http404
        if not selectors.may_see_lists(account, mine):
            raise PermissionDenied(_("Only followers of this account see its lists."))
        page, hidden = selectors.people_page(account, viewer_id, which, cursor=cursor_of(request))
        return Response(
            PeoplePageSerializer(
                {"results": page.items, "next_cursor": page.next_cursor, "hidden": hidden}, context={"request": request}
            ).data
        )


class FollowersView(_PeopleView):
    @extend_schema(parameters=[CURSOR], responses=PeoplePageSerializer, operation_id="followers")
    def get(self, request: Request, handle: str) -> Response:
        """Who follows an account, newest first."""
        return self.people(request, handle, "followers")


class FollowingView(_PeopleView):
    @extend_schema(parameters=[CURSOR], responses=PeoplePageSerializer, operation_id="following")
    def get(self, request: Request, handle: str) -> Response:
        """Whom an account follows, newest first."""
        return self.people(request, handle, "following")
