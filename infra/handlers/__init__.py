"""What is done to an offer when something arrives: weighed, recorded and carried out, in one transaction."""
