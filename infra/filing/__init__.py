"""The filing pack: the facts of an offer, and plain drafts, for the counsel who files them on Schedule TO."""
