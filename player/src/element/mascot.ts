import { names } from "../machine/condition.ts";
import { buildMachine } from "../machine/machine.ts";
import type { Effect, Machine, MachineEvent, State, Value } from "../machine/types.ts";
import { ClipCache } from "../stage/cache.ts";
import { type Format, isOpaque, listFormats, MIME } from "../stage/format.ts";
import type { MakePainter } from "../stage/screen.ts";
import type { Stage } from "../stage/stage.ts";
import { StillStage } from "../stage/still-stage.ts";
import { VideoStage } from "../stage/video-stage.ts";
import { type Cast, makeCast, neighbours } from "./cast.ts";
import { Director } from "./director.ts";
import type { MascotEvents } from "./event.ts";
import { type InputView, viewInputs } from "./inputs.ts";
import type { Manifest } from "./manifest.ts";
import { Sight } from "./sight.ts";
import { findSource, inlineSource, type Source } from "./source.ts";
import { STYLE } from "./style.ts";

/** All that one manifest brings with it. */
interface Play {
  readonly manifest: Manifest;
  readonly base: string;
  readonly machine: Machine;
  readonly cast: Cast;
  readonly director: Director;
}

/** Loaded only where neither video format keeps its alpha. */
let painting: Promise<typeof import("../stacked/index.ts")> | undefined;

/** Where there is no page, as on a server, the module loads all the same. */
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/** `<poseloom-mascot>`: a mascot that lives in a page. */
export class PoseloomMascot extends Base {
  static readonly observedAttributes = ["src", "format"];

  readonly #root = this.attachShadow({ mode: "open" });
  readonly #slot = document.createElement("slot");
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #sight = new Sight(this, (isSeen) => this.#see(isSeen));
  #given: Manifest | null = null;
  #play: Play | null = null;
  #cache: ClipCache | null = null;
  #loading: AbortController | null = null;
  #isStaged = false;
  #isSeen = false;
  #isPaused = false;
  #formats: Format[] = [];
  #painter: MakePainter | null = null;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    // What the page put inside stands there until a pose does.
    this.#root.append(this.#slot);
    this.#root.addEventListener(
      "load",
      (event) => this.#root.contains(event.target as Node) && this.#cover(),
      true,
    );
    this.addEventListener("click", () => this.fire("clicked"));
    this.addEventListener("keydown", (event) => this.#press(event));
    this.addEventListener("pointerenter", (event) => this.#hover(event, true));
    this.addEventListener("pointerleave", (event) => this.#hover(event, false));
    this.#upgrade();
  }

  /** The manifest that plays. One that is set here goes before `src`; its relative URLs start at the page. */
  get manifest(): Manifest | null {
    return this.#play?.manifest ?? this.#given;
  }

  set manifest(manifest: Manifest | null) {
    this.#given = manifest;
    if (this.isConnected) void this.#load();
  }

  /** Every input and its value now. */
  inputs(): readonly InputView[] {
    const play = this.#play;
    return play ? viewInputs(play.manifest, play.machine, play.director.state) : [];
  }

  /** The id of the node where the mascot is; while it moves, where it comes from. */
  get node(): string | null {
    return this.#play?.director.state.node ?? null;
  }

  get state(): State | null {
    return this.#play?.director.state ?? null;
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
    this.#sight.watch();
    if (this.#isStaged) this.#run();
    else if (this.#play) this.#raise();
    else if (!this.#loading) void this.#load();
  }

  disconnectedCallback(): void {
    this.#calm.removeEventListener("change", this.#restage);
    this.#sight.stop();
    this.#play?.director.pause();
    // Who moves it in the document puts it back before this.
    queueMicrotask(() => this.#leave());
  }

  #leave(): void {
    if (this.isConnected) return;
    this.#loading?.abort();
    this.#loading = null;
    this.#strike();
  }

  /** Moved with `moveBefore`: everything goes on. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(): void {
    if (this.isConnected && !this.#given) void this.#load();
  }

  /** A `manifest` that was set before the element was defined hides the accessor. */
  #upgrade(): void {
    if (!Object.hasOwn(this, "manifest")) return;
    const { manifest } = this;
    Reflect.deleteProperty(this, "manifest");
    this.#given = manifest;
  }

  async #load(): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const source = this.#given ? inlineSource(this.#given) : await findSource(this, loading.signal);
      if (!loading.signal.aborted && source) this.#open(source);
    } catch (error) {
      if (!loading.signal.aborted) this.#say("error", { message: messageOf(error), edge: null });
    }
    if (this.#loading === loading) this.#loading = null;
  }

  #open({ manifest, base }: Source): void {
    const machine = buildMachine(manifest);
    this.#formats = this.#listFormats(manifest);
    const cast = makeCast(manifest, base, this.#formats[0] ?? "webm");
    const director = new Director(machine, cast, {
      stepped: (...step) => this.#stepped(...step),
      failed: (edge, message) => this.#say("error", { message, edge }),
    });
    this.#strike();
    this.#play = { manifest, base, machine, cast, director };
    this.#describe(manifest, machine);
    this.#raise();
    this.#say("ready", { node: director.state.node, inputs: this.inputs() });
  }

  /** Say what this is to those who do not see it, where the page has not said it. */
  #describe(manifest: Manifest, machine: Machine): void {
    const { width = 1, height = 1 } = manifest;
    this.style.setProperty("--poseloom-ratio", `${width} / ${height}`);
    const answersClicks = machine.edges.some((edge) => names(edge, "clicked"));
    this.#default("role", answersClicks ? "button" : "img");
    this.#default("aria-label", manifest.name || "Mascot");
    if (answersClicks) this.#default("tabindex", "0");
  }

  #default(attribute: string, value: string): void {
    if (!this.hasAttribute(attribute)) this.setAttribute(attribute, value);
  }

  /** Build the stage and go on where the machine is. */
  #raise(): void {
    const play = this.#play;
    if (!play || this.#isStaged) return;
    this.#isStaged = true;
    play.director.mount(this.#makeStage(play.director));
    this.#prefetch();
    this.#run();
  }

  #makeStage(director: Director): Stage {
    const [format] = this.#formats;
    const paint = format === "stacked" ? this.#painter : null;
    const isReady = format && (format !== "stacked" || paint);
    if (format && !isReady && !this.#calm.matches) void this.#loadPainter();
    if (this.#calm.matches || !isReady) return new StillStage(this.#root, director);
    this.#cache = new ClipCache(MIME[format]);
    return new VideoStage(this.#root, director, this.#cache, { paint, isFit: (video) => this.#isFit(video) });
  }

  /** What this browser plays and the manifest has; the attribute `format` names one. */
  #listFormats({ edges }: Manifest): Format[] {
    const only = this.getAttribute("format");
    return listFormats().filter(
      (format) => (only ?? format) === format && edges.some((edge) => edge.videos?.[format]),
    );
  }

  async #loadPainter(): Promise<void> {
    painting ??= import("../stacked/index.ts");
    try {
      const { canPaint, makePainter } = await painting;
      if (canPaint()) this.#painter = makePainter;
      else this.#formats = [];
    } catch {
      this.#formats = []; // stills it is
    }
    if (this.#isStaged && this.#painter) this.#restage();
  }

  /** The first frame tells whether the browser kept the alpha; if not, the next format is tried. */
  #isFit(video: HTMLVideoElement): boolean {
    const isLost = this.#formats[0] !== "stacked" && this.#formats.length > 1 && isOpaque(video);
    if (isLost) queueMicrotask(() => this.#changeFormat());
    else this.#cover();
    return !isLost;
  }

  #changeFormat(): void {
    const play = this.#play;
    this.#formats.shift();
    if (!play) return;
    const cast = makeCast(play.manifest, play.base, this.#formats[0] ?? "webm");
    play.director.recast(cast);
    this.#play = { ...play, cast };
    this.#restage();
  }

  #cover(): void {
    this.#slot.hidden = true;
  }

  /** Take the stage down; the machine's state stays. */
  #strike(): void {
    this.#play?.director.unmount();
    this.#cache?.dispose();
    this.#cache = null;
    this.#isStaged = false;
  }

  readonly #restage = (): void => {
    this.#strike();
    this.#raise();
  };

  #see(isSeen: boolean): void {
    this.#isSeen = isSeen;
    this.#run();
  }

  #run(): void {
    if (!this.#isStaged) return;
    if (this.#isSeen && !this.#isPaused) this.#play?.director.resume();
    else this.#play?.director.pause();
  }

  #prefetch(): void {
    const play = this.#play;
    if (play) this.#cache?.prefetch(neighbours(play.machine, play.cast, play.director.state.node));
  }

  #dispatch(event: MachineEvent): void {
    this.#play?.director.dispatch(event);
  }

  #stepped(event: MachineEvent, before: State, after: State, effects: readonly Effect[]): void {
    if (event.type === "fire") this.#say("inputchange", { input: event.input, value: true });
    for (const [input, value] of Object.entries(after.values)) {
      if (value !== before.values[input]) this.#say("inputchange", { input, value });
    }
    if (event.type === "clip_ended") this.#sayEdge("transitionend", before.edge);
    if (after.node !== before.node) this.#say("statechange", { node: after.node, from: before.node });
    if (effects[0]?.type === "play") this.#sayEdge("transitionstart", after.edge);
    if (effects.length > 0) this.#prefetch();
  }

  #sayEdge(name: "transitionstart" | "transitionend", id: string | null): void {
    const edge = this.#play?.machine.edgeOf.get(id ?? "");
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
