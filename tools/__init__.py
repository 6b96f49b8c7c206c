"""What a model can call: registry, calculator, jailed Python, search. Never imports torch."""
