"""A search as lines of text: what is written of it, read again, and made a tree. No IO."""
