"""A big offer with the dates of Alpha's, as a folder: so many holders with five options each, the same every time."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

TERMS = """offer = "big"
issuer = "Big"
commences = 2003-02-28
expires = 2003-03-31T17:00:00
[stock]
symbol = "BIG"
exchange = "NASDAQ"
[plan]
name = "Plan"
shares_authorized = 10000000000
[contact]
name = "Options"
email = "options@big.example"
"""
OPTIONS = 5  # a holder
FIRST = date(1997, 1, 6)


def write(folder: Path, holders: int) -> None:
    """Four of five holders tender all they have, some of it in part; two in a hundred leave before the grant."""
    dice = random.Random(2003)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "offer.toml").write_text(TERMS)
    (folder / "prices.csv").write_text("date,close\n2003-10-03,1.27\n")
    with (
        _csv(folder / "holders.csv", "holder_id,name,email,jurisdiction,voting_percent") as people,
        _csv(folder / "service.csv", "holder_id,capacity,from,to") as service,
        _csv(
            folder / "grants.csv", "grant_id,holder_id,granted_on,shares,exercised,price,type,expires_on,vesting"
        ) as grants,
        _csv(
            folder / "elections.csv",
            "form_id,holder_id,kind,received_at,signed_on,signed_as,channel,title,authority,"
            "grant_id,shares,original_shares,granted_on,price,exercised",
        ) as elections,
    ):
        for number in range(holders):
            holder_id, name = f"H{number:06}", f"Ann Lee {number}"
            people.writerow([holder_id, name, f"ann.{number}@big.example", "US-NH", ""])
            service.writerow([holder_id, "employee", "1996-01-02", "2003-06-30" if dice.random() < 0.02 else ""])
            own = [_grant(dice, f"G{number:06}-{n}", holder_id) for n in range(OPTIONS)]
            grants.writerows(own)
            if dice.random() < 0.8:
                received = f"2003-03-{dice.randint(3, 28):02}T{dice.randint(9, 17):02}:{dice.randint(0, 59):02}:00"
                for grant_id, _, granted_on, shares, exercised, price, *_ in own:
                    left = shares - exercised
                    tendered = left // 2 if dice.random() < 0.2 else left
                    form = [f"F{number:06}", holder_id, "election", received, received[:10], name, "fax", "", ""]
                    elections.writerow([*form, grant_id, tendered, shares, granted_on, price, exercised])


def _grant(dice: random.Random, grant_id: str, holder_id: str) -> list[object]:
    granted_on = FIRST + timedelta(days=dice.randrange(2000))
    expires_on = granted_on.replace(year=granted_on.year + 10, day=min(granted_on.day, 28))
    shares, price = dice.randrange(100, 5_000), f"{dice.randrange(200, 3_000) / 100:.2f}"
    exercised = shares // 4 if dice.random() < 0.1 else 0
    vesting = f"{granted_on + timedelta(days=365)}:{shares}" if dice.random() < 0.1 else ""
    type_ = "ISO" if dice.random() < 0.7 else "NSO"
    return [grant_id, holder_id, granted_on, shares, exercised, price, type_, expires_on, vesting]


class _csv:
    """A CSV file being written, header first."""

    def __init__(self, path: Path, header: str) -> None:
        self._file, self._header = path.open("w", newline=""), header

    def __enter__(self):
        writer = csv.writer(self._file, lineterminator="\n")
        writer.writerow(self._header.split(","))
        return writer

    def __exit__(self, *_):
        self._file.close()
