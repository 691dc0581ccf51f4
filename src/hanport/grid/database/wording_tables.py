"""The tables of wordings: the texts that staff edit, with their history."""
