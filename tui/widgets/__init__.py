"""Widgets, a file each; all text from outside is drawn as plain text, never as markup."""
