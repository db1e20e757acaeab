import { names } from "../machine/condition.ts";
import { assembleMachine } from "../machine/machine.ts";
import { type ClipCache, makeCache } from "../stage/cache.ts";
import { isOpaque, listFormats } from "../stage/format.ts";
import type { Pose } from "../stage/pose.ts";
import type { MakePainter } from "../stage/screen.ts";
import type { Stage } from "../stage/stage.ts";
import { makeStillStage } from "../stage/still-stage.ts";
import { makeVideoStage } from "../stage/video-stage.ts";
import { type Cast, makeCast, neighbours } from "./cast.ts";
import { type Director, makeDirector } from "./director.ts";
import { say, sayStep } from "./event.ts";
import { type InputView, viewInputs } from "./inputs.ts";
import type { WrittenManifest } from "./manifest.ts";

/** One manifest that plays in an element. */
export interface Show extends Director {
  readonly manifest: WrittenManifest;
  readonly answersClicks: boolean;
  inputs(): readonly InputView[];
  /** Build the stage where there is none, and go on where the machine is; or stand still, while nobody looks. */
  update(): void;
  /** Take the stage down; the machine's state stays. */
  strike(): void;
}

export function makeShow(
  element: HTMLElement & { readonly paused: boolean },
  pose: Pose,
  manifest: WrittenManifest,
  base: string,
): Show {
  const machine = assembleMachine(manifest);
  const director = makeDirector(machine, {
    stepped(...step) {
      sayStep(element, machine, ...step);
      prefetch();
    },
    failed: (edge, message) => say(element, "error", { message, edge }),
  });
  let formats = listFormats(manifest.edges, element.getAttribute("format"));
  let painter: MakePainter | undefined;
  let stage: AbortController | undefined;
  let isOnScreen = true;
  let cast: Cast;
  let cache: ClipCache | undefined;

  function update(): void {
    if (!element.isConnected) return;
    if (!stage) {
      stage = new AbortController();
      raise(stage.signal);
    }
    director.run(isOnScreen && !document.hidden && !element.paused);
  }

  function raise(signal: AbortSignal): void {
    const sight = new IntersectionObserver((entries) => {
      for (const { isIntersecting } of entries) isOnScreen = isIntersecting;
      update();
    });
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    sight.observe(element);
    signal.addEventListener("abort", () => sight.disconnect());
    calm.addEventListener("change", restage, { signal });
    document.addEventListener("visibilitychange", update, { signal });
    cast = makeCast(manifest, base, formats[0] ?? "webm");
    director.mount(makeStage(signal, calm.matches), cast);
    prefetch();
  }

  function strike(): void {
    director.unmount();
    stage?.abort();
    stage = undefined;
  }

  function restage(): void {
    strike();
    update();
  }

  function makeStage(signal: AbortSignal, isCalm: boolean): Stage {
    const [format] = formats;
    const needsPainter = format === "stacked" && !painter;
    const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
    const isStill = !format || isCalm || connection?.saveData;
    if (needsPainter && !isStill) void loadPainter(signal);
    if (needsPainter || isStill) return makeStillStage(pose, director);
    cache = makeCache(signal);
    return makeVideoStage(pose, director, cache, {
      paint: painter,
      isFit,
      signal,
    });
  }

  /** Loaded only where neither video format keeps its alpha. */
  async function loadPainter(signal: AbortSignal): Promise<void> {
    try {
      const { canPaint, makePainter } = await import("../stacked/index.ts");
      if (canPaint()) painter = makePainter;
    } catch {
      // stills it is
    }
    if (!painter) formats = [];
    else if (!signal.aborted) restage();
  }

  /** The first frame tells whether the browser kept the alpha; if not, the next format is tried. */
  function isFit(video: HTMLVideoElement): boolean {
    const isLost = formats.length > 1 && isOpaque(video);
    if (isLost) {
      formats.shift();
      queueMicrotask(restage);
    }
    return !isLost;
  }

  function prefetch(): void {
    void cache?.prefetch(neighbours(machine, director.state, cast));
  }

  return Object.assign(director, {
    manifest,
    answersClicks: machine.edges.some((edge) => names(edge, "clicked")),
    inputs: () => viewInputs(machine, director.state),
    update,
    strike,
  });
}
