"""The search in use: the compiled one, or scipy's where numba can't be imported; both give the same answers."""

from geodata.compiled import COMPILES

if COMPILES:
    from planning.walking.search_threads import pairs, tree
else:
    from planning.walking.search_scipy import pairs, tree

__all__ = ["pairs", "tree"]
