from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('creatorgraph', '0002_growth')]

    initial = False

    operations = [
        ops.RemoveConstraint(
            model_name='Account',
            name=None,
            fields=['organization', 'platform', 'handle'],
        ),
        ops.AddField(
            model_name='Account',
            name='removed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Run',
            name='video',
            field=fields.ForeignKeyField('creatorgraph.Video', source_field='video_id', null=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE),
        ),
        ops.RemoveConstraint(
            model_name='Video',
            name=None,
            fields=['organization', 'platform', 'external_id'],
        ),
        ops.AlterField(
            model_name='Video',
            name='kind',
            field=fields.CharField(null=True, max_length=16),
        ),
        ops.AddField(
            model_name='Video',
            name='failures',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Video',
            name='is_active',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Video',
            name='lease_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Video',
            name='lease_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Video',
            name='left_account_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Video',
            name='metadata',
            field=fields.JSONField(default=dict, db_default={}, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Video',
            name='next_refresh_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Video',
            name='refresh_interval_hours',
            field=fields.IntField(default=24, db_default=24),
        ),
        ops.AddField(
            model_name='Video',
            name='removed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
