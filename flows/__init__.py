"""Prefect flows, one file a step, in the order of an offer's life.

open_offer, remind, close_offer, extension_deadline, cancel_options, withdrawal_right, recheck_employment, regrant;
actions (what operators do), follow_up (what follows every change), watch (what was missed), simulate (a whole offer on
a virtual clock); cli/ is the command `optex`, serve/ what `optex serve` runs, manual/ the reference pages of docs/.
"""

from pathlib import Path

from optex_command import foreign

# A worker imports a flow by its module, and `python -m flows.cli` runs one. With this name Python says it in one line.
if problem := foreign(Path(__file__).parents[1]):
    raise ImportError(problem, name=__name__)
