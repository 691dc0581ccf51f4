"""Letters: printed in batches, for customers who are told by no other way, and with codes for those without BankID."""
