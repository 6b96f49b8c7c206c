"""The checkpoints that ship with the lab: folders ``nano/STAGE`` with weights and a model card."""
