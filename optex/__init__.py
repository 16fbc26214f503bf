"""The rules of a stock option exchange offer: facts and an instant go in, a decision comes out. No clock, no I/O.

What an option exchange is. A company's stock has fallen below the price of the options that its people hold, so that
the options are worth nothing to them. The company offers an exchange: whoever likes *tenders* options by an Election
Form, and may change or withdraw it until the offer *expires* (5 p.m. on the last day). On the next business day the
company *accepts*: the tendered options are *cancelled*, what was not tendered of a grant goes on as a *balancing
option*, and each holder gets a *promise* of new options. Were the new ones granted within six months, their accounting
would spoil the exchange; so the company waits six months and one day, and then grants them to whoever is still in
service, at that day's closing price. All of it is a tender offer under SEC Rule 13e-4, with its deadlines. The rules
below carry the ids of `authority`, which has for each of them the section of the Offer to Exchange and its words.

Which module holds which part, in the order of an offer's life:

    fields, toml                    how an id, a day or a price is written and read; TOML with the line of every key
    terms, calendar, clock          what the offer says; its business and trading days; what is written on its clock
    milestones, steps               the dated schedule, a row for each kind of step; the steps in versions
    records                         holders, service, grants and forms, as they are keyed in
    eligibility                     who may tender, whose tender may be accepted, who may receive new options
    defects, election               one form by itself: in time, proper, what it tenders; all of a holder: which stands
    exchange, unit_words            how many new shares are given for the old ones; units in place of options, in words
    cancellation                    what is accepted; cancellations, balancing options and promises
    adjustment, adjusted_holdings   what a split makes of options and promises; other grants meanwhile are deferred
    ledger_of_the_day               in which shares a form is read: those of the day on which it was signed
    vesting, market, iso, grant     promise, price and schedule become new options
    exchange_words                  how the offer's own terms have vesting, price and waiting, in prose
    option_reasons                  why an option is as it is, in words that go on record with it
    pool                            the plan's pool of shares, and the sums that must balance
    action, actions                 what an operator may do, one class each; the state is what was done, replayed
    state, changes                  where an offer stands, and what may change it
    open_days, amendments           whole business days, how many a change needs, and which change the terms carry out
    batch                           the same rules for everyone at once
    notices, notice_data            which letter goes to whom under which key, and what it states
    formatting                      how days, instants, money and counts are written
    warnings, exchange_warnings     what is lawful but deserves a second look before the offer opens
    errors                          a refusal is a value, a `Ruling`; an exception is for broken input

Start with `milestones`, then `election`, then `grant`: the dates, the forms, and the new options.
"""
