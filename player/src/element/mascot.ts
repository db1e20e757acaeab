import { names } from "../machine/condition.ts";
import { buildMachine } from "../machine/machine.ts";
import type { Effect, MachineEvent, State, Value } from "../machine/types.ts";
import { ClipCache } from "../stage/cache.ts";
import { type Format, isOpaque, listFormats } from "../stage/format.ts";
import { Pose } from "../stage/layer.ts";
import type { MakePainter } from "../stage/screen.ts";
import type { Stage } from "../stage/stage.ts";
import { StillStage } from "../stage/still-stage.ts";
import { VideoStage } from "../stage/video-stage.ts";
import { type Cast, makeCast, neighbours } from "./cast.ts";
import { Director } from "./director.ts";
import type { MascotEvents } from "./event.ts";
import { type InputView, viewInputs } from "./inputs.ts";
import { asManifest, type Manifest } from "./manifest.ts";
import { findSource } from "./source.ts";
import { STYLE } from "./style.ts";

/** Loaded only where neither video format keeps its alpha. */
let painting: Promise<typeof import("../stacked/index.ts")> | undefined;

/** Where there is no page, as on a server, the module loads all the same. */
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/** `<poseloom-mascot>`: a mascot that lives in a page. */
export class PoseloomMascot extends Base {
  static readonly observedAttributes = ["src", "format"];

  readonly #pose: Pose;
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #sight = new IntersectionObserver((entries) => {
    this.#isOnScreen = entries.at(-1)?.isIntersecting ?? true;
    this.#run();
  });
  readonly #run = () => {
    if (!this.#isStaged) return;
    if (this.#isOnScreen && !document.hidden && !this.#isPaused) this.#director?.resume();
    else this.#director?.pause();
  };
  readonly #restage = () => {
    this.#strike();
    this.#raise();
  };
  #given: Manifest | null = null;
  #manifest: Manifest | null = null;
  #base = "";
  #cast: Cast | undefined;
  #director: Director | undefined;
  #cache: ClipCache | undefined;
  #loading: AbortController | null = null;
  #isStaged = false;
  #isOnScreen = true;
  #isPaused = false;
  #formats: Format[] = [];
  #painter: MakePainter | null = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    // What the page put inside stands there until something is seen.
    root.append(document.createElement("slot"));
    this.#pose = new Pose(root);
    this.addEventListener("click", () => this.fire("clicked"));
    this.addEventListener("keydown", (event) => this.#press(event));
    this.addEventListener("pointerenter", (event) => this.#hover(event, true));
    this.addEventListener("pointerleave", (event) => this.#hover(event, false));
    // A manifest that was set before the element was defined hides the accessor.
    if (!Object.hasOwn(this, "manifest")) return;
    this.#given = this.manifest;
    Reflect.deleteProperty(this, "manifest");
  }

  /** The manifest that plays. One that is set here goes before `src`; its relative URLs start at the page. */
  get manifest(): Manifest | null {
    return this.#manifest ?? this.#given;
  }

  set manifest(manifest: Manifest | null) {
    this.#given = manifest;
    if (this.isConnected) void this.#load();
  }

  /** Every input and its value now. */
  inputs(): readonly InputView[] {
    return this.#manifest && this.#director ? viewInputs(this.#manifest, this.#director) : [];
  }

  /** The id of the node where the mascot is; while it moves, where it comes from. */
  get node(): string | null {
    return this.state?.node ?? null;
  }

  get state(): State | null {
    return this.#director?.state ?? null;
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  /** Fire a trigger. */
  fire(name: string): void {
    this.#dispatch({ type: "fire", input: name });
  }

  /** Set a boolean or number input. */
  set(name: string, value: Value): void {
    this.#dispatch({ type: "set", input: name, value });
  }

  /** Walk to a node by the shortest way, whatever the conditions. */
  go(node: string): void {
    this.#dispatch({ type: "go", node });
  }

  /** Stop all motion where it is, until `play()`. */
  pause(): void {
    this.#isPaused = true;
    this.#run();
  }

  play(): void {
    this.#isPaused = false;
    this.#run();
  }

  connectedCallback(): void {
    this.#calm.addEventListener("change", this.#restage);
    document.addEventListener("visibilitychange", this.#run);
    this.#sight.observe(this);
    if (this.#director) this.#raise();
    else if (!this.#loading) void this.#load();
  }

  disconnectedCallback(): void {
    this.#calm.removeEventListener("change", this.#restage);
    document.removeEventListener("visibilitychange", this.#run);
    this.#sight.disconnect();
    this.#director?.pause();
    // Who moves it in the document puts it back before this.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#loading?.abort();
      this.#loading = null;
      this.#strike();
    });
  }

  /** Moved with `moveBefore`: everything goes on. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(): void {
    if (this.isConnected && !this.#given) void this.#load();
  }

  async #load(): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    const { signal } = loading;
    this.#loading = loading;
    try {
      const [document, base] = this.#given
        ? [this.#given, this.baseURI]
        : ((await findSource(this, signal)) ?? []);
      if (base && !signal.aborted) this.#open(asManifest(document), base);
    } catch (error) {
      const message = String((error as Error).message ?? error);
      if (!signal.aborted) this.#say("error", { message, edge: null });
    }
    if (this.#loading === loading) this.#loading = null;
  }

  #open(manifest: Manifest, base: string): void {
    const director = new Director(buildMachine(manifest), {
      stepped: (...step) => this.#stepped(...step),
      failed: (edge, message) => this.#say("error", { message, edge }),
    });
    this.#strike();
    this.#manifest = manifest;
    this.#base = base;
    this.#director = director;
    // What this browser plays and the manifest has; the attribute `format` names one.
    const only = this.getAttribute("format");
    this.#formats = listFormats().filter(
      (format) => (only ?? format) === format && manifest.edges.some((edge) => edge.videos?.[format]),
    );
    this.#describe(manifest, director);
    this.#raise();
    this.#say("ready", { node: director.state.node, inputs: this.inputs() });
  }

  /** Say what this is to those who do not see it, where the page has not said it. */
  #describe({ width = 1, height = 1, name }: Manifest, { machine }: Director): void {
    this.style.setProperty("--poseloom-ratio", `${width} / ${height}`);
    const answersClicks = machine.edges.some((edge) => names(edge, "clicked"));
    this.#default("role", answersClicks ? "button" : "img");
    this.#default("aria-label", name || "Mascot");
    if (answersClicks) this.#default("tabindex", "0");
  }

  #default(attribute: string, value: string): void {
    if (!this.hasAttribute(attribute)) this.setAttribute(attribute, value);
  }

  /** Build the stage where there is none, and go on where the machine is. */
  #raise(): void {
    const director = this.#director;
    if (director && this.#manifest && !this.#isStaged) {
      const [format = "webm"] = this.#formats;
      this.#isStaged = true;
      this.#cast = makeCast(this.#manifest, this.#base, format);
      director.mount(this.#makeStage(director), this.#cast);
      this.#prefetch();
    }
    this.#run();
  }

  #makeStage(director: Director): Stage {
    const [format] = this.#formats;
    const needsPainter = format === "stacked" && !this.#painter;
    const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
    const isStill = !format || this.#calm.matches || connection?.saveData;
    if (needsPainter && !isStill) void this.#loadPainter();
    if (needsPainter || isStill) return new StillStage(this.#pose, director);
    this.#cache = new ClipCache();
    return new VideoStage(this.#pose, director, this.#cache, {
      paint: format === "stacked" ? this.#painter : null,
      isFit: (video) => this.#isFit(video),
    });
  }

  async #loadPainter(): Promise<void> {
    painting ??= import("../stacked/index.ts");
    try {
      const { canPaint, makePainter } = await painting;
      if (canPaint()) this.#painter = makePainter;
    } catch {
      // stills it is
    }
    if (!this.#painter) this.#formats = [];
    else if (this.#isStaged) this.#restage();
  }

  /** The first frame tells whether the browser kept the alpha; if not, the next format is tried. */
  #isFit(video: HTMLVideoElement): boolean {
    const isLost = this.#formats[0] !== "stacked" && this.#formats.length > 1 && isOpaque(video);
    if (isLost) {
      this.#formats.shift();
      queueMicrotask(this.#restage);
    }
    return !isLost;
  }

  /** Take the stage down; the machine's state stays. */
  #strike(): void {
    this.#director?.unmount();
    this.#cache?.dispose();
    this.#cache = undefined;
    this.#isStaged = false;
  }

  #prefetch(): void {
    if (this.#cast && this.#director) void this.#cache?.prefetch(neighbours(this.#director, this.#cast));
  }

  #dispatch(event: MachineEvent): void {
    this.#director?.dispatch(event);
  }

  #stepped(event: MachineEvent, before: State, after: State, effects: readonly Effect[]): void {
    if (event.type === "fire") this.#say("inputchange", { input: event.input, value: true });
    for (const [input, value] of Object.entries(after.values)) {
      if (value !== before.values[input]) this.#say("inputchange", { input, value });
    }
    if (event.type === "clip_ended") this.#sayEdge("transitionend", before.edge);
    if (after.node !== before.node) this.#say("statechange", { node: after.node, from: before.node });
    if (effects.length === 0) return;
    this.#sayEdge("transitionstart", after.edge);
    this.#prefetch();
  }

  #sayEdge(name: "transitionstart" | "transitionend", id: string | null): void {
    const edge = this.#director?.machine.edgeOf.get(id ?? "");
    if (edge) this.#say(name, { edge: edge.id, source: edge.source, target: edge.target });
  }

  #say<Name extends keyof MascotEvents>(name: Name, detail: MascotEvents[Name]["detail"]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #press(event: KeyboardEvent): void {
    const isOurs = event.target === this && this.role === "button" && !event.repeat;
    if (!isOurs || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    this.fire("clicked");
  }

  /** A finger does not hover. */
  #hover(event: PointerEvent, isOver: boolean): void {
    if (event.pointerType !== "touch") this.set("mouseOver", isOver);
  }
}
