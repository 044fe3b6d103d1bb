"""Facts that videos announce, inside the transaction that made them."""

from django.dispatch import Signal

processing_due = Signal()  # video_id
video_processed = Signal()  # video_id
video_made = Signal()  # video_id: by one more step; it is watchable, or better, or has another cover
video_failed = Signal()  # video_id
publishing_ahead = Signal()  # at: some video is going out then
video_published = Signal()  # publication_id
video_edited = Signal()  # video_id: its caption or its visibility was changed
video_removed = Signal()  # video_id, by_id
video_restored = Signal()  # video_id
video_liked = Signal()  # video_id, account_id
commented = Signal()  # comment_id
videos_unliked = Signal()  # video_ids, account_id
comment_removed = Signal()  # comment_id
storm_slowed = Signal()  # account_id, flag, number: a brake slowed what the account does; so much was done before
comment_liked = Signal()  # comment_id, account_id
comment_unliked = Signal()  # comment_id, account_id
video_reposted = Signal()  # video_id, account_id
video_unreposted = Signal()  # video_id, account_id
reposts_hidden = Signal()  # account_id: it chose whose reposts it wants to be shown
video_opened = Signal()  # video_id, viewer_id: its page was opened, or it was played on purpose
video_watched = Signal()  # video_id, viewer_id: the watch that counts as a view
case_decided = Signal()  # decision_id: those who reported it and whoever it concerns are to hear of it
decision_lifted = Signal()  # decision_id: of the decision that stands no more
appeal_judged = Signal()  # decision_id
