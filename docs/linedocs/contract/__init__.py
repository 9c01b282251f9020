"""What a page promises: how it is read, run, and held against what was accepted."""
