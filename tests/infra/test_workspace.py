"""Which office an offer is run from: the one in use here, for as long as it is in use, else what the settings say."""

import asyncio
from pathlib import Path

import pytest

from infra.workspace import UnknownWorkspace, Workspace, all_workspaces, left_out, using, workspace_of


def workspace(folder: str, offer: str = "alpha-2003") -> Workspace:
    return Workspace(offer=offer, database_url="sqlite://", mail_dir=Path(folder))


def test_the_innermost_office_in_use_counts_and_only_while_it_is():
    """Uses nest: after the inner one the outer one counts again, after both there is none; nor after an error."""
    outer, inner = workspace("outer"), workspace("inner")
    with using(outer):
        with using(inner):
            assert inner is workspace_of("alpha-2003")
        with pytest.raises(ZeroDivisionError), using(inner):
            raise ZeroDivisionError
        assert outer is workspace_of("alpha-2003")
    with pytest.raises(UnknownWorkspace):
        workspace_of("alpha-2003")


def test_an_office_in_use_is_that_of_its_own_offer_alone():
    """Another offer is looked for where the settings say."""
    with using(workspace("here")), pytest.raises(UnknownWorkspace, match="no offer 'beta-2004' here"):
        workspace_of("beta-2004")


def test_two_plays_at_once_do_not_meet():
    """Each task of one event loop has the office that it uses, and so has whatever it starts."""
    both = asyncio.Barrier(2)

    async def asked() -> Workspace:
        return workspace_of("alpha-2003")

    async def play(mine: Workspace) -> bool:
        with using(mine):
            async with both:
                return mine is await asyncio.create_task(asked())

    async def plays() -> list[bool]:
        return await asyncio.gather(play(workspace("one")), play(workspace("two")))

    assert [True, True] == asyncio.run(plays())


def named(folder: Path, terms: str) -> Path:
    folder.mkdir()
    (folder / "offer.toml").write_text(terms)
    return folder


def test_one_bad_folder_keeps_no_other_offer_from_its_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Unreadable, missing, or with the offer of another folder: it is left out, and said with its name."""
    good, other = named(tmp_path / "good", 'offer = "alpha"\n'), named(tmp_path / "other", 'offer = "beta"\n')
    bad, twice = named(tmp_path / "bad", "offer = \n"), named(tmp_path / "twice", 'offer = "alpha"\n')
    folders = [bad, good, tmp_path / "gone", twice, other]
    monkeypatch.setenv("OPTEX_OFFERS", ":".join(map(str, folders)))
    assert [("alpha", good), ("beta", other)] == [(each.offer, each.folder) for each in all_workspaces()]
    assert good == workspace_of("alpha").folder
    unreadable, missing, same = left_out()
    assert unreadable.startswith(f"{bad / 'offer.toml'} does not name its offer")
    assert str(tmp_path / "gone") in missing
    assert f"{good} and {twice} both hold the offer 'alpha': an offer has one folder" == same
    with pytest.raises(UnknownWorkspace, match=r"no offer 'gamma' here: .*bad.* does not name its offer"):
        workspace_of("gamma")
