"""What leaves a vault, in which shape, and where to."""
