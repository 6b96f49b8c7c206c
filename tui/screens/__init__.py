"""Dialogs: questions that a key press raises. Each returns one value to whoever pushed it."""
