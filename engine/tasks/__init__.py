"""Problems whose answers can be checked: for fine-tuning, for evaluation, as rewards in RL.

``task`` says what a task is and which of its problems are held out. Each other file is one task;
``catalogue`` knows them all by name, ``gym`` brings those of reasoning-gym. No torch.
"""
