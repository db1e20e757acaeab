import { readEvents } from "./event.ts";
import type { Status } from "./model.ts";

/** An answer that is not the one hoped for; its words come from the server. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Return what went wrong in words; they come from the server where it answered. */
export function tell(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  return "The server cannot be reached. Is it running?";
}

export interface Reply<T> {
  document: T;
  tag: string | null;
}

/** Return a name for a request, so that it counts once however often it is sent; pages without TLS have no UUIDs. */
export function nameRequest(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** How much browsers still send for a page that is gone. */
const LAST_WORDS_BYTES = 60_000;

/** Calls the public API with one key. */
export class Client {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Send a request. A body that is a form goes as it is, any other as JSON. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) {
    const isForm = body instanceof FormData;
    const content = isForm || body === undefined ? body : new TextEncoder().encode(JSON.stringify(body));
    const response = await fetch(path, {
      method,
      headers: {
        Authorization: `Bearer ${this.#key}`,
        ...(body === undefined || isForm ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(content === undefined ? {} : { body: content }),
      // What was changed last arrives although the page was left.
      keepalive: content instanceof Uint8Array && content.length < LAST_WORDS_BYTES,
      ...(signal ? { signal } : {}),
      credentials: "omit",
    });
    if (response.ok) return response;
    const told = await response.json().catch(() => null);
    const code = told?.error?.code ?? "internal_error";
    throw new Refusal(
      response.status,
      code,
      told?.error?.message ?? `the server answered ${response.status}`,
    );
  }

  /** Send a request and read its document. */
  async ask<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>> {
    const response = await this.send(method, path, body, headers);
    return { document: (await response.json()) as T, tag: response.headers.get("ETag") };
  }

  async get<T>(path: string): Promise<T> {
    return (await this.ask<T>("GET", path)).document;
  }

  /** Read every page of a list. */
  async list<T>(path: string, field: string): Promise<T[]> {
    const found: T[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const page: Record<string, unknown> = await this.get(`${path}?limit=200${next}`);
      found.push(...(page[field] as T[]));
      cursor = page.next_cursor as string | null;
    } while (cursor);
    return found;
  }

  /** Hear a canvas' status until the signal is aborted or the connection is lost. */
  async listen(path: string, hear: (status: Status) => void, signal: AbortSignal): Promise<void> {
    // EventSource cannot bring a key, so the stream is read by hand.
    const headers = { Accept: "text/event-stream" };
    const response = await this.send("GET", `${path}/events`, undefined, headers, signal);
    if (response.body) await readEvents(response.body, (data) => hear(JSON.parse(data) as Status));
  }
}
