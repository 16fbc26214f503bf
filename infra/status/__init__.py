"""Where an offer stands: for `optex status`, for the dashboard in the Prefect UI, and what somebody must see to."""
