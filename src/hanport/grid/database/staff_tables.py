"""The tables of staff: who may log in to the staff's pages, and with which second factor."""
