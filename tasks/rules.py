"""The rules as Prefect tasks, each applied to everyone at once."""

from optex import batch, reminders
from tasks.decorators import rule

find_reminded = rule("whom to remind (§15)", reminders.whom_to_remind)
review_forms = rule("which forms stand (§4, §5)", batch.review_all)
