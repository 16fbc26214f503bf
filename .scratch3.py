import collections, sys
from hypothesis import given, settings, HealthCheck
from tests.strategies import tales_of_late_leavers as tales
from tests.test_invariants import outcome
from tests.invariants import broken

C = collections.Counter()


@settings(max_examples=int(sys.argv[1]), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(tales())
def run(tale):
    o = outcome(tale)
    b = broken(o)
    assert b == [], b
    C["n"] += 1
    C["voided"] += bool(o.voided_at)
    C["contradicted"] += any(r["action"] == "record contradicted" for r in o.ledgers["audit"])
    C["accepted"] += bool(o.accepted_at)
    C["granted"] += bool(o.granted_at)
    C["agrees"] += any(r["action"] == "record agrees" for r in o.ledgers["audit"])


try:
    run()
finally:
    print(C)
