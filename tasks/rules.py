"""The rules as Prefect tasks, each applied to everyone on the roll at once.

Facts come and go quoted (`quote`): Prefect would otherwise walk through every one of half a million records.
"""

from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from optex import roll

_rule = partial(task, cache_policy=NO_CACHE, persist_result=False, tags=["rule"])

find_eligible = _rule(roll.eligibility, name="who may tender (ELG-1, ELG-4)")
find_addressees = _rule(roll.addressees, name="whom to tell (§15)")
judge_forms = _rule(roll.judge_all, name="which forms stand (§4, §5)")
decide_acceptance = _rule(roll.decide_all, name="what is accepted (CAN-1, ELG-1)")
cancel_options = _rule(roll.cancel_all, name="what is cancelled (CAN-1, TND-2)")
promise_options = _rule(roll.promise_all, name="what is promised (PRM-1)")
find_broken = _rule(roll.broken_promises, name="whose service is broken (ELG-2, ELG-3)")
grant_options = _rule(roll.grant_all, name="what is granted (GRT-3, GRT-4, VST-1, ISO-1)")
