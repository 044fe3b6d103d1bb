"""Log records that say what they belong to: the request, also in the tasks that it hinted at, and the task."""

import logging

from celery import current_task


class TaskFilter(logging.Filter):
    """`task` and `task_id` of a record that is written in a worker, None elsewhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = current_task.request if current_task else None
        record.task = current_task.name if request else None
        record.task_id = request.id if request else None
        return True
