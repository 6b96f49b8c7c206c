"""Measurements of the engine that a person can repeat: ``llmlab bench NAME``."""
