import accounts.models
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import socialvideo.lib.triggers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='HandleClaim',
            fields=[
                ('handle', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('account_id', models.BigIntegerField(db_index=True)),
                ('claimed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('handle', models.CharField(max_length=30, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9](?:[a-z0-9._]{0,28}[a-z0-9_])$', 'Use 2 to 30 small letters, digits, dots and underscores; begin with a letter or digit and do not end with a dot.')])),
                ('name', models.CharField(blank=True, max_length=50)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('bio', models.CharField(blank=True, max_length=300)),
                ('avatar', models.ImageField(blank=True, upload_to=accounts.models.new_avatar_path)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('language', models.CharField(blank=True, db_default='', default='', max_length=7)),
                ('is_private', models.BooleanField(default=False)),
                ('is_staff', models.BooleanField(default=False)),
                ('suspended_at', models.DateTimeField(blank=True, null=True)),
                ('deactivated_at', models.DateTimeField(blank=True, null=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'account',
                'permissions': [('suspend_user', 'Can suspend accounts')],
            },
            managers=[
                ('objects', accounts.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=accounts.models.new_invitation_code, max_length=32, unique=True)),
                ('note', models.CharField(blank=True, help_text='Who it is for; only the desk sees it.', max_length=200)),
                ('uses_left', models.PositiveIntegerField(default=1, help_text='How many more people may sign up with it.')),
                ('expires_at', models.DateTimeField(blank=True, help_text='Empty: never.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitations', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='StandingEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.BigIntegerField()),
                ('actor_id', models.BigIntegerField()),
                ('act', models.CharField(choices=[('suspended', 'suspended'), ('unsuspended', 'suspension lifted'), ('deactivated', 'deactivated'), ('reactivated', 'reactivated'), ('deletion_asked', 'deletion asked for'), ('erased', 'deleted for good')], max_length=16)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('happened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['account_id', 'id'], name='accounts_standing_of_account')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='standingevent',
            trigger=pgtrigger.compiler.Trigger(name='standing_is_append_only', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (FALSE) THEN RAISE EXCEPTION 'The record of an account''s standing is only added to.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='189c9629849aff34e1f6e04057d4b837dda9f3e5', level='STATEMENT', operation='UPDATE OR DELETE', pgid='pgtrigger_standing_is_append_only_c33c6', table='accounts_standingevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='standingevent',
            trigger=pgtrigger.compiler.Trigger(name='never_truncate', sql=socialvideo.lib.triggers.PromiseSql(func="IF NOT (current_setting('socialvideo.may_truncate', true) IS NOT DISTINCT FROM 'tests') THEN RAISE EXCEPTION 'TRUNCATE would pass by the record of changes; delete the rows instead.' USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL;", hash='487effa308092d7ace22e98a71e2f1ce708d758f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_truncate_212c5', table='accounts_standingevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('handle__regex', '^[a-z0-9](?:[a-z0-9._]{0,28}[a-z0-9_])$')), name='accounts_user_handle_is_plain'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='accounts_user_email_is_lower_case'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='handle_is_never_reused', sql=socialvideo.lib.triggers.PromiseSql(func="\n                    INSERT INTO accounts_handleclaim (handle, account_id, claimed_at)\n                    VALUES (NEW.handle, NEW.id, now()) ON CONFLICT (handle) DO NOTHING;\n                    IF NOT EXISTS (SELECT 1 FROM accounts_handleclaim WHERE handle = NEW.handle AND account_id = NEW.id) THEN\n                        RAISE EXCEPTION 'The handle % belongs to another account.', NEW.handle\n                            USING ERRCODE = 'unique_violation', CONSTRAINT = 'accounts_handle_is_never_reused';\n                    END IF;\n                    RETURN NULL;\n                ", hash='aba60b40e67e6f491d6b5fc291c22a6758c65222', operation='INSERT OR UPDATE OF "handle"', pgid='pgtrigger_handle_is_never_reused_f70d3', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='standing_changes_in_order', sql=socialvideo.lib.triggers.PromiseSql(condition='WHEN (OLD."deactivated_at" IS DISTINCT FROM (NEW."deactivated_at") OR OLD."erased_at" IS DISTINCT FROM (NEW."erased_at") OR OLD."is_private" IS DISTINCT FROM (NEW."is_private") OR OLD."suspended_at" IS DISTINCT FROM (NEW."suspended_at"))', func='PERFORM pg_advisory_xact_lock((1152921504606846976 + NEW.id)); RETURN NEW;', hash='7e556c3d6944dcb71ad56315294edcf763ea3382', operation='UPDATE OF "is_private", "suspended_at", "deactivated_at", "erased_at"', pgid='pgtrigger_standing_changes_in_order_d9614', table='accounts_user', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='erasure', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('due_at', models.DateTimeField()),
                ('begun_at', models.DateTimeField(editable=False, help_text='From then on it is final.', null=True)),
                ('reminded_at', models.DateTimeField(editable=False, null=True)),
                ('finished_at', models.DateTimeField(editable=False, help_text='Every part is confirmed.', null=True)),
            ],
            options={
                'verbose_name': 'deletion',
            },
        ),
        migrations.CreateModel(
            name='ErasureStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(help_text='The app.', max_length=20)),
                ('removed', models.JSONField(default=dict, help_text='How many of what.')),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('erasure', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='accounts.erasure')),
            ],
            options={
                'verbose_name': 'part',
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='erased_for_ever', sql=socialvideo.lib.triggers.PromiseSql(condition='WHEN (NEW."erased_at" IS DISTINCT FROM (OLD."erased_at") AND OLD."erased_at" IS NOT NULL)', func="\n                    RAISE EXCEPTION 'An erased account stays erased.' USING ERRCODE = 'restrict_violation';\n                ", hash='e99f7b46805f92b8b27183831a0906e352d9d141', operation='UPDATE OF "erased_at"', pgid='pgtrigger_erased_for_ever_b5491', table='accounts_user', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('avatar', ''), ('bio', ''), ('birth_date', None), ('email__endswith', '@deleted.invalid'), ('is_staff', False), ('is_superuser', False), ('last_login', None), ('name', '')), _connector='OR'), name='accounts_user_erased_is_empty'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['id'], include=('handle', 'name'), name='accounts_user_names'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(django.db.models.functions.text.Upper('name'), name='accounts_user_by_name'),
        ),
        migrations.AddIndex(
            model_name='erasure',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['due_at'], name='accounts_erasure_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='erasure',
            constraint=models.CheckConstraint(condition=models.Q(('finished_at', None), ('begun_at__isnull', False), _connector='OR'), name='accounts_erasure_begins_before_it_ends'),
        ),
        migrations.AddConstraint(
            model_name='erasurestep',
            constraint=models.UniqueConstraint(fields=('erasure', 'part'), name='accounts_erasurestep_one_per_part'),
        ),
    ]
