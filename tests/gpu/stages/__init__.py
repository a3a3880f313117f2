"""What tests/gpu/run does on a machine with a device; travels in the bundle."""
