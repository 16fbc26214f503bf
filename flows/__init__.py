"""Prefect flows, one file a step, in the order of an offer's life.

open_offer, remind, close_offer, extend_offer (its deadline), cancel_options, withdrawal, recheck_employment, regrant;
then intake (what arrives), watch (what was missed), simulate (a whole offer on a virtual clock) and cli (`optex`).
"""
