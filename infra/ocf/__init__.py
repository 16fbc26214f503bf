"""Open Cap Table (OCF 1.2.0): a cap table taken in as an offer's folder, and what the offer did handed back."""
