"""What the company knows: customers, contracts, facilities, meters, powers, and how it is brought in."""
