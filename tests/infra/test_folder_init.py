"""The folder to start from."""

import re

import pytest

from infra.folder.reader import FILES, init_folder, read_folder
from optex.errors import OptexError
from optex.warnings import warnings


def test_the_folder_to_start_from_passes_every_check(tmp_path):
    """`init` writes a folder named as the offer, without a fault in it; that its defaults are of 2003 is told."""
    init_folder(tmp_path / "beta-2027")
    found = read_folder(tmp_path / "beta-2027")
    assert "beta-2027" == found.terms.offer
    assert sorted(FILES) == sorted(path.name for path in (tmp_path / "beta-2027").iterdir())
    rules = {
        warning.rule
        for warning in warnings(found.terms, found.holders, found.grants, found.service_periods, found.forms)
    }
    assert {"CAL-2", "TND-3", "XCH-4"} == rules


def test_the_defaults_that_the_commented_terms_state_are_the_defaults(tmp_path):
    """With every "#" before a key taken away the terms are the same."""
    init_folder(tmp_path / "offer")
    path = tmp_path / "offer" / "offer.toml"
    before = read_folder(tmp_path / "offer").terms
    text, keys = re.subn(r"(?m)^# (?=[a-z_]+ = |\[(?:plan\.|eligible|exchange))", "", path.read_text())
    assert 58 == keys
    path.write_text(re.sub(r"(?m)^(on|reason|calendar|country|subdivision|price_from|old|new) = ", "# ", text))
    after = read_folder(tmp_path / "offer").terms
    plan = before.plan.model_copy(update={"adopted": after.plan.adopted})  # it has no default either
    eligible = before.eligible.model_copy(update={"granted_before": after.eligible.granted_before})  # nor has this
    unset = {"withdrawable_after": after.withdrawable_after, "plan": plan, "eligible": eligible}
    assert before.model_copy(update=unset) == after
    assert before.withdrawal_right == after.withdrawal_right


def test_a_folder_in_use_is_not_written_over(tmp_path):
    """`init` writes into an empty folder, and refuses one with anything in it, and a file."""
    (tmp_path / "empty").mkdir()
    init_folder(tmp_path / "empty")
    for path in (tmp_path / "empty", tmp_path / "empty" / "offer.toml"):
        with pytest.raises(OptexError, match="nothing was written"):
            init_folder(path)
