"""A stand-in for a network company's head-end: takes commands in two forms, drives virtual meters, answers later."""
