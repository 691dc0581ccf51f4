"""The steps, in their order by `down_revision`."""
