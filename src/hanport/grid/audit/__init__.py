"""The log that cannot be changed unseen: each entry is chained to the one before by its hash."""
