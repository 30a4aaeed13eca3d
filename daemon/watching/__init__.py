"""What changes on disk: configs, files with certificates, weights."""
