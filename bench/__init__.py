"""The figures of DESIGN.md section 5, each with its peer in the same run: `make bench`."""
