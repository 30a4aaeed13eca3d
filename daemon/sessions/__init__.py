"""Editors: one language server for each connection, whose searches are jobs of the daemon."""
