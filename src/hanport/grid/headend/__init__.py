"""The ways to the meters: one small contract, and an adapter for each kind of head-end system."""
