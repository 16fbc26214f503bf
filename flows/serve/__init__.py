"""`optex serve`: Prefect server, worker and deployments of one machine as one command."""
