import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { Transform } from "node:stream";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mp4": "video/mp4",
  ".png": "image/png",
  ".webm": "video/webm",
};

export interface HostOptions {
  readonly bytesPerSecond?: number;
  /** Addresses that are that slow; without it all are. */
  readonly slow?: RegExp;
  readonly headers?: Readonly<Record<string, string>>;
  /** Addresses that answer 404. */
  readonly missing?: RegExp;
  /** Pages that are no files, by path. */
  readonly pages?: Readonly<Record<string, string>>;
}

/** A static host on loopback, with byte ranges; slow or with holes where a test wants that. */
export class Host {
  readonly #server: Server;
  readonly url: string;
  /** The paths that were asked for, in order. */
  readonly asked: readonly string[];

  private constructor(server: Server, asked: readonly string[]) {
    this.#server = server;
    this.asked = asked;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async open(folders: Readonly<Record<string, string>>, options: HostOptions = {}): Promise<Host> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      answer(folders, options, request, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new Host(server, asked);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function answer(
  folders: Readonly<Record<string, string>>,
  options: HostOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname));
  for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value);
  const page = options.pages?.[path];
  if (page !== undefined) {
    response.setHeader("Content-Type", path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8");
    response.end(page);
    return;
  }
  const file = findFile(folders, path);
  if (!file || options.missing?.test(path)) response.writeHead(404).end();
  else send(file, options, request, response);
}

function findFile(folders: Readonly<Record<string, string>>, path: string): string | null {
  for (const [prefix, folder] of Object.entries(folders)) {
    const file = path.startsWith(prefix) ? join(folder, path.slice(prefix.length)) : "";
    if (file && existsSync(file) && statSync(file).isFile()) return file;
  }
  return null;
}

function send(file: string, options: HostOptions, request: IncomingMessage, response: ServerResponse): void {
  const { size } = statSync(file);
  const wanted = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = Number(wanted?.[1] ?? 0);
  const end = Math.min(Number(wanted?.[2] || size - 1), size - 1);
  response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Content-Length", end - start + 1);
  if (wanted) response.setHeader("Content-Range", `bytes ${start}-${end}/${size}`);
  response.writeHead(wanted ? 206 : 200);
  const source = createReadStream(file, { start, end, highWaterMark: 1024 });
  const isSlow = options.slow?.test(request.url ?? "") ?? true;
  if (options.bytesPerSecond && isSlow) source.pipe(slow(options.bytesPerSecond)).pipe(response);
  else source.pipe(response);
}

function slow(bytesPerSecond: number): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(() => done(null, chunk), (chunk.length / bytesPerSecond) * 1000);
    },
  });
}
