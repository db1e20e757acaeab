"""Progress of clips in the making: bars on a terminal, lines elsewhere."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from poseloom.core.plan import Plan
from poseloom.core.recipe import Recipe
from poseloom.ports.render import ClipDone, ClipFailed, FramesDone, RenderEvent
from poseloom.usecases.animate import Watcher


class ProgressWatcher(Watcher):
    """A bar for all frames and one for each edge under way, with the time that remains."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._bars: dict[str, TaskID] = {}
        self._frames: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._total: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def plan_made(self, plan: Plan, recipes: Mapping[str, Recipe]) -> None:
        """Open the bar for everything."""
        self._frames = {line.edge_id: recipes[line.edge_id].frame_count for line in plan.list_made()}
        self._total = self._progress.add_task("all edges", total=sum(self._frames.values()))

    def hear(self, event: RenderEvent) -> None:
        """Move the bars."""
        match event:
            case FramesDone(edge_id=edge_id, frame_count=frame_count):
                self._move(edge_id, frame_count)
            case ClipDone(edge_id=edge_id):
                self._move(edge_id, self._frames.get(edge_id, 0))
                self._close(edge_id)
                self._progress.console.print(f"[green]✓[/green] {edge_id}")
            case ClipFailed(edge_id=edge_id):
                self._close(edge_id)
                self._progress.console.print(f"[red]✗[/red] {edge_id}")

    def _move(self, edge_id: str, frame_count: int) -> None:
        if edge_id not in self._bars:
            self._bars[edge_id] = self._progress.add_task(edge_id, total=self._frames.get(edge_id))
        self._progress.update(self._bars[edge_id], completed=frame_count)
        self._done[edge_id] = frame_count
        if self._total is not None:
            self._progress.update(self._total, completed=sum(self._done.values()))

    def _close(self, edge_id: str) -> None:
        if edge_id in self._bars:
            self._progress.remove_task(self._bars.pop(edge_id))


class PlainWatcher(Watcher):
    """A line for each finished edge."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._count = 0
        self._total = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def plan_made(self, plan: Plan, recipes: Mapping[str, Recipe]) -> None:
        """Learn how many edges there are."""
        del recipes
        self._total = len(plan.list_made())

    def hear(self, event: RenderEvent) -> None:
        """Print what ended."""
        if isinstance(event, FramesDone):
            return
        self._count += 1
        outcome = "done" if isinstance(event, ClipDone) else "failed"
        self._console.print(f"[{self._count}/{self._total}] {event.edge_id} {outcome}", markup=False)
