"""How long a plan takes, and that it is linear in the number of edges."""

import statistics
import time

from poseloom.core.canvas import Canvas, Edge, Node
from poseloom.core.plan import Order, make_plan

SIZES = (1_000, 10_000, 100_000)
RUNS = 5


def build_canvas(edge_count: int) -> Canvas:
    """Build loops, pairs and lone forwards over a hundredth as many nodes."""
    nodes = tuple(Node(id=f"n{index}", name=f"n{index}", image="n.png") for index in range(edge_count // 100))
    edges = tuple(
        Edge(id=f"e{index}", source=f"n{index % len(nodes)}", target=f"n{index * 7919 // 3 % len(nodes)}")
        for index in range(edge_count)
    )
    return Canvas(name="bench", initial_node="n0", nodes=nodes, edges=edges)


def run(uv: str) -> None:
    del uv
    print("plan: edges, seconds (median of 5), time per edge against 1,000 edges")
    base = None
    for size in SIZES:
        canvas = build_canvas(size)
        seconds = statistics.median(_time(canvas) for _ in range(RUNS))
        base = base or seconds / size
        print(f"  {size:>7,}  {seconds:.4f} s  ×{seconds / size / base:.2f}")
    print()


def _time(canvas: Canvas) -> float:
    start = time.perf_counter()
    make_plan(canvas, Order())
    return time.perf_counter() - start
