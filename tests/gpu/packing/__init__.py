"""Makes the bundle that tests/gpu/run takes to a machine with a device."""
