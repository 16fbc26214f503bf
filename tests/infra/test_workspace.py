"""Which office an offer is run from: the one in use here, for as long as it is in use, else what the settings say."""

import asyncio
from pathlib import Path

import pytest

from infra.workspace import UnknownWorkspace, Workspace, using, workspace_of


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
