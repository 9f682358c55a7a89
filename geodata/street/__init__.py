"""The streets an elder can walk: from files to a graph, and doors snapped to it."""
