"""How hypothesis runs here: no deadline on shared machines, and few enough examples for every commit."""

from hypothesis import settings

settings.register_profile("poseloom", deadline=None, max_examples=60)
settings.load_profile("poseloom")
