"""The chapters of the tutorial."""
