import { Refusal, type Reply } from "./api.ts";
import { addEdges, findAddedEdges } from "./graph.ts";
import { type History, type Step, step } from "./history.ts";
import type { Canvas, Edge, Graph, PoseNode } from "./model.ts";

const SAVE_AFTER_MS = 500;
const AGAIN_AFTER_MS = 1500;
const PRECONDITION_FAILED = 412;
const SERVER_FAULT = 500;

/** Whoever keeps the canvas. */
export interface Keeper {
  ask<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
}

/** What there is to see of a draft. */
export interface Look {
  graph: Graph | null;
  kinds: ReadonlyMap<string, string>;
  tag: string;
  isSaved: boolean;
  /** It will not be saved as it is: somebody else has saved, or the server refuses it. */
  isHeld: boolean;
  hasConflict: boolean;
  problem: unknown;
  canUndo: boolean;
  canRedo: boolean;
}

/** A canvas under the hand: it saves itself, one request after the other, and notices when somebody else has saved. */
export class Draft {
  readonly #keeper: Keeper;
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #history: History<Graph> | null = null;
  #saved: Graph | null = null;
  /** The graph as the server wrote it last: what others have changed since is seen against it. */
  #base: Graph | null = null;
  #facts: Partial<Canvas> = {};
  #kinds: ReadonlyMap<string, string> = new Map();
  #tag = "";
  #hasConflict = false;
  #isRefused = false;
  #problem: unknown = null;
  #turn: Promise<void> = Promise.resolve();
  #isSaving = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #look: Look;

  constructor(keeper: Keeper, path: string) {
    this.#keeper = keeper;
    this.#path = path;
    this.#look = this.#see();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): Look => this.#look;

  /** Whether what was changed last could get lost with the page: behind a save that has no answer yet no other can go. */
  get isAtRisk(): boolean {
    return !this.#look.isSaved && (this.#isSaving || this.#look.isHeld || this.#problem !== null);
  }

  load(): Promise<void> {
    return this.#queue(async () => this.#begin(await this.#ask("GET")));
  }

  do(action: Step<Graph>): void {
    if (!this.#history) return;
    const next = step(this.#history, action);
    if (next === this.#history) return;
    this.#history = next;
    // What was refused is another graph.
    this.#isRefused = false;
    this.#schedule(SAVE_AFTER_MS);
    this.#tell();
  }

  /** Save what is not saved yet, now. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#queue(() => this.#save());
  }

  /** Save at once, for the page goes: nothing that is read meanwhile is waited for. */
  async sendLast(): Promise<void> {
    if (this.#isSaving) return;
    await this.#save().catch((error: unknown) => {
      this.#problem = error;
    });
    this.#tell();
  }

  /** Look what others have saved. */
  refresh(): Promise<void> {
    return this.#queue(async () => {
      if (!this.#history || this.#hasConflict) return;
      const before = this.#tag;
      try {
        const reply = await this.#ask("GET");
        // What was saved meanwhile is newer than what was read.
        if (this.#tag === before) this.#meet(reply);
      } catch (error) {
        // Nobody asked for it, so only what the server has to say about it counts.
        if (error instanceof Refusal) throw error;
      }
    });
  }

  keepMine(): Promise<void> {
    this.#tag = "*";
    this.#hasConflict = false;
    return this.flush();
  }

  async #save(): Promise<void> {
    const wanted = this.#history?.present;
    if (!wanted || wanted === this.#saved || this.#hasConflict || this.#isRefused) return;
    const body = { ...this.#facts, ...wanted };
    this.#isSaving = true;
    try {
      this.#take(await this.#ask("PUT", body, { "If-Match": this.#tag }));
      this.#saved = wanted;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= SERVER_FAULT) {
        // What the server did not judge is sent again.
        this.#schedule(AGAIN_AFTER_MS);
        throw error;
      }
      if (error.status === PRECONDITION_FAILED) return this.#meet(await this.#ask("GET"));
      this.#isRefused = true;
      throw error;
    } finally {
      this.#isSaving = false;
    }
  }

  /** Take in what came from elsewhere. Edges that an order brought stand beside what is under the hand. */
  #meet(reply: Reply<Canvas>): void {
    if (reply.tag === this.#tag || !this.#base || !this.#history) return;
    const added = findAddedEdges(this.#base, readGraph(reply.document));
    if (added) {
      const grown = new Map<Graph, Graph>();
      const grow = (graph: Graph) => {
        const next = grown.get(graph) ?? addEdges(graph, added);
        grown.set(graph, next);
        return next;
      };
      this.#take(reply);
      this.#saved = this.#saved && grow(this.#saved);
      this.#history = step(this.#history, { type: "adopt", change: grow });
      if (this.#history.present !== this.#saved) this.#schedule(SAVE_AFTER_MS);
    } else if (this.#history.present === this.#saved) this.#begin(reply);
    else this.#hasConflict = true;
  }

  #begin(reply: Reply<Canvas>): void {
    const present = this.#take(reply);
    this.#saved = present;
    this.#history = { past: [], present, future: [] };
  }

  #take({ document: canvas, tag }: Reply<Canvas>): Graph {
    this.#facts = { name: canvas.name, size: canvas.size, fps: canvas.fps, generator: canvas.generator };
    this.#base = readGraph(canvas);
    this.#kinds = new Map(canvas.edges.map((edge) => [edge.id, edge.kind]));
    this.#tag = tag ?? "";
    this.#hasConflict = false;
    return this.#base;
  }

  #ask(method: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<Canvas>> {
    return this.#keeper.ask<Canvas>(method, this.#path, body, headers);
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), delay);
  }

  #queue(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      try {
        await work();
        if (!this.#isRefused) this.#problem = null;
      } catch (error) {
        this.#problem = error;
      }
      this.#tell();
    });
    return this.#turn;
  }

  #see(): Look {
    const graph = this.#history?.present ?? null;
    return {
      graph,
      kinds: this.#kinds,
      tag: this.#tag,
      isSaved: graph === this.#saved,
      isHeld: this.#hasConflict || this.#isRefused,
      hasConflict: this.#hasConflict,
      problem: this.#problem,
      canUndo: Boolean(this.#history?.past.length),
      canRedo: Boolean(this.#history?.future.length),
    };
  }

  #tell(): void {
    this.#look = this.#see();
    for (const listener of this.#listeners) listener();
  }
}

/** Return the part of a canvas that is edited: what a PUT takes. */
function readGraph({ initialNode, nodes, edges, inputs }: Canvas): Graph {
  const plain = edges.map((edge) => {
    const { kind: _kind, status: _status, videoAssetId: _clip, ...rest } = edge;
    return rest as Edge;
  });
  return { initialNode, nodes: nodes as PoseNode[], edges: plain, inputs };
}
