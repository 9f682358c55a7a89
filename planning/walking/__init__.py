"""Who walks and how long it takes: profiles, the network, searches, nearest, routes, isochrones."""
