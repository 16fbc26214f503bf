"""Prefect tasks, shared by all flows: the rules as tasks, and one effect each."""
