"""What a checkpoint can do, held against the truth: facts by exposure, skills, bits per byte."""
