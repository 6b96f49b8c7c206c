"""The numbered panes: a subject each, mounted when first looked at."""
