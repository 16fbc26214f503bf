"""Every rule by its id: what it decides, its place in the Offer to Exchange, and the words it rests on (REC-5)."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """A rule: what it decides, its sections of the Offer to Exchange (and of the law), and the words that carry it.

    The words are verbatim, with an ellipsis where some are left out. There are none where the document is silent.
    """

    decides: str
    section: str
    sentence: str = ""


PROHIBITED = Authority(
    decides="A grant that is prohibited for good ends every promise, and nothing else is given for it.",
    section="§13",
    sentence="if the grant is prohibited we will not grant any new options and you will not get any other "
    "consideration for the options you tendered.",
)
"""What becomes of promises whose grant is prohibited for good: beside the words on which CIC-1 rests."""
_OUR_OWN = "rules of the record"
_OWN_TERMS = "the offer's own terms"

RULES: dict[str, Authority] = {
    "REC-1": Authority(
        decides="Everything that arrives has two times: when it was received, announced or happened, by which the "
        "rules go, and when it was put on record, which nobody can set. Where a deadline lies between the "
        "two, an act of the company needs a name and evidence, and is marked.",
        section="§4, §5",
        sentence="We will determine, in our discretion, all questions as to the form of documents and the validity, "
        "form, eligibility, including time of receipt, and acceptance of any tender of options.",
    ),
    "REC-2": Authority(
        decides="A key that is on record with the same content is already recorded; with other content it is "
        "refused, naming each field that differs. Nothing that was told is dropped in silence.",
        section=_OUR_OWN,
    ),
    "REC-3": Authority(
        decides="What is on record is corrected by a later entry with a name and a reason, after a deadline also "
        "with evidence. What followed from it is decided again, and whoever had been told otherwise is "
        "told.",
        section="§4",
        sentence="We will determine, in our discretion, all questions as to … eligibility, including time of receipt, "
        "and acceptance of any tender of options.",
    ),
    "REC-4": Authority(
        decides="A promise that lapsed is reinstated, or an acceptance voided, when the record shows that it must "
        "be, with the approval of another person than put it on record. After the grant a contradiction "
        "stays an alarm until somebody settles it.",
        section="§1, §2, §6",
        sentence='Persons holding Options are "Eligible Employees" if they are employees of Alpha or one of Alpha\'s '
        "subsidiaries as of the date the offer commences and the date on which the tendered options are canceled … In "
        "order to receive a new option, you must remain an employee, director or consultant as of the date the new "
        "options are granted",
    ),
    "REC-5": Authority(
        decides="Every quotation from the document is verbatim, and every section cited is the one that says it.",
        section=_OUR_OWN,
    ),
    "CAL-1": Authority(
        decides="A business day is any day but a Saturday, a Sunday or a federal holiday, decided by date; "
        "trading days of the exchange are another calendar. Either is corrected by dated closings with a "
        "reason.",
        section="§2, §15",
        sentence='a "business day" means any day other than a Saturday, Sunday or federal holiday',
    ),
    "CAL-2": Authority(
        decides='What "Eastern Standard Time" means is a term, `clock`. An instant that the clock leaves out or '
        "shows twice is refused; a duty of the company falls due at the earlier of two readings.",
        section="§2",
        sentence='a "business day" … consists of the time period from 12:01 a.m. through 12:00 midnight, Eastern '
        "Standard Time.",
    ),
    "CAL-3": Authority(
        decides="Every instant is stored in UTC and shown on the offer's clock with its zone.",
        section="§2",
        sentence='The term "expiration date" means 5:00 p.m., Eastern Standard Time, on March 31, 2003',
    ),
    "ELG-1": Authority(
        decides="Employees, directors and consultants may tender who are in service both on the commencement date "
        "and on the cancellation date; the option must have been granted on or before commencement.",
        section="§1",
        sentence='Persons holding Options are "Eligible Employees" if they are employees of Alpha or one of Alpha\'s '
        "subsidiaries as of the date the offer commences and the date on which the tendered options are canceled or "
        "are members of the Board of Directors, including employee directors, or are consultants to Alpha.",
    ),
    "ELG-2": Authority(
        decides="To receive a new option a holder must be in service without a break, in any of the capacities, "
        "from the receipt of the election through the grant date. A change of capacity is no break; a gap "
        "of one day is.",
        section="§2, §6, §9",
        sentence="If, for any reason, you are not an employee of Alpha from the date you tender options through the "
        "date we grant the new options, you will not receive any new options … If you cease to be a non-employee "
        "director or consultant prior to the date we grant new options, you will not receive anything for the options "
        "you tendered and we cancelled.",
    ),
    "ELG-3": Authority(
        decides="Whoever leaves or dies after the cancellation and before the grant receives nothing: the promise "
        "lapses and its shares go back to the pool. Before the cancellation the tender is void and the "
        "option is not cancelled. The last day in service counts as in service.",
        section="§2, §9",
        sentence="This means that if you quit, with or without a good reason, or die or we terminate your employment, "
        "with or without cause, prior to the date we grant the new options, you will not receive anything for the "
        "options that you tendered and we canceled.",
    ),
    "ELG-4": Authority(
        decides="A holder in an excluded jurisdiction cannot tender; an exclusion covers what lies in it. A "
        "tender that it would be unlawful to accept is rejected.",
        section="§4, §18",
        sentence="If, after such good faith effort, we cannot comply with such law, the offer will not be made to, nor "
        "will tenders be accepted from or on behalf of, the option holders residing in such jurisdiction.",
    ),
    "ELG-5": Authority(
        decides="The offer is made to whom its terms (`eligible`) say, and for the options that they say: by capacity, "
        "from the commencement through the grant, by price and by day of grant. Who or what is left out cannot be "
        "tendered, and is told why. The SEC's order of March 21, 2001 says of which offers that may be so.",
        section="the offer's terms; Rule 13e-4(f)(8)(i)",
    ),
    "TND-1": Authority(
        decides="All, some or none of a grant may be tendered, in whole shares, up to what has not been exercised.",
        section="§2, §6",
        sentence="you may tender one or more of your option grants, or any portion of one or more of your option "
        "grants, but only to the extent such grant has not previously been exercised.",
    ),
    "TND-2": Authority(
        decides="A partial tender leaves a balancing option for the rest, with the same grant date, price, type "
        "and expiry; every tranche is divided pro rata so that both parts sum exactly.",
        section="§2, §6",
        sentence='If you tender only part of an option, we will issue you a "balancing" option for the '
        "untendered shares.",
    ),
    "TND-3": Authority(
        decides="Whoever tenders anything must tender, whole, every option granted within the look-back "
        "(`lookback`) before the commencement. A form that omits one has it added, or is defective, as "
        "the terms say.",
        section="§2, §6",
        sentence="if you tender any option grant or portion thereof for exchange, you will be required to also tender "
        "all options granted to you during the six month period prior to the date the offer commenced.",
    ),
    "TND-4": Authority(
        decides="An Election Form states of every option its shares, grant date, price, shares exercised and "
        "shares tendered; each is compared with the record as of the day of signing, and a difference is "
        "a defect.",
        section="§5",
        sentence="The new Election Form must be signed and dated and must specify: the name of the option holder who "
        "tendered the options, the original number of shares for which each tendered option was exercisable, the grant "
        "date of each option to be tendered, the exercise price under each option to be tendered, the total number of "
        "shares exercised under each option; and the total number of shares being tendered for cancellation under each "
        "option.",
    ),
    "TND-5": Authority(
        decides="A form is signed exactly as the name appears on the option agreement, and dated. Another "
        "person's signature needs the full title and evidence of authority. By e-mail or on the web page "
        "(`channels`) the name as it is typed is the signature.",
        section="§5",
        sentence="any new or amended Election Form must be executed by the option holder who tendered the options to "
        "be withdrawn exactly as the option holder's name appears on the option agreement or agreements evidencing "
        "such options. If the signature is by … another person acting in a fiduciary or representative capacity, the "
        "signer's full title and proper evidence of the authority of such person to act in that capacity must be "
        "indicated on the notice of withdrawal.",
    ),
    "TND-6": Authority(
        decides="A form is delivered by one of the offer's `channels`. Receipt counts, not signing or sending.",
        section="§4",
        sentence="To validly tender your options through the offer, you must … deliver the Election Form to us via "
        "facsimile … or hand delivery",
    ),
    "TND-7": Authority(
        decides="A tender is not proper until its defects are cured, before the expiration, or waived, up to the "
        "acceptance, with who, when and why. A waiver takes the tender as made; a defective form never "
        "destroys a valid earlier one.",
        section="§4",
        sentence="No tender of options will be deemed to have been properly made until all defects or irregularities "
        "have been cured by the tendering option holder or waived by us.",
    ),
    "TND-8": Authority(
        decides="What a holder may choose is a term (`exchange.units`): any whole shares, whole grants only, or all "
        "eligible options or none. A form that tenders less than such a unit is defective, and no waiver cures it.",
        section="the offer's terms",
    ),
    "EXP-1": Authority(
        decides="A form is in time if it is received strictly before the expiration, and not before 12:01 a.m. of "
        "the commencement date.",
        section="§4",
        sentence="James Polakiewicz must receive all of the required documents before the expiration date.",
    ),
    "CHG-1": Authority(
        decides="A later proper form replaces the earlier one entirely. One signed before the form or notice that "
        "it would undo is defective; of two signed on the same day the one received last stands.",
        section="§5",
        sentence="If you deliver a new Election Form that is properly signed and dated, it will replace any previously "
        "submitted Election Form, which will be disregarded.",
    ),
    "WDR-1": Authority(
        decides="A proper Notice to Change Election From Accept to Reject, received before the expiration, "
        "withdraws the whole tender.",
        section="§5",
        sentence="To validly withdraw tendered options, you must deliver … a signed and dated Notice to Change "
        "Election From Accept to Reject, with the required information, while you still have the right to withdraw the "
        "tendered options.",
    ),
    "WDR-2": Authority(
        decides="After a withdrawal the options stay outstanding, and are tendered again by a new form before the "
        "expiration only.",
        section="§5",
        sentence="you must properly re-tender the withdrawn options before the expiration date … Otherwise, any "
        "options you withdraw will thereafter be deemed not properly tendered for purposes of the offer and will "
        "remain outstanding.",
    ),
    "WDR-3": Authority(
        decides="What has not been accepted by the stated instant (`withdrawable_after`) may be withdrawn at any "
        "time after it until it is accepted, after the expiration too. Unset, the instant is 12:01 a.m. "
        "of the business day after the fortieth. It does not move with an extension.",
        section="§5; Rule 13e-4(f)(2)(ii)",
        sentence="if we have not accepted your tendered options for exchange by 5:00 p.m., Eastern Standard Time, on "
        "April 28, 2003, you may withdraw your tendered options at any time thereafter.",
    ),
    "CNF-1": Authority(
        decides="The receipt of every form and notice is confirmed at the latest at the end of the fifth business "
        "day after it (`confirm_within`). The confirmation is not an acceptance.",
        section="§6",
        sentence="Within five business days of the receipt of your Election Form or your Notice to Change Election "
        "From Accept to Reject, Alpha will notify the option holder by Confirmation of Receipt.",
    ),
    "EXT-1": Authority(
        decides="An extension is announced by 8:00 a.m. (`extension_deadline`) of the business day after the last "
        "expiration, so also after the close, which it re-opens. Later it is refused, and nothing is accepted before "
        "that instant.",
        section="§15",
        sentence="In the case of an extension, the amendment must be issued no later than 8:00 a.m., Eastern Standard "
        "Time, on the next business day after the last previously scheduled or announced expiration date.",
    ),
    "EXT-2": Authority(
        decides="An extension moves expiration, close, reminders, confirmations, cancellation and grant, but "
        "neither the look-back nor the stated instant of the withdrawal right.",
        section="§2, §15",
        sentence='the term "expiration date" refers to the latest time and date at which the offer, as so extended, '
        "expires.",
    ),
    "AMD-1": Authority(
        decides="A change in consideration, a decrease, or an increase beyond 2% must leave ten whole business "
        "days, another material change as many as `material_days` says; what the terms cannot carry out "
        "is refused. An offer open for fewer than twenty whole business days is warned of.",
        section="§15; Rule 13e-4(d)(2), (e)(3), (f)(1)",
        sentence="If the offer is scheduled to expire at any time earlier than the tenth (10th) business day from, and "
        "including, the date that notice of such increase or decrease is first published, sent or given …, we will "
        "extend the offer so that the offer is open at least ten (10) business days following the publication, sending "
        "or giving of notice.",
    ),
    "CND-1": Authority(
        decides="While one of the five conditions of §7 stands asserted nothing is accepted. It is asserted or "
        "waived before the expiration, or recorded as ended at any time; then acceptance falls due again.",
        section="§7",
        sentence="we will not be required to accept any options tendered for exchange, and we may terminate or amend "
        "the offer, or postpone our acceptance and cancellation of any options tendered for exchange, … if at any time "
        "… prior to the expiration date, any of the following events has occurred",
    ),
    "CND-2": Authority(
        decides="Before the expiration the offer is terminated upon one of the five events of §7, with evidence; "
        "after it while a condition stands asserted. Every tender is returned and every holder told.",
        section="§7, §15; Rule 13e-4(f)(5)",
        sentence="prior to the expiration date to terminate or amend the offer … upon the occurrence of any of the "
        "events listed in Section 7 … we must pay the consideration offered or return the options tendered promptly "
        "after termination or withdrawal of a tender offer.",
    ),
    "CAN-1": Authority(
        decides="Acceptance and cancellation are one act, on the business day after the expiration and after the "
        "last instant for an extension: service is checked and withdrawals are read again, options are "
        "cancelled, balancing options issued.",
        section="§6",
        sentence="Upon the terms and conditions of the offer and as promptly as practicable following the expiration "
        "date, we will accept for exchange and cancel options properly tendered and not validly withdrawn before the "
        "expiration date.",
    ),
    "PRM-1": Authority(
        decides="Every holder whose options are accepted gets a Promise to Grant Stock Option(s): the shares, the "
        "earliest day, the proviso of service.",
        section="§6",
        sentence="As promptly as practicable after we accept and cancel options tendered for exchange, we will issue "
        "to you a Promise to Grant Stock Option(s), by which we will commit to grant stock options to you … covering "
        "the same number of shares as the options canceled pursuant to this offer, provided that you remain an "
        "Eligible Employee on the date on which the grant is to be made.",
    ),
    "LCK-1": Authority(
        decides="From tender to grant a participant gets no other grant; one decided meanwhile is deferred and "
        "granted with the new options.",
        section="§6",
        sentence="If we accept options you tender in the offer, we will defer any grant to you of additional options "
        "for which you may be eligible before the new option grant date until after the new option grant date",
    ),
    "ADJ-1": Authority(
        decides="Splits and stock dividends scale what is promised and outstanding by an exact fraction, tranche "
        "by tranche, whole shares, no cash.",
        section="§2, §6, §9",
        sentence="Your new options will entitle you to purchase the number of shares which is equal to the number of "
        "shares subject to the options you tender, as adjusted for any stock splits, reverse stock splits, stock "
        "dividends and similar events.",
    ),
    "CIC-1": Authority(
        decides="In a merger the promise binds the successor, and the grant waits until it is released. A grant "
        "that is prohibited for good ends every promise.",
        section="Summary Term Sheet, §13",
        sentence="The Promise to Grant Stock Option(s) which we will give you is a binding commitment, and any "
        "successor to our company will be required to honor that commitment.",
    ),
    "GRT-1": Authority(
        decides="New options are granted when the waiting period (`waiting`) after the cancellation is over, on "
        "the first day that is both a business day and a trading day. Never a day early.",
        section="Summary Term Sheet, §6",
        sentence="The six month and one day period begins following the cancellation date.",
    ),
    "GRT-2": Authority(
        decides="The Committee may choose a later grant date; an earlier one is refused, and one more than ten "
        "business days after the first possible day needs a reason.",
        section="Summary Term Sheet, §6",
        sentence="The Committee will select the actual grant date for the new options.",
    ),
    "GRT-3": Authority(
        decides="The exercise price is the closing price of the grant date. Where there is none the grant waits. "
        "The ISO part of an owner of more than 10% of the votes is priced at 110%, rounded up to the "
        "cent.",
        section="§9",
        sentence="the exercise price per share of the new options will be 100% of the fair market value on the date of "
        "grant, as determined by the closing price reported by the Nasdaq National Market on the date of grant.",
    ),
    "GRT-4": Authority(
        decides="A new option runs for the years that `plan.term_years` says of the holder's capacity; a "
        "director's ends 90 days after the directorship, if that is earlier.",
        section="Summary Term Sheet, §9",
        sentence="Your new options will generally expire as to Eligible Employees other than non-employee directors, "
        "ten years from the date of grant, … New options for non-employee directors will expire five years from the "
        "date of grant or 90 days after the optionee ceases to be a director of the Company. New options for employees "
        "who at the time the option is granted owned more than 10% of the outstanding Common Stock of the Company will "
        "expire five years from the date of grant",
    ),
    "GRT-5": Authority(
        decides="Service is checked again on the grant date. The new option agreement is signed before the option "
        "can be exercised.",
        section="Summary Term Sheet",
        sentence="All new options will be subject to a new option agreement between you and us. You must execute the "
        "new option agreement before receiving new options.",
    ),
    "VST-1": Authority(
        decides="A new option vests by the old schedule: what that had vested by the grant date is vested at "
        "grant, later tranches keep their days. A grant without a schedule vests by `plan.vesting`.",
        section="§9",
        sentence="all remaining unvested options will have a vesting schedule that is equivalent to what would have "
        "been in place had the canceled option remained in effect.",
    ),
    "ISO-1": Authority(
        decides="An ISO is replaced by an ISO as far as it qualifies, and the rest is an NSO: $100,000 of value "
        "first exercisable in a calendar year for each holder, employees only, and no later than ten "
        "years after the plan was adopted.",
        section="§6, §14; IRC 422(d), Treas. Reg. 1.422-4",
        sentence="For options to qualify as incentive stock options, the value of shares subject to options that first "
        "become exercisable in any calendar year cannot exceed $100,000, as determined using the option exercise "
        "price. The excess value is deemed to be a non-qualified stock option.",
    ),
    "XCH-2": Authority(
        decides="What is granted vests as `exchange.vesting` says: anew from the grant date, or each vesting date some "
        "months later, where it does not vest by the old schedule (VST-1).",
        section=_OWN_TERMS,
    ),
    "XCH-4": Authority(
        decides="The offer's own terms may have the cancellation on the day of the expiration (`cancel_on`), after "
        "which nothing is extended, and no waiting period (`waiting`): then the grant is on the day of the "
        "cancellation, after it, or on the next day on which a grant can be made. The exercise price may be the close "
        "of the trading day before the grant date, or the average of the high and the low of the grant date, rounded "
        "up to the cent (`price`): until it is known the grant waits, as it does for a close (GRT-3).",
        section=_OWN_TERMS,
    ),
    "PLN-1": Authority(
        decides="The pool: available is authorized less outstanding, exercised and reserved. A cancelled share is "
        "returned and at once reserved for its promise; new options never exceed what is reserved for "
        "them.",
        section="§12",
        sentence="Options we acquire through the offer will be canceled and the shares subject to those options will "
        "be returned to the pool of shares available for grants of new options under the 1994 Stock Plan.",
    ),
    "XCH-1": Authority(
        decides="The ratio: by the exercise price of each cancelled grant so many old shares are exchanged for so many "
        "new ones, rounded for each grant. Shares for which no "
        "whole new one would be given are not accepted. What is not promised returns to the pool for good.",
        section=_OWN_TERMS,
    ),
    "XCH-3": Authority(
        decides="Restricted stock units in place of options: without exercise price, term and type, vesting as the "
        "options would.",
        section=_OWN_TERMS,
    ),
}


def section_of(rule: str) -> str:
    """The section of the Offer to Exchange on which a rule rests; KeyError for an unknown rule."""
    return RULES[rule].section
