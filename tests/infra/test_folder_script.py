"""script.toml: what happens when, and every fault of it by line."""

from datetime import UTC, datetime


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
    assert ("condition-assert", 7, {"number": 4, "evidence": "", "by": "Counsel"}) == (
        asserted.do, asserted.line, asserted.options,
    )  # fmt: skip
    assert (datetime(2003, 4, 1, 12, 30, tzinfo=UTC), 2) == (extended.when, extended.line)
    assert "2003-04-14T22:00:00Z" == extended.options["to"]
    assert "1.05" == price.options["close"]


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
""")
    expected = [
        "script.toml:1:title",
        "script.toml:4:do",
        "script.toml:6:when",
        "script.toml:8:number",
        "script.toml:9:colour",
        "script.toml:10:when",
        "script.toml:10:reason",
    ]
    assert sorted(expected) == sorted(folder.places())
