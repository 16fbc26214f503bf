"""A holder whom offer.toml leaves out by id must be one of holders.csv (ELG-5)."""


def test_an_unknown_excluded_holder_is_a_fault_by_its_line(folder):
    """Else whoever was meant would be made the offer."""
    text = folder.text("offer.toml")
    (folder / "offer.toml").write_text(text + '[eligible]\nexcluded_holders = ["H1", "H9"]\n')
    line = len(text.splitlines()) + 2
    expected = f"offer.toml:{line}: eligible.excluded_holders: 'H9' is unknown, expected an id of holders.csv"
    assert [expected] == folder.faults()


def test_a_known_excluded_holder_is_none(folder):
    """The folder is read, and has him left out."""
    (folder / "offer.toml").write_text(folder.text("offer.toml") + '[eligible]\nexcluded_holders = ["H1"]\n')
    assert ("H1",) == folder.read().terms.eligible.excluded_holders
