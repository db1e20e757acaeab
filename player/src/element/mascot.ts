import type { State, Value } from "../machine/types.ts";
import { makePose, type Pose } from "../stage/pose.ts";
import { say } from "./event.ts";
import type { InputView } from "./inputs.ts";
import { isWrittenOut, type Manifest } from "./manifest.ts";
import { makeShow, type Show } from "./show.ts";
import { findSource } from "./source.ts";
import { STYLE } from "./style.ts";

/** Where there is no page, as on a server, the module loads all the same. */
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/** `<poseloom-mascot>`: a mascot that lives in a page. */
export class PoseloomMascot extends Base {
  static readonly observedAttributes = ["src", "format"];

  readonly #pose: Pose;
  #given: Manifest | null = null;
  #show: Show | undefined;
  /** What was said of it here, which the page may not have said. */
  #said: Readonly<Record<string, string | null>> = {};
  #loading: AbortController | undefined;
  /** Whether something else is asked for than what plays. */
  #isStale = true;
  #isPaused = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    // What the page put inside stands there until something is seen.
    root.append(document.createElement("slot"));
    this.#pose = makePose(root);
    this.addEventListener("click", () => this.fire("clicked"));
    this.addEventListener("keydown", (event) => {
      const isOurs = event.target === this && this.role === "button" && !event.repeat;
      if (!isOurs || !["Enter", " "].includes(event.key)) return;
      event.preventDefault();
      this.click();
    });
    for (const isOver of [true, false]) {
      this.addEventListener(isOver ? "pointerenter" : "pointerleave", ({ pointerType }) => {
        if (pointerType !== "touch") this.set("mouseOver", isOver); // a finger does not hover
      });
    }
    // What was set before the element was defined hides the accessors.
    for (const name of ["src", "manifest"] as const) {
      const value = this[name];
      Reflect.deleteProperty(this, name);
      if (value) Object.assign(this, { [name]: value });
    }
  }

  /** The manifest that plays. One that is set here goes before `src`; its relative URLs start at the page. */
  get manifest(): Manifest | null {
    return this.#show?.manifest ?? this.#given;
  }

  set manifest(manifest: Manifest | null) {
    this.#given = manifest;
    this.#change();
  }

  get src(): string {
    return this.getAttribute("src") ?? "";
  }

  set src(src: string | null | undefined) {
    this.setAttribute("src", src ?? "");
  }

  /** Every input and its value now. */
  inputs(): readonly InputView[] {
    return this.#show?.inputs() ?? [];
  }

  /** The id of the node where the mascot is; while it moves, where it comes from. */
  get node(): string | null {
    return this.state?.node ?? null;
  }

  get state(): State | null {
    return this.#show?.state ?? null;
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  /** Fire a trigger. */
  fire(name: string): void {
    this.#show?.dispatch({ type: "fire", input: name });
  }

  /** Set a boolean or number input. */
  set(name: string, value: Value): void {
    this.#show?.dispatch({ type: "set", input: name, value });
  }

  /** Walk to a node by the shortest way, whatever the conditions. */
  go(node: string): void {
    this.#show?.dispatch({ type: "go", node });
  }

  /** Stop all motion where it is, until `play()`. */
  pause(): void {
    this.#pause(true);
  }

  play(): void {
    this.#pause(false);
  }

  connectedCallback(): void {
    this.#show?.update();
    if (this.#isStale) void this.#load();
  }

  disconnectedCallback(): void {
    // Who moves it in the document puts it back before this.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#loading?.abort();
      this.#show?.strike();
      this.#pose.reveal();
    });
  }

  /** Moved with `moveBefore`: everything goes on. */
  connectedMoveCallback(): void {}

  attributeChangedCallback(name: string): void {
    if (name === "format" || !this.#given) this.#change();
  }

  #change(): void {
    this.#isStale = true;
    if (this.isConnected) void this.#load();
  }

  async #load(): Promise<void> {
    this.#loading?.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    try {
      const [document, base] = await findSource(this, this.#given, signal);
      if (!base || signal.aborted) return;
      const manifest = isWrittenOut(document)
        ? document
        : (await import("../reader/index.ts")).readManifest(document);
      if (!signal.aborted) this.#open(makeShow(this, this.#pose, manifest, base));
    } catch (error) {
      const { message } = error as Error;
      if (!signal.aborted) say(this, "error", { message, edge: null });
    }
  }

  #open(show: Show): void {
    this.#show?.strike();
    this.#show = show;
    this.#isStale = false;
    const { width, height, name } = show.manifest;
    this.style.setProperty("--poseloom-ratio", `${width || 1} / ${height || 1}`);
    // Say what this is to those who do not see it, where the page has not said it.
    const said: Readonly<Record<string, string | null>> = {
      role: show.answersClicks ? "button" : "img",
      "aria-label": name || "Mascot",
      tabindex: show.answersClicks ? "0" : null,
    };
    for (const [attribute, words] of Object.entries(said)) {
      if (this.getAttribute(attribute) !== (this.#said[attribute] ?? null)) continue;
      if (words === null) this.removeAttribute(attribute);
      else this.setAttribute(attribute, words);
    }
    this.#said = said;
    show.update();
    say(this, "ready", { node: show.state.node, inputs: show.inputs() });
  }

  #pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#show?.update();
  }
}
