"""Random canvases, and what can happen to them."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from poseloom.core.canvas import ANY, Canvas, Condition, Edge, Exit, Input, InputType, Node, Operator
from poseloom.core.error import InvalidCanvas
from poseloom.core.kind import classify
from poseloom.core.machine import ClipEnded, Event, FireTrigger, GoTo, LoopEnded, SetInput, TimePassed
from poseloom.core.system import CLICKED, LOOP_COUNT, MOUSE_OVER, NODE_TIME

NODE_IDS = ("a", "b", "c", "d")
INPUTS = (
    Input(name="go", type=InputType.BOOLEAN),
    Input(name="level", type=InputType.NUMBER, default=1.5),
    Input(name="wave", type=InputType.TRIGGER),
)
STATES = ("claudeCode::isIdle", "claudeCode::isWorking", "agent::isIdle")
NAMES = (*(item.name for item in INPUTS), CLICKED, MOUSE_OVER, LOOP_COUNT, NODE_TIME, "ghost", *STATES)

values = st.booleans() | st.integers(-2, 4) | st.sampled_from([0.5, 1.5, 2.5])
conditions = st.builds(Condition, input=st.sampled_from(NAMES), operator=st.sampled_from(list(Operator)), value=values)
durations = st.integers(2, 20).map(lambda halves: Fraction(halves, 2))


@st.composite
def edges(draw: st.DrawFn, edge_id: str) -> Edge:
    """Draw an edge of any kind."""
    return Edge(
        id=edge_id,
        source=draw(st.sampled_from((*NODE_IDS, ANY))),
        target=draw(st.sampled_from(NODE_IDS)),
        conditions=draw(st.lists(conditions, max_size=2).map(tuple)),
        priority=draw(st.integers(-1, 2)),
        reverse=draw(st.sampled_from((None, None, None, False, True))),
        exit=draw(st.sampled_from(Exit)),
    )


@st.composite
def canvases(draw: st.DrawFn) -> Canvas:
    """Draw a valid canvas; a `reverse: true` that finds no forward is taken back."""
    count = draw(st.integers(0, 10))
    return settle_flags(
        Canvas(
            name="Miu",
            initial_node=draw(st.sampled_from(NODE_IDS)),
            nodes=tuple(Node(id=node_id, name=node_id.upper(), image=f"{node_id}.png") for node_id in NODE_IDS),
            edges=tuple(draw(edges(f"e{number}")) for number in range(count)),
            inputs=INPUTS,
        )
    )


def settle_flags(canvas: Canvas) -> Canvas:
    """Take back each `reverse: true` that finds no forward."""
    while True:
        try:
            classify(canvas)
        except InvalidCanvas as error:
            lone = error.fields["edge"]
            canvas = replace(
                canvas, edges=tuple(replace(edge, reverse=None) if edge.id == lone else edge for edge in canvas.edges)
            )
        else:
            return canvas


@st.composite
def marked_canvases(draw: st.DrawFn) -> tuple[Canvas, frozenset[str], frozenset[str]]:
    """Draw a canvas, which of its edges have a clip, and which have a job under way."""
    canvas = draw(canvases())
    real = [edge.id for edge in canvas.edges if not edge.is_any_state]
    some = st.frozensets(st.sampled_from(real)) if real else st.just(frozenset[str]())
    return canvas, draw(some), draw(some)


happenings: st.SearchStrategy[Event] = st.one_of(
    st.builds(SetInput, st.sampled_from(NAMES), values),
    st.builds(SetInput, st.text(max_size=3), st.none() | st.text(max_size=3) | st.floats() | st.integers()),
    st.builds(SetInput, st.sampled_from(NAMES), st.floats() | st.just(10**400)),
    st.builds(FireTrigger, st.sampled_from(NAMES)),
    st.just(ClipEnded()),
    st.just(LoopEnded()),
    st.builds(TimePassed, st.floats() | st.integers(0, 4) | st.just(10**400)),
)
"""What happens by itself, or because a user or an app says something."""

events: st.SearchStrategy[Event] = happenings | st.builds(GoTo, st.sampled_from(["a", "b", "c", "nowhere"]))
"""The same, and hosts that ask for a node: there a mascot goes whatever the conditions."""
