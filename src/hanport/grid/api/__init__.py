"""The JSON API of the service, for the programs of the company."""
