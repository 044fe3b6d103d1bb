"""The site's name in mails and at the desk, and first texts of /terms/ and /privacy/ for an operator to edit.
What is there already is left alone."""

from django.conf import settings
from django.db import migrations

TERMS = """
<p>These are the terms of this site. Whoever runs it can change this text in the moderators’ desk under Flat pages.</p>
<h2>Who may take part</h2>
<p>You need to have reached the minimum age that is asked for when you sign up. One person may have several accounts, but
your account is yours alone: keep your password to yourself.</p>
<h2>What is yours</h2>
<p>Your videos and your words stay yours. By publishing them here you allow this site to store them, to convert them so
that they play everywhere, and to show them to those whom you chose: everyone, your followers, or only you. Publish only
what you have the right to publish.</p>
<h2>What is not allowed</h2>
<p>Nothing that is against the law, that harasses or threatens people, that shows somebody against their will, or that
pretends to come from somebody else. No sexual content with or about minors, ever. No spam, and no programs that follow,
like or watch in order to deceive.</p>
<h2>What moderators do</h2>
<p>Moderators can remove videos and comments and suspend accounts. You are told the reason. Suspension deletes nothing, and
those who follow you keep following you.</p>
<h2>What you can rely on</h2>
<p>Nobody is unfollowed silently: each follow ends by an act of one of the two, or of a moderator, and you can read which.
Beyond that the site is offered as it is, without a promise that it is always available.</p>
"""
PRIVACY = """
<p>This is what becomes of your data on this site. Whoever runs it can change this text in the moderators’ desk under Flat
pages, and should add who they are and how to reach them.</p>
<h2>What is stored</h2>
<p>Your e-mail address and your date of birth: nobody but the site’s administrators sees them. Your password: only as a
hash, from which it cannot be read. Your name, handle, picture and bio: everybody sees them. Your videos with their
captions, and what you like and comment: those see them who may see the video. Whom you follow and who follows you, with
the moments at which that changed. If you turn push on, the address at which your browser’s maker takes messages for it,
until you turn it off or log out there; the messages are encrypted so that only your browser can read them.</p>
<h2>Pictures and videos</h2>
<p>Pictures and videos are converted before anybody sees them. The place where they were taken and the device are removed.</p>
<h2>Cookies</h2>
<p>One keeps you logged in, one protects forms, others remember the colours and the language you chose and the time zone
of your browser. None of them follows you elsewhere,
and nothing is loaded from other sites.</p>
<h2>How long</h2>
<p>As long as you have the account. A deactivated account is hidden and kept. A deleted one is hidden at once and can be
taken back until the day that is named when you delete it. Then your videos, comments and likes, your name, picture,
address and date of birth are erased, and others read “a deleted account” where your name stood. What remains are numbers
without a name: the moments at which follows began and ended. Your handle remains taken, so that nobody can pass for you.</p>
<h2>Your choices</h2>
<p>You can see and change your data under Settings, make your account private, deactivate it, and delete it.</p>
"""


def make(apps, schema_editor):
    Site = apps.get_model("sites", "Site")
    FlatPage = apps.get_model("flatpages", "FlatPage")
    site, _ = Site.objects.get_or_create(pk=settings.SITE_ID, defaults={"domain": "localhost", "name": settings.SITE_NAME})
    for url, title, content in (("/terms/", "Terms", TERMS), ("/privacy/", "Privacy", PRIVACY)):
        if not FlatPage.objects.filter(url=url).exists():
            FlatPage.objects.create(url=url, title=title, content=content.strip()).sites.add(site)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("flatpages", "0001_initial"),
        ("sites", "0002_alter_domain_unique"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
