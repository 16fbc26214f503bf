"""Every rule by its id: where it stands in the Offer to Exchange, and the words it rests on, verbatim (REC-5)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """A rule's source: sections of the Offer to Exchange (and of the law), and the words that carry it.

    The words are verbatim, with an ellipsis where some are left out. There are none where the document is silent.
    """

    section: str
    sentence: str = ""


PROHIBITED = Authority(
    section="§13",
    sentence="if the grant is prohibited we will not grant any new options and you will not get any other "
    "consideration for the options you tendered.",
)
"""What becomes of promises whose grant is prohibited for good: beside the words on which CIC-1 rests."""
_OUR_OWN = Authority(section="rules of the record")

RULES: dict[str, Authority] = {
    "REC-1": Authority(
        section="§4, §5",
        sentence="We will determine, in our discretion, all questions as to the form of documents and the validity, "
        "form, eligibility, including time of receipt, and acceptance of any tender of options.",
    ),
    "REC-2": _OUR_OWN,
    "REC-3": Authority(
        section="§4",
        sentence="We will determine, in our discretion, all questions as to … eligibility, including time of receipt, "
        "and acceptance of any tender of options.",
    ),
    "REC-4": Authority(
        section="§1, §2, §6",
        sentence='Persons holding Options are "Eligible Employees" if they are employees of Alpha or one of Alpha\'s '
        "subsidiaries as of the date the offer commences and the date on which the tendered options are canceled … In "
        "order to receive a new option, you must remain an employee, director or consultant as of the date the new "
        "options are granted",
    ),
    "REC-5": _OUR_OWN,
    "CAL-1": Authority(
        section="§2, §15",
        sentence='a "business day" means any day other than a Saturday, Sunday or federal holiday',
    ),
    "CAL-2": Authority(
        section="§2",
        sentence='a "business day" … consists of the time period from 12:01 a.m. through 12:00 midnight, Eastern '
        "Standard Time.",
    ),
    "CAL-3": Authority(
        section="§2",
        sentence='The term "expiration date" means 5:00 p.m., Eastern Standard Time, on March 31, 2003',
    ),
    "ELG-1": Authority(
        section="§1",
        sentence='Persons holding Options are "Eligible Employees" if they are employees of Alpha or one of Alpha\'s '
        "subsidiaries as of the date the offer commences and the date on which the tendered options are canceled or "
        "are members of the Board of Directors, including employee directors, or are consultants to Alpha.",
    ),
    "ELG-2": Authority(
        section="§2, §6, §9",
        sentence="If, for any reason, you are not an employee of Alpha from the date you tender options through the "
        "date we grant the new options, you will not receive any new options … If you cease to be a non-employee "
        "director or consultant prior to the date we grant new options, you will not receive anything for the options "
        "you tendered and we cancelled.",
    ),
    "ELG-3": Authority(
        section="§2, §9",
        sentence="This means that if you quit, with or without a good reason, or die or we terminate your employment, "
        "with or without cause, prior to the date we grant the new options, you will not receive anything for the "
        "options that you tendered and we canceled.",
    ),
    "ELG-4": Authority(
        section="§4, §18",
        sentence="If, after such good faith effort, we cannot comply with such law, the offer will not be made to, nor "
        "will tenders be accepted from or on behalf of, the option holders residing in such jurisdiction.",
    ),
    "TND-1": Authority(
        section="§2, §6",
        sentence="you may tender one or more of your option grants, or any portion of one or more of your option "
        "grants, but only to the extent such grant has not previously been exercised.",
    ),
    "TND-2": Authority(
        section="§2, §6",
        sentence='If you tender only part of an option, we will issue you a "balancing" option for the '
        "untendered shares.",
    ),
    "TND-3": Authority(
        section="§2, §6",
        sentence="if you tender any option grant or portion thereof for exchange, you will be required to also tender "
        "all options granted to you during the six month period prior to the date the offer commenced.",
    ),
    "TND-4": Authority(
        section="§5",
        sentence="The new Election Form must be signed and dated and must specify: the name of the option holder who "
        "tendered the options, the original number of shares for which each tendered option was exercisable, the grant "
        "date of each option to be tendered, the exercise price under each option to be tendered, the total number of "
        "shares exercised under each option; and the total number of shares being tendered for cancellation under each "
        "option.",
    ),
    "TND-5": Authority(
        section="§5",
        sentence="any new or amended Election Form must be executed by the option holder who tendered the options to "
        "be withdrawn exactly as the option holder's name appears on the option agreement or agreements evidencing "
        "such options. If the signature is by … another person acting in a fiduciary or representative capacity, the "
        "signer's full title and proper evidence of the authority of such person to act in that capacity must be "
        "indicated on the notice of withdrawal.",
    ),
    "TND-6": Authority(
        section="§4",
        sentence="To validly tender your options through the offer, you must … deliver the Election Form to us via "
        "facsimile … or hand delivery",
    ),
    "TND-7": Authority(
        section="§4",
        sentence="No tender of options will be deemed to have been properly made until all defects or irregularities "
        "have been cured by the tendering option holder or waived by us.",
    ),
    "EXP-1": Authority(
        section="§4",
        sentence="James Polakiewicz must receive all of the required documents before the expiration date.",
    ),
    "CHG-1": Authority(
        section="§5",
        sentence="If you deliver a new Election Form that is properly signed and dated, it will replace any previously "
        "submitted Election Form, which will be disregarded.",
    ),
    "WDR-1": Authority(
        section="§5",
        sentence="To validly withdraw tendered options, you must deliver … a signed and dated Notice to Change "
        "Election From Accept to Reject, with the required information, while you still have the right to withdraw the "
        "tendered options.",
    ),
    "WDR-2": Authority(
        section="§5",
        sentence="you must properly re-tender the withdrawn options before the expiration date … Otherwise, any "
        "options you withdraw will thereafter be deemed not properly tendered for purposes of the offer and will "
        "remain outstanding.",
    ),
    "WDR-3": Authority(
        section="§5; Rule 13e-4(f)(2)(ii)",
        sentence="if we have not accepted your tendered options for exchange by 5:00 p.m., Eastern Standard Time, on "
        "April 28, 2003, you may withdraw your tendered options at any time thereafter.",
    ),
    "CNF-1": Authority(
        section="§6",
        sentence="Within five business days of the receipt of your Election Form or your Notice to Change Election "
        "From Accept to Reject, Alpha will notify the option holder by Confirmation of Receipt.",
    ),
    "EXT-1": Authority(
        section="§15",
        sentence="In the case of an extension, the amendment must be issued no later than 8:00 a.m., Eastern Standard "
        "Time, on the next business day after the last previously scheduled or announced expiration date.",
    ),
    "EXT-2": Authority(
        section="§2, §15",
        sentence='the term "expiration date" refers to the latest time and date at which the offer, as so extended, '
        "expires.",
    ),
    "AMD-1": Authority(
        section="§15; Rule 13e-4(d)(2), (e)(3), (f)(1)",
        sentence="If the offer is scheduled to expire at any time earlier than the tenth (10th) business day from, and "
        "including, the date that notice of such increase or decrease is first published, sent or given …, we will "
        "extend the offer so that the offer is open at least ten (10) business days following the publication, sending "
        "or giving of notice.",
    ),
    "CND-1": Authority(
        section="§7",
        sentence="we will not be required to accept any options tendered for exchange, and we may terminate or amend "
        "the offer, or postpone our acceptance and cancellation of any options tendered for exchange, … if at any time "
        "… prior to the expiration date, any of the following events has occurred",
    ),
    "CND-2": Authority(
        section="§7, §15; Rule 13e-4(f)(5)",
        sentence="prior to the expiration date to terminate or amend the offer … upon the occurrence of any of the "
        "events listed in Section 7 … we must pay the consideration offered or return the options tendered promptly "
        "after termination or withdrawal of a tender offer.",
    ),
    "CAN-1": Authority(
        section="§6",
        sentence="Upon the terms and conditions of the offer and as promptly as practicable following the expiration "
        "date, we will accept for exchange and cancel options properly tendered and not validly withdrawn before the "
        "expiration date.",
    ),
    "PRM-1": Authority(
        section="§6",
        sentence="As promptly as practicable after we accept and cancel options tendered for exchange, we will issue "
        "to you a Promise to Grant Stock Option(s), by which we will commit to grant stock options to you … covering "
        "the same number of shares as the options canceled pursuant to this offer, provided that you remain an "
        "Eligible Employee on the date on which the grant is to be made.",
    ),
    "LCK-1": Authority(
        section="§6",
        sentence="If we accept options you tender in the offer, we will defer any grant to you of additional options "
        "for which you may be eligible before the new option grant date until after the new option grant date",
    ),
    "ADJ-1": Authority(
        section="§2, §6, §9",
        sentence="Your new options will entitle you to purchase the number of shares which is equal to the number of "
        "shares subject to the options you tender, as adjusted for any stock splits, reverse stock splits, stock "
        "dividends and similar events.",
    ),
    "CIC-1": Authority(
        section="Summary Term Sheet, §13",
        sentence="The Promise to Grant Stock Option(s) which we will give you is a binding commitment, and any "
        "successor to our company will be required to honor that commitment.",
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
        sentence="the exercise price per share of the new options will be 100% of the fair market value on the date of "
        "grant, as determined by the closing price reported by the Nasdaq National Market on the date of grant.",
    ),
    "GRT-4": Authority(
        section="Summary Term Sheet, §9",
        sentence="Your new options will generally expire as to Eligible Employees other than non-employee directors, "
        "ten years from the date of grant, … New options for non-employee directors will expire five years from the "
        "date of grant or 90 days after the optionee ceases to be a director of the Company. New options for employees "
        "who at the time the option is granted owned more than 10% of the outstanding Common Stock of the Company will "
        "expire five years from the date of grant",
    ),
    "GRT-5": Authority(
        section="Summary Term Sheet",
        sentence="All new options will be subject to a new option agreement between you and us. You must execute the "
        "new option agreement before receiving new options.",
    ),
    "VST-1": Authority(
        section="§9",
        sentence="all remaining unvested options will have a vesting schedule that is equivalent to what would have "
        "been in place had the canceled option remained in effect.",
    ),
    "ISO-1": Authority(
        section="§6, §14; IRC 422(d), Treas. Reg. 1.422-4",
        sentence="For options to qualify as incentive stock options, the value of shares subject to options that first "
        "become exercisable in any calendar year cannot exceed $100,000, as determined using the option exercise "
        "price. The excess value is deemed to be a non-qualified stock option.",
    ),
    "PLN-1": Authority(
        section="§12",
        sentence="Options we acquire through the offer will be canceled and the shares subject to those options will "
        "be returned to the pool of shares available for grants of new options under the 1994 Stock Plan.",
    ),
}


def section_of(rule: str) -> str:
    """The section of the Offer to Exchange on which a rule rests; KeyError for an unknown rule."""
    return RULES[rule].section
