"""A test identity service that behaves as BankID's does, with an authority of its own: for demonstrations and tests."""
