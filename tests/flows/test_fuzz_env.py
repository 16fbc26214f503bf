"""Whatever stands in `.env`: settings, or a clear line for each that is none; nothing that is secret is shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command import optex
from tests.infra.conftest import GRANTS, HOLDERS, OFFER, SERVICE
from tests.mutations import broken
from tests.plain import assert_plain

SECRET = "hunter2-correct-horse"
ENV = f"""# the mail server
OPTEX_SMTP_HOST=localhost
OPTEX_SMTP_TLS=none
OPTEX_SMTP_PORT=2525
OPTEX_SMTP_USER="plan"
OPTEX_SMTP_PASSWORD='{SECRET}'
OPTEX_MAIL_FROM="Stock Plan <plan@alpha.example>"
export OPTEX_OPS_MAIL=ops@alpha.example
OPTEX_OFFERS=["one", "two"]
"""


@pytest.fixture(scope="module")
def offer(tmp_path_factory):
    """A folder with an offer, in a directory with a `.env`."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "offer"
    folder.mkdir()
    for name, text in {
        "offer.toml": OFFER,
        "holders.csv": HOLDERS,
        "service.csv": SERVICE,
        "grants.csv": GRANTS,
    }.items():
        (folder / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        yield folder


@settings(max_examples=settings.default.max_examples * 4)
@given(data=st.data())
def test_a_broken_env(offer, data):
    """`status` goes on to say that nothing is on record, or names the variables that cannot be taken."""
    env = data.draw(broken(ENV.encode()))
    (offer.parent / ".env").write_bytes(env)
    said = optex("status", offer)
    assert said.code == 1, said
    assert not said.out
    for line in said.err.removesuffix("\n").split("\n"):
        assert_plain(line)
        assert len(line) < 2000, line[:300]
    assert SECRET not in said.err
    assert "nothing of this offer is on record yet" in said.err or "OPTEX_" in said.err or ".env" in said.err, said
