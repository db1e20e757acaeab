"""A canvas for a folder of poses that has none: hub and spoke."""

from collections.abc import Sequence

from poseloom.core.canvas import ANY, Canvas, Condition, Edge, Input, InputType, Node


def draft_canvas(name: str, images: Sequence[tuple[str, str]]) -> Canvas:
    """Draft a canvas: a loop for every pose, a way from the hub to each other pose and back, a trigger for every pose.

    The hub is the alphabetically first pose whose name starts with "idle", else the first.

    Args:
        name: The mascot's name.
        images: (pose name, image path) of at least one pose; names differ.
    """
    ordered = sorted(images)
    hub = next((pose for pose, _ in ordered if pose.lower().startswith("idle")), ordered[0][0])
    poses = [hub, *(pose for pose, _ in ordered if pose != hub)]
    spokes = poses[1:]
    paths = dict(images)
    loops = [Edge(id=f"{pose}-loop", source=pose, target=pose) for pose in poses]
    forwards = [Edge(id=f"{hub}-{pose}", source=hub, target=pose, reverse=False) for pose in spokes]
    reverses = [Edge(id=f"{pose}-{hub}", source=pose, target=hub, reverse=True) for pose in spokes]
    anywhere = [
        Edge(id=f"any-{pose}", source=ANY, target=pose, conditions=(Condition(input=pose),))
        for pose in (poses if spokes else [])
    ]
    return Canvas(
        name=name,
        initial_node=hub,
        nodes=tuple(Node(id=pose, name=_title(pose), image=paths[pose]) for pose in poses),
        edges=(*loops, *forwards, *reverses, *anywhere),
        inputs=tuple(Input(name=pose, type=InputType.TRIGGER) for pose in poses),
    )


def _title(pose: str) -> str:
    return pose.replace("-", " ").replace("_", " ").title()
