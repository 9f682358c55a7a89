"""Atlas: an outcome as a book of A3 maps, vector PDF, every figure from the outcome itself."""

from exhibits.atlas.book import make

__all__ = ["make"]
