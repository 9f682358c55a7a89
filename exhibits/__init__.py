"""What is handed in: outcomes become maps, ledgers and text."""
