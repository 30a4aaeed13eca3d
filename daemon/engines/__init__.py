"""Embedded models that the daemon holds: started when used, started again, unloaded when idle."""
