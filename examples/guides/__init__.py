"""One example for each guide, with the same name."""
