"""Whether all of it works."""

from django.db import models
from django.db.models.functions import Now


class Pulse(models.Model):
    """When something that must happen again and again last happened: a queue consumed, a sweep run."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"


class AuditRun(models.Model):
    """One look at whether the promises are kept. A run that was killed stays unfinished and says nothing. `checks` holds
    an `audit.Result` each and, of a broken one, since when; its examples are for the desk only."""

    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    checks = models.JSONField(default=list, editable=False)

    def __str__(self) -> str:
        return f"audit of {self.started_at:%Y-%m-%d %H:%M}"
