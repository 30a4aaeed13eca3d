"""The daemon from Python: the same jobs as of editors and the command line. Standard library only,
beside this package and daemon/thin/: importing it costs milliseconds."""
