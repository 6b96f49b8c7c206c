"""What the Runs pane knows and says: runs, their curves, where they came from."""
