"""Fonts that come with the tool, and how they were made; the licence stands in OFL.txt."""
