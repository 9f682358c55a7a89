"""The screen: maps, headline figures, cards and charts that the pages show."""
