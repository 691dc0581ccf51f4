"""Who it is, by BankID: asking it, reading its answers, proving its signatures."""
