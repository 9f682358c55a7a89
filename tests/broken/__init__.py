"""Broken inputs as files, and the words their messages must contain (``cases.toml``); ``make.py`` remakes them."""
