"""Every rule by its id: where it stands in the Offer to Exchange, and the words it rests on, verbatim (REC-5)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """A rule's source: sections of the Offer to Exchange (and of the law), and the words that carry it.

    The words are verbatim, with an ellipsis where some are left out. There are none where the document is silent: such a
    rule is the record's own.
    """

    section: str
    sentence: str = ""


_OWN = Authority(section="rules of the record")


RULES: dict[str, Authority] = {
    "REC-1": Authority(
        section="§4, §5",
        sentence="We will determine, in our discretion, all questions as to the form of documents and the validity, "
        "form, eligibility, including time of receipt, and acceptance of any tender of options.",
    ),
    "REC-2": _OWN,
    "REC-3": _OWN,
    "REC-4": Authority(
        section="§1, §2, §6",
        sentence='Persons holding Options are "Eligible Employees" if they are employees of Alpha or one of Alpha\'s '
        "subsidiaries as of the date the offer commences and the date on which the tendered options are canceled",
    ),
    "REC-5": _OWN,
    "CAL-1": Authority(
        section="§2, §15",
        sentence='A "business day" means any day other than a Saturday, Sunday or federal holiday.',
    ),
    "CAL-2": Authority(
        section="§2",
        sentence="A business day consists of the time period from 12:01 a.m. through 12:00 midnight, "
        "Eastern Standard Time.",
    ),
    "CAL-3": Authority(
        section="§2",
        sentence='The term "expiration date" means 5:00 p.m., Eastern Standard Time, on March 31, 2003.',
    ),
    "ELG-1": Authority(
        section="§1",
        sentence='Persons holding Options are "Eligible Employees" if they are employees, directors or consultants as '
        "of the date the offer commences and the date on which the tendered options are canceled.",
    ),
    "ELG-2": Authority(
        section="§2, §6, §9",
        sentence="In order to receive a new option, you must remain an employee, director or consultant "
        "as of the date the new options are granted.",
    ),
    "ELG-3": Authority(
        section="§2, §9",
        sentence="If you quit, or die, or we terminate your employment, prior to the date we grant the new options, "
        "you will not receive anything for the options that you tendered and we canceled.",
    ),
    "ELG-4": Authority(
        section="§18",
        sentence="The offer will not be made to, nor will tenders be accepted from or on behalf of, the option holders "
        "residing in such jurisdiction.",
    ),
    "TND-1": Authority(
        section="§2, §6",
        sentence="You may tender one or more of your option grants, or any portion, but only to the extent such grant "
        "has not previously been exercised.",
    ),
    "TND-2": Authority(
        section="§2, §6",
        sentence='If you tender only part of an option, we will issue you a "balancing" option for the '
        "untendered shares.",
    ),
    "TND-3": Authority(
        section="§2, §6",
        sentence="If you tender any option grant or portion thereof, you will be required to also tender all options "
        "granted to you during the six month period prior to the date the offer commenced.",
    ),
    "TND-4": Authority(
        section="§5",
        sentence="The Election Form must specify the name of the option holder, the original number of shares, the "
        "grant date, the exercise price, the total number of shares exercised and the number being tendered.",
    ),
    "TND-5": Authority(
        section="§5",
        sentence="It must be executed exactly as the option holder's name appears on the option agreement; a "
        "fiduciary's full title and proper evidence of authority must be indicated.",
    ),
    "TND-6": Authority(
        section="§4",
        sentence="You must deliver the Election Form via facsimile or hand delivery; the delivery of all documents "
        "is at your risk.",
    ),
    "TND-7": Authority(
        section="§4",
        sentence="No tender of options will be deemed to have been properly made until all defects or irregularities "
        "have been cured by the tendering option holder or waived by us.",
    ),
    "EXP-1": Authority(
        section="§4",
        sentence="All of the required documents must be received before the expiration date.",
    ),
    "CHG-1": Authority(
        section="§5",
        sentence="A new Election Form that is properly signed and dated will replace any previously submitted Election "
        "Form, which will be disregarded.",
    ),
    "WDR-1": Authority(
        section="§5",
        sentence="You may withdraw your tendered options at any time before the expiration, by a signed and dated "
        "Notice to Change Election From Accept to Reject.",
    ),
    "WDR-2": Authority(
        section="§5",
        sentence="Any options you withdraw will thereafter be deemed not properly tendered and will remain "
        "outstanding, unless you properly re-tender them before the expiration date.",
    ),
    "WDR-3": Authority(
        section="§5; Rule 13e-4(f)(2)(ii)",
        sentence="If we have not accepted your tendered options for exchange by 5:00 p.m., Eastern Standard Time, on "
        "April 28, 2003, you may withdraw your tendered options at any time thereafter.",
    ),
    "CNF-1": Authority(
        section="§6",
        sentence="Within five business days of the receipt of your Election Form or your Notice to Change Election "
        "From Accept to Reject, we will notify you by Confirmation of Receipt.",
    ),
    "EXT-1": Authority(
        section="§15",
        sentence="An extension must be announced no later than 8:00 a.m., Eastern Standard Time, on the next business "
        "day after the last previously scheduled or announced expiration date.",
    ),
    "EXT-2": Authority(
        section="§2, §15",
        sentence='The term "expiration date" refers to the latest time and date at which the offer, as so extended, '
        "expires.",
    ),
    "AMD-1": Authority(
        section="§15; Rule 13e-4(f)(1)",
        sentence="We will extend the offer so that the offer is open at least ten business days following the "
        "publication, sending or giving of notice.",
    ),
    "CND-1": Authority(
        section="§7",
        sentence="We will not be required to accept any options tendered, and we may postpone our acceptance and "
        "cancellation, if any of the following events has occurred.",
    ),
    "CND-2": Authority(
        section="§15; Rule 13e-4(f)(5)",
        sentence="We must pay the consideration offered or return the options tendered promptly after termination or "
        "withdrawal of a tender offer.",
    ),
    "CAN-1": Authority(
        section="§6",
        sentence="As promptly as practicable following the expiration date, we will accept for exchange and cancel "
        "options properly tendered and not validly withdrawn.",
    ),
    "PRM-1": Authority(
        section="§6",
        sentence="As promptly as practicable after we accept and cancel options tendered for exchange, we will issue "
        "to you a Promise to Grant Stock Option(s).",
    ),
    "LCK-1": Authority(
        section="§6",
        sentence="We will defer any grant to you of additional options until after the new option grant date.",
    ),
    "ADJ-1": Authority(
        section="§2, §6, §9",
        sentence="The number of shares is adjusted for any stock splits, reverse stock splits, stock dividends and "
        "similar events.",
    ),
    "CIC-1": Authority(
        section="Summary Term Sheet, §13",
        sentence="The Promise to Grant Stock Option(s) is a binding commitment, and any successor to our company will "
        "be required to honor that commitment.",
    ),
    "GRT-1": Authority(
        section="Summary Term Sheet, §6",
        sentence="The six month and one day period begins following the cancellation date.",
    ),
    "GRT-2": Authority(
        section="Summary Term Sheet, §6",
        sentence="The Committee will select the actual grant date for the new options.",
    ),
    "GRT-3": Authority(
        section="§9",
        sentence="The exercise price per share of the new options will be 100% of the fair market value on the date of "
        "grant, as determined by the closing price reported on the date of grant.",
    ),
    "GRT-4": Authority(
        section="Summary Term Sheet, §9",
        sentence="Options generally have a term of ten years for Eligible Employees other than non-employee directors "
        "and five years for non-employee directors.",
    ),
    "GRT-5": Authority(
        section="Summary Term Sheet, §9",
        sentence="You must execute the new option agreement before receiving new options.",
    ),
    "VST-1": Authority(
        section="§9",
        sentence="All remaining unvested options will have a vesting schedule that is equivalent to what would have "
        "been in place had the canceled option remained in effect.",
    ),
    "ISO-1": Authority(
        section="§6, §14; IRC 422(d), Treas. Reg. 1.422-4",
        sentence="The value of shares subject to options that first become exercisable in any calendar year cannot "
        "exceed $100,000. The excess value is deemed to be a non-qualified stock option.",
    ),
    "PLN-1": Authority(
        section="§12",
        sentence="Options we acquire through the offer will be canceled and the shares subject to those options will "
        "be returned to the pool of shares available for grants of new options.",
    ),
}


def section_of(rule: str) -> str:
    """The section of the Offer to Exchange on which a rule rests; KeyError for an unknown rule."""
    return RULES[rule].section
