"""How many letters were put into the outbox, and how many of them no mail can bring."""

from typing import Self

from optex.formatting import count


class Queued(int):
    """How many letters are new in the outbox; `on_paper` of them are for holders without an e-mail address."""

    on_paper: int

    def __new__(cls, number: int, on_paper: int = 0) -> Self:
        queued = super().__new__(cls, number)
        queued.on_paper = on_paper
        return queued

    def plus(self, more: "Queued") -> "Queued":
        """These and more of them."""
        return Queued(self + more, self.on_paper + more.on_paper)

    def told(self, whom: str = "holder", how: str = "told") -> str:
        """Who is told by mail, and who must be told on paper: only he is told to whom a letter goes."""
        mailed = f"{count(self - self.on_paper, whom)} {how}"
        return f"{mailed}, {self.on_paper:,} to be {how} on paper (no e-mail address)" if self.on_paper else mailed

    @property
    def holder_told(self) -> str:
        """That the one holder is told to whom a letter goes, or must be told on paper."""
        return "the holder is to be told on paper (no e-mail address)" if self.on_paper else "the holder is told"
