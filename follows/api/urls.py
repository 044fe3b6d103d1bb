"""Addresses of the API of following."""

from django.urls import path

from follows.api import batches, files, history, views

urlpatterns = [
    path("accounts/<str:handle>/relation/", views.RelationView.as_view()),
    path("accounts/<str:handle>/follow/", views.FollowView.as_view()),
    path("accounts/<str:handle>/restore/", views.RestoreView.as_view()),
    path("accounts/<str:handle>/block/", views.BlockView.as_view()),
    path("accounts/<str:handle>/mute/", views.MuteView.as_view()),
    path("accounts/<str:handle>/counts/", views.CountsView.as_view()),
    path("accounts/<str:handle>/followers/", views.FollowersView.as_view()),
    path("accounts/<str:handle>/following/", views.FollowingView.as_view()),
    path("me/following/", views.MyFollowingView.as_view()),
    path("me/following.csv", files.ExportView.as_view(), {"form": "csv"}),
    path("me/following.json", files.ExportView.as_view(), {"form": "json"}),
    path("me/imports/", files.ImportsView.as_view()),
    path("me/imports/<int:pk>/", files.ImportView.as_view()),
    path("me/imports/<int:pk>/rows/", files.ImportRowsView.as_view()),
    path("me/imports/<int:pk>/rows/<int:position>/", files.ImportRowView.as_view()),
    path("me/imports/<int:pk>/confirm/", files.ImportConfirmView.as_view()),
    path("me/offers/", files.OffersView.as_view()),
    path("me/offers/<str:handle>/", files.OfferView.as_view()),
    path("me/batches/", batches.BatchesView.as_view()),
    path("me/batches/<int:pk>/", batches.BatchView.as_view()),
    path("me/batches/<int:pk>/rows/", batches.BatchRowsView.as_view()),
    path("me/batches/<int:pk>/confirm/", batches.ConfirmBatchView.as_view()),
    path("me/batches/<int:pk>/cancel/", batches.CancelBatchView.as_view()),
    path("me/batches/<int:pk>/undo/", batches.UndoBatchView.as_view()),
    path("me/history/", history.HistoryView.as_view()),
    path("me/blocks/", views.MyBlocksView.as_view()),
    path("me/mutes/", views.MyMutesView.as_view()),
    path("me/requests/", views.MyRequestsView.as_view()),
    path("me/requests/<str:handle>/", views.RequestView.as_view()),
    path("me/followers/<str:handle>/", views.FollowerView.as_view()),
]
