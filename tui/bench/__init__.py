"""Measurements of the terminal app: its first paint, and how fast a key press shows."""
