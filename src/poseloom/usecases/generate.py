"""One call, every clip: plan, charge, queue – together or not at all (spec/plan.md, spec/job.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from poseloom.core.asset import KINDS, AssetKind, derive_asset_id
from poseloom.core.budget import check_budget
from poseloom.core.caller import Caller
from poseloom.core.catalogue import Catalogue, GeneratorFacts
from poseloom.core.clip import EdgeClip
from poseloom.core.duration import count_frames
from poseloom.core.error import MissingImages
from poseloom.core.identity import Prefix
from poseloom.core.job import Batch, Job, JobState, JobType
from poseloom.core.ledger import charge, name_account
from poseloom.core.plan import Action, Line, Order, Plan, Reason, make_plan
from poseloom.core.quote import (
    Quote,
    check_quote,
    expire_quote,
    find_quote,
    fingerprint_order,
    fingerprint_plan,
)
from poseloom.core.request import GenerateAll
from poseloom.core.stored_canvas import StoredCanvas
from poseloom.ports.runner import Lane, QueuedJob
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find_canvas
from poseloom.usecases.pose import Poses, choose_framing, find_poses


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What came of a call.

    Attributes:
        jobs: What was queued, by edge id.
        balance: Of the workspace, after the call.
        quote: Of a dry run.
    """

    plan: Plan
    jobs: Mapping[str, Job]
    balance: Fraction
    dry_run: bool
    quote: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What the parts of one call share."""

    unit: Unit
    caller: Caller
    catalogue: Catalogue
    tools: Tools
    stored: StoredCanvas
    clips: Mapping[str, EdgeClip]
    live: Mapping[str, Job]


def generate_all(
    unit: Unit,
    caller: Caller,
    address: tuple[str, str],
    request: GenerateAll,
    *,
    catalogue: Catalogue,
    tools: Tools,
) -> Generation:
    """Queue a job for every edge that lacks a clip, and charge for it.

    Args:
        unit: Saves all of it, or nothing.
        caller: Who pays.
        address: Ids of the collection and its canvas.
        request: The options of the call.
        catalogue: What this server offers.
        tools: Clock and dice.

    Raises:
        NotFound: There is no such canvas for this caller.
        InvalidOrder: An option names an edge or a generator that is not there, or the generator cannot make a clip.
        MissingImages: A clip is to be made and one of its poses has no picture.
        InsufficientCredits: The balance does not cover the price.
        BudgetExceeded: The price is above `max_credits`.
        QuoteExpired: The quote is too old or not this canvas'.
        QuoteChanged: The canvas asks for other work than was quoted.
        PoseOutOfFrame: A new pose reaches out of the frame that the canvas' clips share.
    """
    stored = find_canvas(unit, caller, *address, to_change=True)
    live = {job.edge_id: job for job in unit.jobs.list_live(stored.id) if job.edge_id is not None}
    desk = _Desk(
        unit=unit, caller=caller, catalogue=catalogue, tools=tools,
        stored=stored, clips=unit.clips.read(stored.id), live=live,
    )  # fmt: skip
    generator = catalogue.choose_generator(request.generator, stored.generator)
    quote = None
    if request.quote_id is not None:
        kept = unit.quotes.find(caller.workspace_id, request.quote_id)
        quote = find_quote(kept, canvas_id=stored.id, now=tools.now())
    # A dry run is told today's price: an old quote must not beget a new one.
    rate = generator.rate if quote is None or request.dry_run else quote.rate
    plan = make_plan(
        stored.canvas,
        replace(request.order, rate=rate),
        clips=desk.clips.keys(),
        in_flight=live.keys(),
        lengths=_measure(desk),
    )
    _check_clips(desk, plan, generator)
    order_fingerprint = fingerprint_order(generator.name, request.seed)
    if quote is not None and not request.dry_run:
        check_quote(quote, plan, order_fingerprint)
    check_budget(plan.total_credits, request.max_credits)
    if request.dry_run:
        return _quote(desk, plan, rate, order_fingerprint)
    return queue_plan(desk, plan, generator, request.seed)


def retry_failed(
    unit: Unit, caller: Caller, address: tuple[str, str], *, catalogue: Catalogue, tools: Tools
) -> Generation:
    """Queue the failed edges of a canvas again, each as long as it was, and charge for them.

    Raises:
        NotFound: There is no such canvas for this caller.
        InvalidOrder: The generator cannot make a clip any more.
        MissingImages: A clip is to be made and one of its poses has no picture.
        InsufficientCredits: The balance does not cover the price.
        PoseOutOfFrame: A new pose reaches out of the frame that the canvas' clips share.
    """
    stored = find_canvas(unit, caller, *address, to_change=True)
    clips = unit.clips.read(stored.id)
    last = unit.jobs.list_last(stored.id)
    known = {edge.id for edge in stored.canvas.edges}
    failed = {
        edge_id: job
        for edge_id, job in last.items()
        if job.state is JobState.FAILED and edge_id not in clips and edge_id in known
    }
    live = {edge_id: job for edge_id, job in last.items() if not job.state.is_final}
    desk = _Desk(
        unit=unit, caller=caller, catalogue=catalogue, tools=tools, stored=stored, clips=clips, live=live
    )  # fmt: skip
    generator = catalogue.choose_generator(
        next((job.generator for job in failed.values() if job.generator in catalogue.generators), stored.generator)
    )
    edges = tuple(
        replace(edge, duration_seconds=failed[edge.id].duration_seconds) if edge.id in failed else edge
        for edge in stored.canvas.edges
    )
    order = Order(edge_ids=frozenset(failed), rate=generator.rate)
    plan = make_plan(
        replace(stored.canvas, edges=edges), order, clips=clips.keys(), in_flight=live.keys(), lengths=_measure(desk)
    )
    _check_clips(desk, plan, generator)
    # What was ordered then is how long the clip is now; the canvas itself keeps saying what it said.
    kept = replace(plan, canvas=replace(stored.canvas, edges=stored.canvas.edges + plan.created))
    return queue_plan(desk, kept, generator, None)


def _check_clips(desk: _Desk, plan: Plan, generator: GeneratorFacts) -> None:
    """Refuse an order of clips that the generator cannot make; reverses are made here, whoever made their forwards."""
    size = desk.stored.canvas.size or desk.catalogue.size
    for line in plan.list_made():
        if line.action is Action.RENDER:
            generator.check_clip(duration_seconds=line.duration_seconds, size=size, is_loop=line.source == line.target)


def _measure(desk: _Desk) -> dict[str, Fraction]:
    """Return how long the clips are that are there, and those that are under way, which will be there."""
    lengths = {edge_id: clip.duration_seconds for edge_id, clip in desk.clips.items()}
    return lengths | {edge_id: job.duration_seconds for edge_id, job in desk.live.items()}


def _quote(desk: _Desk, plan: Plan, rate: Fraction, order_fingerprint: str) -> Generation:
    """Answer what the call would do, and keep its price."""
    now = desk.tools.now()
    quote = Quote(
        id=desk.tools.mint(Prefix.QUOTE),
        canvas_id=desk.stored.id,
        rate=rate,
        total_credits=plan.total_credits,
        plan_fingerprint=fingerprint_plan(plan),
        order_fingerprint=order_fingerprint,
        expires_at=expire_quote(now),
    )
    desk.unit.quotes.add(quote, desk.caller.workspace_id, now)
    balance = desk.unit.ledger.read_balance(name_account(desk.caller.workspace_id))
    return Generation(plan=plan, jobs={}, balance=balance, dry_run=True, quote=quote)


def queue_plan(desk: _Desk, plan: Plan, generator: GeneratorFacts, seed: int | None) -> Generation:
    """Charge for a plan and queue its jobs."""
    account = name_account(desk.caller.workspace_id)
    balance = desk.unit.ledger.lock_balance(account)
    made = plan.list_made()
    if not made:
        return Generation(plan=plan, jobs={}, balance=balance, dry_run=False)
    # The whole price is asked for before anything is taken, so that a refusal names it.
    charge(desk.stored.id, account, plan.total_credits, balance)
    batch = _write_batch(desk, plan, generator, seed)
    jobs = _write_jobs(desk, made, batch, plan)
    _save(desk, plan, batch, jobs)
    entries = [charge(job.id, account, job.cost_credits, balance) for job in jobs.values() if job.cost_credits]
    desk.unit.ledger.book(
        entries, workspace_id=desk.caller.workspace_id, note=f"clips of {desk.stored.id}", now=desk.tools.now()
    )
    return Generation(plan=plan, jobs=jobs, balance=balance - plan.total_credits, dry_run=False)


def _save(desk: _Desk, plan: Plan, batch: Batch, jobs: Mapping[str, Job]) -> None:
    unit, stored = desk.unit, desk.stored
    unit.batches.add(batch)
    unit.jobs.add(*jobs.values())
    changed: dict[str, object] = {"framing": batch.framing, "revision": stored.revision + 1}
    if plan.created:
        changed |= {"canvas": plan.canvas, "version": stored.version + 1, "updated_at": desk.tools.now()}
    unit.canvases.change(stored.id, **changed)
    unit.enqueue([queue_job(job, desk.catalogue) for job in jobs.values() if job.forward_job_id is None])


def queue_job(job: Job, catalogue: Catalogue) -> QueuedJob:
    """Return what the durable engine is told of a job."""
    facts = catalogue.generators.get(job.generator)
    is_remote = facts is not None and facts.is_remote and job.type is JobType.ANIMATION
    return QueuedJob(id=job.id, lane=Lane.REMOTE if is_remote else Lane.RENDER, workspace_id=job.workspace_id)


def _write_batch(desk: _Desk, plan: Plan, generator: GeneratorFacts, seed: int | None) -> Batch:
    canvas = desk.stored.canvas
    poses = find_poses(desk.unit, desk.caller, [node.asset_id for node in canvas.nodes if node.asset_id is not None])
    _check_pictures(plan, poses)
    renewed = {line.edge_id for line in plan.list_made()}
    kept = (desk.clips.keys() - renewed) | {line.edge_id for line in plan.lines if line.reason is Reason.IN_FLIGHT}
    return Batch(
        id=desk.tools.mint(Prefix.ORDER),
        workspace_id=desk.caller.workspace_id,
        poses=poses.list_hashes(),
        framing=choose_framing(canvas, poses, desk.stored.framing, kept),
        size=canvas.size or desk.catalogue.size,
        fps=canvas.fps or desk.catalogue.fps,
        formats=desk.catalogue.formats,
        quality=desk.catalogue.quality,
        generator=generator.name,
        seed=seed,
        created_at=desk.tools.now(),
    )


def _check_pictures(plan: Plan, poses: Poses) -> None:
    """Refuse an order whose nodes name pictures that have gone since."""
    pictures = {node.id: node.asset_id for node in plan.canvas.nodes}
    gone = [line for line in plan.list_made() if {pictures[line.source], pictures[line.target]} - poses.assets.keys()]
    if gone:
        nodes = [node_id for node_id, asset_id in pictures.items() if asset_id not in poses.assets]
        edges = [line.edge_id for line in gone]
        raise MissingImages(
            f"nodes without a picture: {', '.join(nodes)} (needed by {', '.join(edges)}); give each an image",
            nodes=nodes,
            edges=edges,
        )


def _write_jobs(desk: _Desk, made: Sequence[Line], batch: Batch, plan: Plan) -> dict[str, Job]:
    """Write the jobs by edge id; forwards first, since their reverses name them."""
    jobs: dict[str, Job] = {}
    prompts = {edge.id: edge.description for edge in plan.canvas.edges}
    pictures = {node.id: str(node.asset_id) for node in plan.canvas.nodes}
    for line in sorted(made, key=lambda line: line.action is Action.REVERSE):
        job_id = desk.tools.mint(Prefix.JOB)
        is_loop = line.source == line.target
        kinds = list_outputs(batch, keeps_frames=not is_loop and line.action is Action.RENDER)
        forward_job_id, frames_asset_id = _find_forward(desk, line, jobs)
        now = desk.tools.now()
        jobs[line.edge_id] = Job(
            id=job_id,
            workspace_id=desk.caller.workspace_id,
            collection_id=desk.stored.collection_id,
            canvas_id=desk.stored.id,
            edge_id=line.edge_id,
            item_id=None,
            batch_id=batch.id,
            type=JobType.REVERSE if line.action is Action.REVERSE else JobType.ANIMATION,
            state=JobState.PENDING,
            generator=batch.generator,
            source_asset_id=pictures[line.source],
            target_asset_id=pictures[line.target],
            is_loop=is_loop,
            duration_seconds=line.duration_seconds,
            # A reverse plays its forward's frames, whatever is said of itself.
            prompt=prompts[line.forward_id or line.edge_id],
            label=line.source if is_loop else f"{line.source}-{line.target}",
            cost_credits=line.credits,
            assets={kind: derive_asset_id(job_id, kind) for kind in kinds},
            created_at=now,
            updated_at=now,
            frames_total=count_frames(line.duration_seconds, batch.fps),
            forward_job_id=forward_job_id,
            frames_asset_id=frames_asset_id,
        )
    return jobs


def list_outputs(batch: Batch, *, keeps_frames: bool) -> list[AssetKind]:
    """Return what a job of a batch makes."""
    kinds = [*(KINDS[fmt] for fmt in batch.formats), AssetKind.POSTER]
    return [*kinds, AssetKind.FRAMES] if keeps_frames else kinds


def _find_forward(desk: _Desk, line: Line, jobs: Mapping[str, Job]) -> tuple[str | None, str | None]:
    """Return the job that a reverse waits for, None when its forward's clip is there, and the frames that it plays."""
    if line.forward_id is None:
        return None, None
    forward = jobs.get(line.forward_id) or desk.live.get(line.forward_id)
    if forward is not None:
        return forward.id, forward.assets[AssetKind.FRAMES]
    return None, desk.clips[line.forward_id].assets[AssetKind.FRAMES]
