"""What is lawful but worth a second look: each warning on both sides of its line."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from optex.records import Form, FormKind, OptionType
from optex.warnings import open_too_short, term_warnings, warnings
from tests import builders
from tests.builders import holder, period, terms
from tests.offers import local


def _grant(grant_id="G1", **changes):
    return builders.grant(grant_id, type=changes.pop("type", OptionType.NSO), **changes)


def _found(rule, of=None, *, holders=None, grants=None, periods=None, forms=()):
    """The messages of one rule, in an offer with which nothing else is the matter."""
    found = warnings(
        of or terms(),
        [holder()] if holders is None else holders,
        [_grant()] if grants is None else grants,
        [period()] if periods is None else periods,
        forms,
    )
    return [warning.message for warning in found if warning.rule == rule]


def test_fewer_than_twenty_whole_business_days_are_told_with_the_shortfall_and_the_instant_that_would_do():
    """Commencement counted first, March 27 is the twentieth: it is not whole at 5 p.m., but at its midnight (AMD-1)."""
    (message,) = _found("AMD-1", terms(expires="2003-03-27T17:00:00"))
    assert (
        "the offer is open for 19 whole business days of 20, short by seven hours; the earliest expiration that would "
        "do is midnight at the end of March 27, 2003 (2003-03-27 24:00 EST), or 2003-03-28 17:00 EST"
    ) == message
    (shorter,) = _found("AMD-1", terms(expires="2003-03-26T17:00:00"))
    assert shorter.startswith("the offer is open for 18 whole business days of 20, short by one business day and seven")
    assert [] == _found("AMD-1", terms(expires="2003-03-28T00:00:00"))
    assert [] == _found("AMD-1", terms())


def test_an_offer_that_opens_late_is_open_from_then_on():
    """Opened on Monday, March 3, it has its twenty days by the 28th; a day later it is short by seven hours."""
    assert [] == open_too_short(terms(), local("2003-02-28T23:00:00"))
    assert [] == open_too_short(terms(), local("2003-03-03T16:00:00"))
    (found,) = open_too_short(terms(), local("2003-03-04T09:00:00"))
    assert (
        "the offer opened on March 4, 2003 only, not on February 28, 2003, and is open for 19 whole business days of "
        "20, short by seven hours; the earliest expiration that would do is midnight at the end of March 31, 2003 "
        "(2003-03-31 24:00 EST), or 2003-04-01 17:00 EST"
    ) == found.message


def test_an_offer_that_opens_after_its_expiration_is_not_open_at_all():
    """Done late, after March 31, the opening says that all twenty business days lack, and until when they would run."""
    (found,) = open_too_short(terms(), local("2003-04-01T08:00:00"))
    assert "is open for 0 whole business days of 20, short by 20 business days; " in found.message
    assert "midnight at the end of April 28, 2003" in found.message


def test_the_minimum_is_a_term():
    """The number of business days that are too few is the one in the terms: Alpha's are 21 whole ones."""
    assert [] == _found("AMD-1", terms(minimum_business_days=21))
    assert 1 == len(_found("AMD-1", terms(minimum_business_days=22)))


def test_a_stated_withdrawal_instant_that_is_not_the_derived_one_is_told():
    """The document's April 28 is later than the rule's April 25, 12:01 a.m.; both dates are told, and which governs."""
    assert [] == _found("WDR-3", terms())
    assert [] == _found("WDR-3", terms(withdrawable_after="2003-04-25T00:01:00"))
    (later,) = _found("WDR-3", terms(withdrawable_after="2003-04-28T17:00:00"))
    (earlier,) = _found("WDR-3", terms(withdrawable_after="2003-04-24T17:00:00"))
    assert "withdrawable_after, 2003-04-28 17:00 EST, is later than 2003-04-25 00:01 EST, when" in later
    assert 'the stated instant governs, as withdrawable_from = "stated" has it' in later
    assert "withdrawable_after, 2003-04-24 17:00 EST, is earlier than 2003-04-25 00:01 EST, when" in earlier
    (governed,) = _found("WDR-3", terms(withdrawable_after="2003-04-28T17:00:00", withdrawable_from="earlier"))
    assert 'the rule\'s instant governs, as withdrawable_from = "earlier" has it' in governed


def test_thirty_calendar_days_with_isos_outstanding_are_told():
    """Both ends counted, March 29 is the thirtieth day; without an outstanding ISO nothing is said (ISO-1)."""
    iso = _grant(type=OptionType.ISO)
    thirty, less = terms(expires="2003-03-29T17:00:00"), terms(expires="2003-03-28T17:00:00")
    (message,) = _found("ISO-1", thirty, grants=[iso])
    assert "open for 30 calendar days with 1 ISO outstanding" in message
    assert "1.424-1(e)(4)(iii)" in message
    assert [] == _found("ISO-1", less, grants=[iso])
    assert [] == _found("ISO-1", thirty)
    assert [] == _found("ISO-1", thirty, grants=[_grant(type=OptionType.ISO, exercised=1000)])


def test_grants_in_the_look_back_window_are_counted():
    """The window runs from August 28, 2002 to February 28, 2003, both days in it (TND-3)."""
    days = [date(2002, 8, 27), date(2002, 8, 28), date(2003, 2, 28)]
    (message,) = _found("TND-3", grants=[_grant(f"G{day}", granted_on=day) for day in days])
    assert message.startswith("2 grants dated in the look-back window, 2002-08-28 to 2003-02-28: ")
    assert message.endswith("(G2002-08-28, G2003-02-28)")
    assert [] == _found("TND-3")


def test_each_milestone_with_two_readings_is_told_with_both_in_one_warning():
    """As scheduled only what lies in summer has two readings; extended, the close has too (CAL-2)."""
    (scheduled,) = _found("CAL-2")
    names = [part.split(":")[0] for part in scheduled.split("; ")]
    assert ["withdrawal-right", "recheck-employment", "regrant", "the offer's clock, EST, decides"] == names
    (extended,) = _found("CAL-2", terms(expires="2003-04-14T17:00:00"))
    both = "close: 2003-04-14 17:00 is 2003-04-14T22:00:00Z by EST and 2003-04-14T21:00:00Z by America/New_York; "
    assert both in extended
    assert 1 == extended.count("the offer's clock, EST, decides")


def test_of_the_extension_deadline_the_earlier_reading_decides():
    """The company's own duty has two readings too, and the earlier one counts, whichever the clock (CAL-2)."""
    expected = (
        "extension-deadline: 2003-04-15 08:00 is 2003-04-15T13:00:00Z by EST and 2003-04-15T12:00:00Z by "
        "America/New_York; the earlier decides, for it binds the company"
    )
    for clock in ("EST", "America/New_York"):
        (told,) = _found("CAL-2", terms(clock=clock, expires="2003-04-14T17:00:00"))
        assert expected in told


def test_a_winter_offer_has_one_reading():
    """Where everything falls into standard time, or summer time is not named, nothing is said."""
    winter = terms(
        waiting={"months": 0, "days": 1, "begins": "after_cancellation"},
        commences="2003-11-03",
        expires="2003-12-05T17:00:00",
    )
    assert [] == _found("CAL-2", winter)


def test_days_that_are_no_business_days_are_told():
    """An expiration on a Saturday and a withdrawal instant on Columbus Day are told, Good Friday is not (CAL-1)."""
    assert ["the expiration, 2003-04-05, does not fall on a business day"] == _found(
        "CAL-1", terms(expires="2003-04-05T17:00:00")
    )
    assert [] == _found("CAL-1", terms(expires="2003-04-18T17:00:00"))
    assert ["the stated withdrawal instant, 2003-10-13, does not fall on a business day"] == _found(
        "CAL-1", terms(withdrawable_after="2003-10-13T17:00:00")
    )


def test_a_cancellation_before_the_extension_deadline_is_told():
    """cancel_at a minute before 8 a.m. waits for the deadline and is told; at 8 a.m. it is not (EXT-1)."""
    (message,) = _found("EXT-1", terms(cancel_at="07:59:00"))
    assert "cancel_at, 07:59, is before the extension deadline, 08:00" in message
    assert [] == _found("EXT-1", terms(cancel_at="08:00:00"))


def test_grants_dated_after_commencement_are_told():
    """A grant of the day of commencement can be tendered, one of the day after cannot (ELG-1)."""
    after = _grant("G2", granted_on=date(2003, 3, 1))
    assert ["1 grant dated after commencement cannot be tendered (G2)"] == _found("ELG-1", grants=[_grant(), after])
    assert [] == _found("ELG-1", grants=[_grant(granted_on=date(2003, 2, 28))])


def test_holders_of_grants_who_do_not_serve_on_commencement_are_told():
    """The last day in service counts as in service; to leave the day before, or to join the day after, does not."""
    expected = ["1 holder of grants not in service on commencement (H1)"]
    assert [] == _found("ELG-1", periods=[period(last_day=date(2003, 2, 28))])
    assert [] == _found("ELG-1", periods=[period(first_day=date(2003, 2, 28))])
    assert expected == _found("ELG-1", periods=[period(last_day=date(2003, 2, 27))])
    assert expected == _found("ELG-1", periods=[period(first_day=date(2003, 3, 1))])
    assert expected == _found("ELG-1", periods=[])


def test_a_pool_that_is_too_small_is_told():
    """Outstanding and exercised shares may use up what the plan authorizes, but not more (PLN-1)."""
    full = terms(plan={"shares_authorized": 3000})
    grants = [_grant(shares=2000, exercised=500), _grant("G2")]
    assert [] == _found("PLN-1", full, grants=grants)
    (message,) = _found("PLN-1", terms(plan={"shares_authorized": 2999}), grants=grants)
    assert "authorizes 2,999 shares, but 3,000 are outstanding or exercised: 1 too many" in message


def test_people_who_look_like_one_person_are_told():
    """The same name or e-mail address under two ids is told, letter case, width and spacing aside."""
    names = [
        holder(),
        holder("H2", "ANN  Lee", "other@example.com"),
        holder("H3", "Anne Lee", "a@example.com"),
    ]
    (message,) = _found("TND-3", holders=names)
    assert message.startswith("H1, H2 have the same name: ")
    mails = [
        holder(),
        holder("H2", "Bo Ray", "Ann.Lee@Alpha.example"),
        holder("H3", "Cy Fox", "cy@example.com"),
    ]
    (message,) = _found("TND-3", holders=mails)
    assert message.startswith("H1, H2 have the same e-mail address: ")


def test_holders_whom_no_notice_reaches_or_who_hold_nothing_are_told():
    """Holders without an e-mail address are told, and those without a grant, more than five by their number."""
    holders = [holder(), *(holder(f"N{n}", f"Name {n}", "") for n in range(7))]
    expected = "7 holders without an e-mail address: no notice reaches them (N0, N1, N2, N3, N4 and 2 more)"
    assert [expected] == _found("CNF-1", holders=holders)
    assert ["7 holders without any grant (N0, N1, N2, N3, N4 and 2 more)"] == _found("TND-1", holders=holders)


def test_an_unknown_jurisdiction_is_told_where_some_are_excluded():
    """A holder without a jurisdiction cannot be excluded: told only where the terms exclude any (ELG-4)."""
    holders = [holder(jurisdiction="AU"), holder("H2", "Bo Ray", jurisdiction="")]
    assert [] == _found("ELG-4", holders=holders)
    assert 1 == len(_found("ELG-4", terms(excluded_jurisdictions=["AU"]), holders=holders))


def test_an_exclusion_that_fits_no_holder_or_of_which_it_cannot_be_told_is_a_warning():
    """AU-NSW fits nobody, and of a holder in AU it cannot be told; US covers US-NH, and CA does not cover US-CA."""
    holders = [holder(), holder("H2", "Bo Ray", jurisdiction="AU"), holder("H3", "Cy Fox", jurisdiction="US-CA")]
    assert [] == _found("ELG-4", terms(excluded_jurisdictions=["US", "au"]), holders=holders)
    assert [
        "the excluded jurisdiction CA fits no holder",
        "the excluded jurisdiction AU-NSW fits no holder",
        "1 holder in a jurisdiction too wide to tell whether it is the excluded AU-NSW (H2)",
    ] == _found("ELG-4", terms(excluded_jurisdictions=["CA", "AU-NSW"]), holders=holders)


def test_a_form_signed_after_its_receipt_is_told():
    """Signed on the day of receipt, on the offer's clock, is in order; the day after is told (CHG-1)."""
    late_evening = datetime(2003, 3, 11, 4, 59, tzinfo=UTC)  # March 10 in New York
    forms = [
        Form(
            form_id=f"F{day}",
            holder_id="H1",
            kind=FormKind.WITHDRAWAL,
            received_at=late_evening,
            signed_on=day and date(2003, 3, day),
            signed_as="Ann Lee",
            channel="fax",
        )
        for day in (10, 11, None)
    ]
    expected = "1 form signed on a day after the day of receipt, which counts instead (F11)"
    assert [expected] == _found("CHG-1", forms=forms)


def test_a_signature_that_only_looks_like_the_name_is_told():
    """Ann, signed with a no-break space, and what is wrong with it; signed for her with authority it is nobody's."""
    form = Form(
        form_id="F1",
        holder_id="H1",
        kind=FormKind.WITHDRAWAL,
        received_at=datetime(2003, 3, 10, 17, tzinfo=UTC),
        signed_on=date(2003, 3, 10),
        signed_as="Ann\u00a0Lee",
        channel="fax",
    )
    difference = 'after "Ann" the signature has a no-break space (U+00A0), the agreement a space.'
    expected = (
        f"1 form signed with a name that is not quite the holder's (F1: The difference is hard to see: {difference})"
    )
    assert [expected] == _found("TND-5", forms=[form])
    assert [] == _found("TND-5", forms=[replace(form, signed_as="Ann Lee")])
    assert [] == _found("TND-5", forms=[replace(form, title="executor", authority="probate court")])


def test_the_warnings_of_the_terms_alone_are_among_them():
    """What needs only the terms is told without the rest, with its rule and section."""
    short = terms(expires="2003-03-26T17:00:00")
    alone = term_warnings(short)
    assert alone == warnings(short, [holder()], [_grant()], [period()])[: len(alone)]
    assert ("AMD-1", "§15; Rule 13e-4(d)(2), (e)(3), (f)(1)", "offer.toml") == (
        alone[0].rule,
        alone[0].section,
        alone[0].file,
    )


def test_grants_that_expired_before_commencement():
    """February 27 is before commencement, the 28th is not; what was exercised in full is gone anyhow."""
    grants = [
        replace(_grant("G1"), expires_on=date(2003, 2, 27)),
        replace(_grant("G2"), expires_on=date(2003, 2, 28)),
        replace(_grant("G3", exercised=1000), expires_on=date(2003, 2, 27)),
    ]
    assert ["1 grant expired before commencement, and not in the offer (G1)"] == _found("TND-1", grants=grants)
    assert [] == _found("ELG-1", grants=grants[:1], periods=[])


def test_a_plan_too_old_for_an_iso_by_the_planned_grant_is_told():
    """The grant is planned for October 3, 2003: a plan of October 3, 1993 just does; a later grant date is too late."""

    def plan(adopted):
        return terms(plan={"adopted": adopted})

    assert [] == _found("ISO-1", plan("1993-10-03"))
    assert [
        "the grant planned for 2003-10-03 lies more than ten years after 1993-10-02, when the plan was adopted: the "
        "last day for an ISO is 2003-10-02, and every new option will be an NSO (IRC 422(b)(2))"
    ] == _found("ISO-1", plan("1993-10-02"))
    later = term_warnings(plan("1993-10-03"), date(2003, 10, 6))
    assert ["ISO-1"] == [warning.rule for warning in later if warning.rule == "ISO-1"]


def test_an_iso_whose_value_at_grant_is_in_doubt_is_told():
    """An owner of 10.01% without fmv, and an ISO below its value; with fmv, of an owner of 10%, or of an NSO: none."""
    owner, other = holder(voting_percent="10.01"), holder("H2", "Bo Ray", voting_percent="10")
    held = {"granted_on": date(2000, 1, 4), "expires_on": date(2002, 1, 4)}
    good = [
        builders.grant("G1", fmv=Decimal("3.86"), **held),
        builders.grant("G2", holder_id="H2", fmv=Decimal("4.25"), **held),
        builders.grant("G3", type=OptionType.NSO, **held),
    ]
    assert [] == _found("ISO-1", holders=[owner, other], grants=good)
    doubtful = [builders.grant("G4", **held), builders.grant("G5", holder_id="H2", fmv=Decimal("4.26"), **held)]
    assert [
        "1 ISO of owners of more than 10% without fmv: the limit of $100,000 counts the price, which may be 110% of "
        "the value at grant (G4)",
        "1 ISO priced below the fair market value at grant (G5)",
    ] == _found("ISO-1", holders=[owner, other], grants=doubtful)


NO_WAITING = {"months": 0, "days": 0, "begins": "on_cancellation"}
OF_2009 = {"commences": "2009-02-03", "expires": "2009-03-09T17:00:00"}


def test_a_waiting_period_that_serves_no_accounting_is_told():
    """In 2003 six months and a day keep the accounting, and less spoils it; by 2006 both are otherwise."""
    assert [] == _found("XCH-4", terms())
    (spoilt,) = _found("XCH-4", terms(waiting=NO_WAITING))
    assert spoilt.startswith("the grant planned for 2003-04-01 is within six months of the cancellation on 2003-04-01")
    (needless,) = _found("XCH-4", terms(**OF_2009))
    assert "an offer of today need not wait" in needless
    assert [] == _found("XCH-4", terms(**OF_2009, waiting=NO_WAITING))


def test_a_waiting_period_to_the_day_is_no_repricing():
    """Counted from the cancellation of April 1, six months and a day end on October 2; six months are a day short."""
    on = {"months": 6, "days": 1, "begins": "on_cancellation"}
    assert [] == _found("XCH-4", terms(waiting=on))
    assert 1 == len(_found("XCH-4", terms(waiting=on | {"days": 0})))


def test_approvals_of_a_grant_on_the_day_of_the_cancellation_are_told():
    """Who approves must do so on that day; with a day between the two there is nothing to say."""
    (told,) = _found("XCH-4", terms(**OF_2009, waiting=NO_WAITING, require_approval=["cancel", "regrant"]))
    assert told.startswith("cancellation and grant are both planned for 2009-03-10, and wait for an approval")
    after = NO_WAITING | {"begins": "after_cancellation"}
    assert [] == _found("XCH-4", terms(**OF_2009, waiting=after, require_approval=["cancel"]))


def test_what_the_cancellation_on_the_day_of_the_expiration_gives_up_is_told():
    """The extension after the close; at a cancel_at that is not later, also the forms keyed in after it."""
    at_once = {"cancel_on": "expiration_day"}
    (given_up,) = _found("EXT-1", terms(**at_once))
    assert "an extension can be announced until the expiration itself" in given_up
    (missed,) = _found("CAN-1", terms(**at_once))
    assert missed.startswith("cancel_at, 09:00, is not after the expiration")
    assert [] == _found("CAN-1", terms(**at_once, cancel_at="18:00:00"))
    assert ([], []) == (_found("EXT-1", terms()), _found("CAN-1", terms()))


def test_a_day_of_the_expiration_of_which_nothing_is_left_is_told():
    """At midnight the day is over; half a minute before it is not."""
    (told,) = _found("XCH-4", terms(cancel_on="expiration_day", expires="2003-04-01T00:00:00"))
    assert (
        'cancel_on = "expiration_day", but the offer expires 2003-03-31 24:00 EST, and of a business day nothing is '
        "left then: acceptance is planned for 2003-04-01 09:00 EST"
    ) == told
    assert [] == _found("XCH-4", terms(cancel_on="expiration_day", expires="2003-03-31T23:59:30"))


def test_what_is_too_small_for_one_new_share_is_told():
    """At 3 for 1 two shares are none, three are one; what is below every tier is no option of the offer (XCH-1)."""
    by_ratio = terms(exchange={"ratio": [{"price_from": 10, "old": 3, "new": 1}]})
    few = [_grant(f"G{n}", shares=n, price="12.50") for n in (1, 2, 3)]
    expected = ["2 grants too small for one new share, and never accepted (G1, G2)"]
    assert expected == _found("XCH-1", by_ratio, grants=[*few, _grant("G9", shares=1, price="9.99")])
    assert [] == _found("XCH-1", grants=few)


def test_a_plan_too_old_for_an_iso_is_no_matter_of_units():
    """Restricted stock units are no ISOs, whenever the plan was adopted (XCH-3)."""
    old = {"adopted": "1993-01-04"}
    assert 1 == len(_found("ISO-1", terms(plan=old)))
    assert [] == _found("ISO-1", terms(plan=old, exchange={"award": "rsu"}))
