"""The files in which searches are kept: written while they run, found and read afterwards."""
