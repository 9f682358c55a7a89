"""The search in use: the compiled one, or scipy's where numba can't be imported; both give the same answers."""

try:
    from planning.search_threads import pairs, tree
except ImportError:  # numba has no wheel for this machine
    from planning.search_scipy import pairs, tree

__all__ = ["pairs", "tree"]
