"""What a played offer came to: its ledgers as they are exported, beside what went into it."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cached_property

from infra.database.reader import OfferReader
from infra.database.tables import notices
from infra.ledgers.export import ledger_rows
from optex.records import FormKind, Grant
from tests import reckoning
from tests.driver import Play

LEDGERS = "milestones forms tenders cancellations balancing_options promises new_options vesting pool notices audit"


class Outcome:
    """What a played offer came to: its ledgers, and what went into it."""

    def __init__(self, played: Play, db: OfferReader) -> None:
        self.played, self.tale = played, played.tale
        # As amended, from the amendment on for everything; the extensions are counted by whoever asks for them.
        self.terms = db.state().terms.extended(played.folder.terms.expires)
        self.ledgers = {name: ledger_rows(db, f"{name}.csv") for name in LEDGERS.split()}
        self.actions = db.actions()
        self.holders = {holder.holder_id: holder for holder in played.folder.holders}
        self.told_grants = {grant.grant_id: grant for grant in played.folder.grants}
        self.forms = {form.form_id: form for form in played.folder.forms}
        # Of an acceptance that was voided the row stays; nothing of it holds (REC-4).
        holding = [row for row in self.ledgers["cancellations"] if row["voided_on"] is None]
        self.cancelled = {row["grant_id"]: row["shares"] for row in holding}
        audit = self.ledgers["audit"]
        self.voided_at = {row["subject"]: row["at"] for row in audit if row["action"] == "acceptance voided"}
        done = {row["name"]: row["done_at"] for row in self.ledgers["milestones"] if row["outcome"] == "done"}
        self.accepted_at = done.get("cancel")
        # The grant, and after it those of promises reinstated later, each as of its own day: when each was made.
        self.grants_made = {
            self.day(row["due"]): row["done_at"]
            for row in self.ledgers["milestones"]
            if row["name"] == "regrant" and row["outcome"] == "done"
        }
        self.withdrawn = {row.notice_id for row in db.rows(notices) if row.withdrawn_at is not None}
        self.terminated = any(action.verb == "terminate" for action in self.actions)
        self.prohibited = any(action.verb == "prohibit" for action in self.actions)
        self.cancelled_on = self.accepted_at and self.day(self.accepted_at)
        self.grant_date = db.row().granted_on
        prohibited = [self.day(action.at) for action in self.actions if action.verb == "prohibit"]
        # Splits count through the grant, or through its prohibition.
        self.counted_through = self.grant_date or next(iter(prohibited), None)
        # Before the acceptance, or the termination, splits adjust the grants; afterwards what was made of them.
        decided = self.accepted_at or next((each.at for each in self.actions if each.verb == "terminate"), None)
        told = reckoning.splits_told(self.actions)
        self.splits_before = [(on, by) for at, on, by in told if decided and at <= decided and on <= self.day(decided)]
        rest = [(on, by) for _, on, by in told if (on, by) not in self.splits_before] if self.cancelled_on else []
        self.splits = [(max(on, self.cancelled_on + timedelta(days=1)), by) for on, by in rest]
        self.grants = {key: self._as_of(grant, date.max) for key, grant in self.told_grants.items()}
        self.granted_at = next(iter(self.grants_made.values()), None)
        self._tranches: defaultdict[str, Counter[date]] = defaultdict(Counter)
        for row in self.ledgers["vesting"]:
            self._tranches[row["grant_id"]][row["vests_on"]] += row["shares"]

    def _as_of(self, grant: Grant, day: date) -> Grant:
        """A grant as the splits after its own day, through another, have adjusted it."""
        by = reckoning.split_ratio(self.splits_before, grant.granted_on, day)
        return reckoning.adjusted(grant, by, self.terms)

    def tranches(self, grant_id: str) -> Counter[date]:
        """The shares of an option by the day on which they vest."""
        return self._tranches[grant_id]

    def given(self, grant_id: str, shares: int) -> int:
        """The new shares for so many of a grant, by the ratio of the offer."""
        return reckoning.given(shares, self.told_grants[grant_id], self.terms)

    @property
    def promised(self) -> dict[str, int]:
        """The new shares for what was cancelled of each grant and not voided."""
        return {grant_id: self.given(grant_id, shares) for grant_id, shares in self.cancelled.items()}

    def kept_on(self, holder_id: str) -> date | None:
        """The day as of which the promise to a holder was to be kept: the grant date, or a later one (REC-4)."""
        entries = [row for row in self.ledgers["audit"] if row["action"] == "promise reinstated"]
        since = [row["at"] for row in entries if row["subject"] == f"P-{holder_id}"]
        if not since or self.grant_date is None:
            return self.grant_date
        at = since[-1].astimezone(self.terms.zone)
        on = at.date() + (timedelta(days=1) if at.time() >= self.terms.regrant_at else timedelta(0))
        while not reckoning.is_grant_day(on):
            on += timedelta(days=1)
        return max(on, self.grant_date)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.terms.zone).date()

    @cached_property
    def elections(self) -> dict[str, dict[str, int]]:
        """The shares of each grant that every holder's effective election offers."""
        return {
            row["holder_id"]: self.offered(row["form_id"])
            for row in self.ledgers["forms"]
            if row["standing"] == "effective" and row["kind"] == FormKind.ELECTION
        }

    @cached_property
    def received_on(self) -> dict[str, date]:
        return {
            row["holder_id"]: self.day(row["received_at"])
            for row in self.ledgers["forms"]
            if row["standing"] == "effective" and row["kind"] == FormKind.ELECTION
        }

    def offered(self, form_id: str) -> dict[str, int]:
        """What a form offers, as it is when it is decided: it is signed in the shares of its day.

        Look-back grants are added whole; where an omission is a defect, one that stands was let off it.
        """
        form, received_on = self.forms[form_id], self.day(self.forms[form_id].received_at)
        signed_on = min(form.signed_on or received_on, received_on)
        signed = {key: self._as_of(grant, signed_on) for key, grant in self.told_grants.items()}
        shares = {line.grant_id: line.shares for line in form.lines}
        included = self.terms.lookback.omitted == "include"
        since_when = self.terms.lookback_from
        for grant in signed.values() if included and since_when else ():
            in_window = since_when <= grant.granted_on <= self.terms.commences
            in_window = in_window and reckoning.is_eligible(self.told_grants[grant.grant_id], self.terms)
            in_window = in_window and reckoning.reaches_a_tier(self.told_grants[grant.grant_id], self.terms)
            if grant.holder_id == form.holder_id and in_window and grant.expires_on >= received_on and grant.remaining:
                shares[grant.grant_id] = grant.remaining
        since = reckoning.split_ratio(self.splits_before, signed_on, date.max)
        now = {
            key: self.grants[key].remaining if n == signed[key].remaining else int(n * since)
            for key, n in shares.items()
        }
        return {key: n for key, n in now.items() if n}
