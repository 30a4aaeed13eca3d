"""Parts of the judge's benchmark."""
