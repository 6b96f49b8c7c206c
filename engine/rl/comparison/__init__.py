"""The presets on one task with equal rollouts, each from several seeds, in one table.

What is equal is the budget of attempts, those of replaced groups included: a preset that resamples
(DAPO) takes as many steps fewer as its resampling costs.

Without torch: ``wanted`` says what is compared, ``spent`` counts attempts, ``trained`` sees to the
runs, ``rows`` makes figures of the seeds and ``report`` a document of the rows. With torch:
``measured`` finds out what came of a run, ``drift`` how far it went from its parent, and
``compare`` goes from run to run.
"""
