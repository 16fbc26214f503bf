"""What is written out: the ledgers as CSV files, and the plan as a calendar file."""
