"""The rules as Prefect tasks, each applied to everyone at once."""

from optex import batch, reminders
from tasks.decorators import rule

find_reminded = rule("whom to remind (§15)", reminders.whom_to_remind)
review_forms = rule("which forms stand (§4, §5)", batch.review_all)
grant_options = rule("what is granted (GRT-3, GRT-4, VST-1, ISO-1)", batch.grant_all)
