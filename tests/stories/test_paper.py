"""Holders without e-mail: who is told, by what, and what is still owed to them on paper."""

import pytest

from infra.explain.explain import explain_holder
from infra.mail.printing import print_letters
from infra.status.attention import attention
from infra.status.mail_status import not_gone
from infra.status.offer_status import offer_status
from tests.offers import local


@pytest.fixture(scope="module")
def played(new_offer):
    """Bo and Cy have no e-mail; Bo's letters of March are delivered on paper, Ann's reminder comes back."""
    offer = new_offer(reminders=[1])
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray", email="").grant("G2", 500).tenders("F2", "2003-03-10T11:00:00", G2=500)
    offer.holder("H3", "Cy Dow", email="").grant("G3", 300)
    hand = {"how": "hand", "by": "Ruth Counsel"}
    offer.happens("2003-03-03T10:00:00", "notice-delivered", notice="offer-opened:H2", on="2003-03-03", **hand)
    offer.happens("2003-03-17T10:00:00", "notice-delivered", notice="confirmation:F2", on="2003-03-17", **hand)
    offer.happens("2003-03-18T10:00:00", "notice-delivered", notice="offer-opened:H9", on="2003-03-18", **hand)
    offer.happens(
        "2003-03-31T09:00:00", "notice-bounced", notice="reminder-1.v1:H1", reason="550 5.1.1 No such user", by="Ruth"
    )
    return offer.play(until="2003-04-02T12:00:00")


@pytest.fixture(scope="module")
def status(played):
    with played.workspace() as workspace, workspace.read() as db:
        return offer_status(db, local("2003-04-02T12:00:00"))


def test_told_is_who_has_an_address(played):
    """One of three is told by mail; two must be told on paper, at the opening and by the reminder."""
    done = {each.name: each.message for each in played.steps()}
    assert "Opened: 1 eligible holder told, 2 to be told on paper (no e-mail address)" == done["open"]
    assert done["reminder-1"].startswith("1 holder reminded, 2 to be reminded on paper (no e-mail address): ")


def test_what_was_sent_delivered_and_came_back_is_counted(status):
    """Ann's opening, confirmation and acceptance went by mail and her reminder came back; Bo has two on paper."""
    mail = status.correspondence
    assert (3, 2) == (mail.sent, mail.delivered_on_paper)
    assert [("reminder-1.v1:H1", "550 5.1.1 No such user")] == [(each.notice_id, each.reason) for each in mail.bounced]
    assert [
        ("H1", 1, "came back: 550 5.1.1 No such user"),
        ("H2", 2, "no e-mail address"),
        ("H3", 2, "no e-mail address"),
    ] == [(each.holder_id, each.letters, each.why) for each in mail.to_be_printed]


def test_a_confirmation_handed_over_is_in_time(status):
    """Bo's form of March 10 was confirmed on March 17, the fifth business day: no alarm is left (CNF-1)."""
    assert () == status.correspondence.confirmations


def test_the_dashboard_says_what_must_be_done(status):
    """What came back, and what must be printed; each in a sentence."""
    said = list(attention(status))
    assert "1 letter came back, whose holder is not told: reminder to H1 (550 5.1.1 No such user)." in said
    assert "5 letters to be delivered on paper (`optex letters --unsent`): H1, H2, H3." in said


def test_the_dashboard_names_whom_no_letter_has_reached(status):
    """Cy has got nothing; Ann had three letters by mail, and Bo two on paper."""
    assert [("H3", 2)] == [(each.holder_id, each.letters) for each in status.correspondence.not_reached]
    assert "1 holder not reached by any letter yet: H3 Cy Dow (no e-mail address)." in list(attention(status))


def test_who_was_reached_only_by_what_came_back_has_not_been_reached(new_offer):
    """Ann's one letter comes back on March 3, and is handed to her on March 5: from then on she is reached."""
    offer = new_offer(reminders=[]).holder("H1", "Ann Lee").grant("G1", 1000)
    opened = {"notice": "offer-opened:H1", "by": "Ruth"}
    offer.happens("2003-03-03T10:00:00", "notice-bounced", reason="550 No such user", **opened)
    offer.happens("2003-03-05T10:00:00", "notice-delivered", on="2003-03-05", how="hand", **opened)
    not_reached = []
    for until in ("2003-02-28T12:00:00", "2003-03-04T12:00:00", "2003-03-05T12:00:00"):
        with offer.play(until=until).workspace() as workspace, workspace.read() as db:
            status = offer_status(db, local(until))
        not_reached.append([(each.holder_id, each.why) for each in status.correspondence.not_reached])
    assert [[], [("H1", "came back: 550 No such user")], []] == not_reached


def test_a_rehearsal_lists_the_letters_that_could_not_go(status):
    """By holder, with the reason."""
    assert not_gone(status.correspondence.to_be_printed) == (
        "5 letters could not go by mail: H1 Ann Lee (1 letter: came back: 550 5.1.1 No such user), H2 Bo Ray "
        "(2 letters: no e-mail address), H3 Cy Dow (2 letters: no e-mail address)."
    )
    assert "" == not_gone([])


def test_the_ledger_knows_only_mail(played):
    """A letter on paper was not sent: its row has neither instant nor Message-ID, as the contract has it."""
    assert [("", "")] == played.column("notices", "sent_at", "message_id", notice_id="confirmation:F2")
    [refused] = played.column("audit", "detail", action="notice-delivered refused")
    assert "there is no letter offer-opened:H9: `optex letters` prints their numbers" == refused


def test_explain_tells_how_a_letter_reached_its_holder(played):
    """On paper, with who reports it; sent and come back; and not to anybody else."""
    with played.workspace() as workspace, workspace.read() as db:
        ann, bo = ("\n".join(line.what for line in explain_holder(db, each)) for each in ("H1", "H2"))
    assert "A Confirmation of Receipt of F2 was delivered on paper, by hand, on March 17, 2003." in bo
    assert "Letter confirmation:F2 was delivered on paper, by hand, on March 17, 2003. Reported by Ruth Counsel." in bo
    assert (
        "was sent, and came back on March 31, 2003 at 9:00 a.m. Eastern Standard Time: 550 5.1.1 No such user." in ann
    )
    assert ("confirmation:F2" in ann, "came back" in bo) == (False, False)


def test_what_is_unsent_is_printed_a_file_a_holder(played, tmp_path):
    """Ann's reminder, and of Bo and Cy what was not delivered: in order of time, each with its number and day."""
    with played.workspace() as workspace, workspace.read() as db:
        printed = print_letters(db, tmp_path, local("2003-04-02T12:00:00"), None, unsent=True)
    assert [
        ("letters-H1.html", ("reminder-1.v1:H1",)),
        ("letters-H2.html", ("reminder-1.v1:H2", "acceptance:H2")),
        ("letters-H3.html", ("offer-opened:H3", "reminder-1.v1:H3")),
    ] == [(each.file.name, each.notices) for each in printed]
    page = (tmp_path / "letters-H2.html").read_text()
    assert page.index("<span>March 28, 2003</span><span>Letter reminder-1.v1:H2</span>") < page.index(
        "<span>April 1, 2003</span><span>Letter acceptance:H2</span>"
    )
    assert (2, 2) == (page.count('<section class="letter">'), page.count("Dear Bo Ray:"))
