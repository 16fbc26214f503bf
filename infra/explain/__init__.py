"""The history of one holder: everything decided about them, in order of time, for `optex explain`."""
