"""One clip outside a canvas: two pictures, or one that loops."""

from dataclasses import dataclass
from fractions import Fraction

from poseloom.core.asset import AssetKind, derive_asset_id
from poseloom.core.caller import Caller
from poseloom.core.catalogue import Catalogue
from poseloom.core.duration import count_frames
from poseloom.core.error import InvalidOrder
from poseloom.core.framing import measure_framing
from poseloom.core.identity import Prefix
from poseloom.core.job import Batch, Job, JobState, JobType
from poseloom.core.ledger import charge, name_account
from poseloom.core.price import price_clip
from poseloom.core.request import AnimationOrder
from poseloom.ports.tool import Tools
from poseloom.ports.unit import Unit
from poseloom.usecases.find import find_collection
from poseloom.usecases.generate import list_outputs, queue_job
from poseloom.usecases.pose import Poses, find_poses


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """What was queued.

    Attributes:
        reverse: Waits for the job; None when none was wanted.
        balance: Of the workspace, after the call.
    """

    job: Job
    reverse: Job | None
    balance: Fraction


def generate_animation(
    unit: Unit, caller: Caller, collection_id: str, order: AnimationOrder, *, catalogue: Catalogue, tools: Tools
) -> Animation:
    """Queue one clip, and its reverse when that is wanted, and charge for it.

    Raises:
        NotFound: There is no such collection for this caller.
        InvalidOrder: There is no such generator or it cannot make the clip, or an asset is no picture of the caller's.
        InsufficientCredits: The balance does not cover the price.
    """
    find_collection(unit, caller, collection_id, to_fill=True)
    generator = catalogue.choose_generator(order.generator)
    generator.check_clip(
        duration_seconds=order.duration_seconds, size=order.size or catalogue.size, is_loop=order.is_loop
    )
    poses = find_poses(unit, caller, [order.source_image_asset_id, order.target_image_asset_id])
    _check_pictures(order, poses)
    account = name_account(caller.workspace_id)
    balance = unit.ledger.lock_balance(account)
    price = price_clip(order.duration_seconds, generator.rate)
    batch = Batch(
        id=tools.mint(Prefix.ORDER),
        workspace_id=caller.workspace_id,
        poses=poses.list_hashes(),
        framing=measure_framing([asset.extent for asset in poses.assets.values() if asset.extent is not None]),
        size=order.size or catalogue.size,
        fps=order.fps or catalogue.fps,
        formats=catalogue.formats,
        quality=catalogue.quality,
        generator=generator.name,
        seed=order.seed,
        created_at=tools.now(),
    )
    job = _write_job(collection_id, order, batch, price, tools)
    entry = charge(job.id, account, price, balance)
    reverse = _write_reverse(job, batch, tools) if order.auto_reverse else None
    unit.batches.add(batch)
    unit.jobs.add(*([job] if reverse is None else [job, reverse]))
    unit.enqueue([queue_job(job, catalogue)])
    if price:
        unit.ledger.book([entry], workspace_id=caller.workspace_id, note="one clip", now=tools.now())
    return Animation(job=job, reverse=reverse, balance=balance - price)


def _check_pictures(order: AnimationOrder, poses: Poses) -> None:
    for field, asset_id in (
        ("source_image_asset_id", order.source_image_asset_id),
        ("end_image_asset_id", order.target_image_asset_id),
    ):
        if asset_id not in poses.assets:
            raise InvalidOrder(f"{field}: there is no picture {asset_id!r} here; upload it first", field=field)


def _write_job(collection_id: str, order: AnimationOrder, batch: Batch, price: Fraction, tools: Tools) -> Job:
    job_id, now = tools.mint(Prefix.JOB), tools.now()
    return Job(
        id=job_id,
        workspace_id=batch.workspace_id,
        collection_id=collection_id,
        canvas_id=None,
        edge_id=None,
        item_id=None,
        batch_id=batch.id,
        type=JobType.ANIMATION,
        state=JobState.PENDING,
        generator=batch.generator,
        source_asset_id=order.source_image_asset_id,
        target_asset_id=order.target_image_asset_id,
        is_loop=order.is_loop,
        duration_seconds=order.duration_seconds,
        prompt=order.prompt,
        label=order.name or "animation",
        cost_credits=price,
        assets={kind: derive_asset_id(job_id, kind) for kind in list_outputs(batch, keeps_frames=not order.is_loop)},
        created_at=now,
        updated_at=now,
        frames_total=count_frames(order.duration_seconds, batch.fps),
    )


def _write_reverse(forward: Job, batch: Batch, tools: Tools) -> Job:
    job_id, now = tools.mint(Prefix.JOB), tools.now()
    return Job(
        id=job_id,
        workspace_id=forward.workspace_id,
        collection_id=forward.collection_id,
        canvas_id=None,
        edge_id=None,
        item_id=None,
        batch_id=batch.id,
        type=JobType.REVERSE,
        state=JobState.PENDING,
        generator=batch.generator,
        source_asset_id=forward.target_asset_id,
        target_asset_id=forward.source_asset_id,
        is_loop=False,
        duration_seconds=forward.duration_seconds,
        prompt=forward.prompt,
        label=f"{forward.label}-reverse",
        cost_credits=Fraction(0),
        assets={kind: derive_asset_id(job_id, kind) for kind in list_outputs(batch, keeps_frames=False)},
        created_at=now,
        updated_at=now,
        forward_job_id=forward.id,
        frames_asset_id=forward.assets[AssetKind.FRAMES],
        frames_total=forward.frames_total,
    )
