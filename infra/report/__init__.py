"""The report: one page of figures about an offer, complete in itself."""
