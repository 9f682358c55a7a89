"""What it means: City becomes walking times, coverage and findings; no screen."""
