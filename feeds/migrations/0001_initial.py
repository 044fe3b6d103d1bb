import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('videos', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='InboxEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('recipient_id', 'publication_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('recipient_id', models.BigIntegerField()),
                ('publication_id', models.BigIntegerField()),
                ('creator_id', models.BigIntegerField()),
                ('state', models.SmallIntegerField(choices=[(0, 'in the feed only'), (1, 'listed quietly'), (2, 'alerted'), (3, 'seen in the list'), (4, 'opened')], db_default=2)),
            ],
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('followed', 'followed you'), ('requested', 'asked to follow you'), ('approved', 'approved your request'), ('imported', 'your import is done'), ('appeared', 'has a name that you imported'), ('liked', 'liked your video'), ('commented', 'commented on your video'), ('processed', 'your video is ready'), ('failed', 'your video could not be processed'), ('removed', 'your video was removed')], max_length=10)),
                ('event_key', models.CharField(help_text='What happened, e.g. follow:<event id> or like:<video>:<account>.', max_length=60)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('video_id', models.BigIntegerField(null=True)),
                ('text', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('seen_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['recipient_id', '-id'], name='feeds_notification_newest'), models.Index(condition=models.Q(('seen_at', None)), fields=['recipient_id'], name='feeds_notification_unseen'), models.Index(condition=models.Q(('actor_id__isnull', False)), fields=['actor_id'], name='feeds_notification_of_actor')],
                'constraints': [models.UniqueConstraint(fields=('recipient_id', 'event_key'), name='feeds_notification_once_per_event')],
            },
        ),
        migrations.CreateModel(
            name='AuditRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('finished_at', models.DateTimeField(editable=False, null=True)),
                ('checks', models.JSONField(default=list, editable=False)),
            ],
        ),
    ]
