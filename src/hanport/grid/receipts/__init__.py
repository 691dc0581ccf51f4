"""Receipts of orders that anybody can verify: as JSON and as PDF, signed by the company."""
