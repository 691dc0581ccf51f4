"""The tables of notices and letters: what customers are told, and the codes that come by letter."""
