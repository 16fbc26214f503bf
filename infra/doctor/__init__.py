"""What a machine needs to run an offer, looked at without changing anything: each check is one finding."""
