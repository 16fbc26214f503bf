"""How a run ended, by the name of its state in the Prefect UI: pages, lists and the watch tell runs apart by it."""

DONE = "Completed"
REFUSED = "Refused"
HELD = "Held"
POSTPONED = "Postponed"
NOTHING_TO_DO = "NothingToDo"
