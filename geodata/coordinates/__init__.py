"""Coordinate systems: which one numbers are in, the datum shifts of Chinese maps, and the study's metric system."""
