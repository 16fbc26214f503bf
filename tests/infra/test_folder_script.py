"""script.toml: what happens when, and every fault of it by line."""

from datetime import UTC, datetime
from decimal import Decimal

from infra.folder.script import ScriptEntry
from optex.actions import ConditionAssert


def test_the_script_is_read_on_the_offers_clock_in_order_of_its_instants(folder):
    """Each entry has its instant in UTC, its verb with dashes, its options and its line."""
    (folder / "script.toml").write_text("""# what happens
[[at]]
when = 2003-04-01T07:30:00
do = "extend"
to = 2003-04-14T17:00:00

[[at]]
when = 2003-03-12T11:00:00
do = "condition assert"
number = 4
by = "Counsel"

[[at]]
when = 2003-10-03T16:30:00
do = "price-set"
on = 2003-10-03
close = 1.05
""")
    asserted, extended, price = folder.read().script
    at = datetime(2003, 3, 12, 16, tzinfo=UTC)
    assert ScriptEntry(action=ConditionAssert(number=4, by="Counsel", at=at), when=at, line=7) == asserted
    assert (datetime(2003, 4, 1, 12, 30, tzinfo=UTC), 2) == (extended.when, extended.line)
    assert datetime(2003, 4, 14, 22, tzinfo=UTC) == extended.action.to
    assert Decimal("1.05") == price.action.close


def test_every_fault_of_the_script_is_told_by_line(folder):
    """Unknown verbs and options, values that cannot be, and what is missing, each where it stands."""
    (folder / "script.toml").write_text("""title = "x"
[[at]]
when = 2003-04-01T07:30:00
do = "explode"
[[at]]
when = "noon"
do = "condition-assert"
number = 6
colour = "red"
[[at]]
do = "terminate"
[[at]]
when = 2003-04-01T07:30:00
at = 2003-04-01T07:30:01
do = "hold"
reason = "A merger."
""")
    expected = [
        "script.toml:1:title",
        "script.toml:4:do",
        "script.toml:6:when",
        "script.toml:8:number",
        "script.toml:9:colour",
        "script.toml:10:when",
        "script.toml:10:reason",
        "script.toml:14:at",
    ]
    assert sorted(expected) == sorted(folder.places())
