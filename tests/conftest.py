"""What all tests share: the same examples on every machine, so that a red test is red again."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("same")
