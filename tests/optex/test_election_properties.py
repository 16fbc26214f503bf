"""What holds of every sequence of forms, notices and waivers, whatever they say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from optex.election import DefectWaiver, review_forms
from optex.milestones import extension_deadline
from optex.records import Capacity, Form, FormKind, FormLine, FormStanding, OptionType, ServicePeriod
from optex.terms import Lookback, Terms
from tests import builders

TERMS = builders.terms(withdrawable_after="2003-04-28T17:00:00", form_details="if_stated")
AS_DEFECT = TERMS.model_copy(update={"lookback": Lookback(omitted="defect")})
HOLDER = builders.holder()
SERVING = (ServicePeriod(holder_id="H1", capacity=Capacity.EMPLOYEE, first_day=date(1999, 1, 4)),)
GRANTS = {
    grant_id: builders.grant(grant_id, shares=100, granted_on=granted_on, type=OptionType.NSO)
    for grant_id, granted_on in (("G1", date(2000, 1, 4)), ("G2", date(2002, 9, 2)))
}

# Whole hours from two days before the opening to past the stated instant, so that the lines themselves are met.
INSTANTS = st.integers(0, 24 * 65).map(lambda hours: datetime(2003, 2, 26, tzinfo=UTC) + timedelta(hours=hours))
LINES = st.lists(
    st.builds(FormLine, grant_id=st.sampled_from(["G1", "G1", "G2", "G9"]), shares=st.integers(0, 101)),
    min_size=1,
    max_size=2,
).map(tuple)


@st.composite
def forms(draw: st.DrawFn) -> list[Form]:
    found = []
    for number in range(draw(st.integers(0, 7))):
        kind = draw(st.sampled_from([FormKind.ELECTION, FormKind.ELECTION, FormKind.WITHDRAWAL]))
        found.append(
            Form(
                form_id=f"F{number}",
                holder_id="H1",
                kind=kind,
                received_at=draw(INSTANTS),
                signed_on=draw(st.dates(date(2003, 3, 1), date(2003, 3, 6)) | st.none()),
                signed_as=draw(st.sampled_from(["Ann Lee", "Ann Lee", "Ann Lee", "Bo"])),
                channel=draw(st.sampled_from(["fax", "hand", "fax", "mail"])),
                lines=draw(LINES) if kind is FormKind.ELECTION else (),
            )
        )
    return found


WAIVERS = st.lists(
    st.builds(
        DefectWaiver,
        form_id=st.sampled_from([f"F{number}" for number in range(7)]),
        at=INSTANTS,
        by=st.just("ops"),
        reason=st.just("plain"),
        all_holders=st.booleans(),
        rules=st.frozensets(st.sampled_from(["TND-5", "TND-6", "CHG-1"])),
    ),
    max_size=3,
)
AFTER_ALL = datetime(2003, 9, 1, tzinfo=UTC)


def judged(
    found: list[Form],
    waivers: list[DefectWaiver],
    ended: datetime | None = None,
    at: datetime = AFTER_ALL,
    terms: Terms = TERMS,
):
    return review_forms(
        terms=terms,
        holder=HOLDER,
        periods=SERVING,
        grants=GRANTS,
        foreign=frozenset({"G9"}),
        forms=found,
        waivers=waivers,
        accepted_at=ended,
        terminated_at=None,
        at=at,
    )


def standing(reviews) -> tuple:
    """What is tendered in the end, by which form."""
    return tuple(each.tenders for each in reviews if each.tenders)


ENDED = st.none() | INSTANTS.filter(lambda at: at > TERMS.expires)


@given(forms(), WAIVERS, ENDED)
def test_one_standing_each_and_one_election_at_most(found, waivers, ended):
    """Every form is judged once, in the order of receipt, and at most one election is effective and tenders."""
    reviews = judged(found, waivers, ended)
    assert sorted(each.form_id for each in found) == sorted(each.form.form_id for each in reviews)
    received = [each.form.received_at for each in reviews]
    assert sorted(received) == received
    effective = [
        each for each in reviews if each.standing is FormStanding.EFFECTIVE and each.form.kind is FormKind.ELECTION
    ]
    assert len(effective) <= 1
    assert [each for each in reviews if each.tenders] == effective


@given(forms(), WAIVERS, ENDED)
def test_the_same_again(found, waivers, ended):
    """Judging what was judged again gives the same, in whatever order the forms lie that came at different instants."""
    reviews = judged(found, waivers, ended)
    assert reviews == judged([each.form for each in reviews], waivers, ended)
    if len({each.received_at for each in found}) == len(found):
        assert reviews == judged(found[::-1], waivers, ended)


@given(forms(), WAIVERS, ENDED)
def test_a_defective_or_late_form_changes_nothing(found, waivers, ended):
    """Without the forms that are defective or late the same tenders stand."""
    reviews = judged(found, waivers, ended)
    idle = {each.form.form_id for each in reviews if each.standing in (FormStanding.DEFECTIVE, FormStanding.LATE)}
    kept = [each for each in found if each.form_id not in idle]
    assert standing(reviews) == standing(judged(kept, waivers, ended))


@given(forms(), WAIVERS, INSTANTS)
def test_what_comes_later_is_not_seen(found, waivers, at):
    """Forms received, and waivers given, after `at` change nothing of the judgement at that instant."""
    known = [each for each in found if each.received_at <= at]
    given_by_then = [each for each in waivers if each.at <= at]
    assert judged(known, given_by_then, at=at) == judged(found, waivers, at=at)


@given(forms(), WAIVERS, ENDED)
def test_what_is_tendered_is_there(found, waivers, ended):
    """Whatever was waived, a tender is of the holder's own grants, of shares that are there, look-back grants whole.

    But for a form that stands by a waiver of the last hour, to which its holder could no longer object (TND-7).
    """
    last_hour = any(each.at > extension_deadline(TERMS) for each in waivers)
    for tenders in standing(judged(found, waivers, ended)):
        shares = {each.grant_id: each.shares for each in tenders}
        assert len(shares) == len(tenders)
        assert shares.keys() <= GRANTS.keys()
        assert all(0 < count <= 100 for count in shares.values())
        assert last_hour or shares["G2"] == 100


@given(forms(), WAIVERS, ENDED)
def test_a_waiver_never_enlarges_a_tender(found, waivers, ended):
    """Where an omission is a defect, what stands tendered is what the form itself names (TND-7)."""
    let_off = [replace(each, rules=each.rules | {"TND-3"}) for each in waivers]
    made = {each.form_id: [(line.grant_id, line.shares) for line in each.lines] for each in found}
    for tenders in standing(judged(found, let_off, ended, terms=AS_DEFECT)):
        assert made[tenders[0].form_id] == [(each.grant_id, each.shares) for each in tenders]


@given(forms(), WAIVERS)
def test_a_notice_ends_every_tender_before_it(found, waivers):
    """After a proper notice only a form received later can stand, waivers or not."""
    reviews = judged(found, waivers)
    notice = Form(
        form_id="N",
        holder_id="H1",
        kind=FormKind.WITHDRAWAL,
        received_at=AFTER_ALL,
        signed_on=date(2003, 3, 6),
        signed_as="Ann Lee",
        channel="fax",
    )
    assert standing(judged([*found, notice], waivers)) == ()
    last_notice = max(
        (
            number
            for number, each in enumerate(reviews)
            if each.standing is FormStanding.EFFECTIVE and each.form.kind is FormKind.WITHDRAWAL
        ),
        default=-1,
    )
    assert standing(reviews[: last_notice + 1]) == ()


@given(forms())
def test_a_proper_form_always_takes_over(found):
    """A proper form received last, before expiration and signed no earlier than any other, is the one that stands."""
    in_time = [replace(each, received_at=min(each.received_at, TERMS.expires - timedelta(hours=2))) for each in found]
    last = Form(
        form_id="LAST",
        holder_id="H1",
        kind=FormKind.ELECTION,
        received_at=TERMS.expires - timedelta(hours=1),
        signed_on=date(2003, 3, 6),
        signed_as="Ann Lee",
        channel="fax",
        lines=(FormLine(grant_id="G1", shares=7),),
    )
    [tenders] = standing(judged([*in_time, last], []))
    assert [(each.form_id, each.grant_id, each.shares) for each in tenders] == [("LAST", "G1", 7), ("LAST", "G2", 100)]
