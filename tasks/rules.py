"""The rules as Prefect tasks, each applied to everyone at once."""

from optex import batch, reminders
from tasks.decorators import rule

find_eligible = rule("who may tender (ELG-1, ELG-4)", batch.eligibility)
find_reminded = rule("whom to remind (§15)", reminders.whom_to_remind)
review_forms = rule("which forms stand (§4, §5)", batch.review_all)
decide_acceptance = rule("what is accepted (CAN-1, ELG-1)", batch.decide_tenders)
cancel_options = rule("what is cancelled (CAN-1, TND-2)", batch.cancel_tenders)
promise_options = rule("what is promised (PRM-1)", batch.promise_all)
find_broken = rule("whose service is broken (ELG-2, ELG-3)", batch.broken_promises)
grant_options = rule("what is granted (GRT-3, GRT-4, VST-1, ISO-1)", batch.grant_all)
