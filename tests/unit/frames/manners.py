"""Manners to test with."""

from hypothesis import strategies as st

from poseloom.core.manner import Manner, read_manner
from poseloom.core.vocabulary import Motion, Size, Tempo

EVERY = [read_manner(None), *(Manner(motions=(motion,)) for motion in Motion)]
"""The neutral manner, and each motion by itself."""

manners = st.builds(
    lambda motions, avoided, tempo, size: Manner(
        motions=tuple(motion for motion in Motion if motion in motions),
        avoided=tuple(motion for motion in Motion if motion in avoided - motions),
        tempo=tempo,
        size=size,
    ),
    st.frozensets(st.sampled_from(Motion), max_size=3),
    st.frozensets(st.sampled_from([Motion.BREATHE, Motion.SWAY, Motion.FLOAT, Motion.BLINK])),
    st.sampled_from(Tempo),
    st.sampled_from(Size),
)
