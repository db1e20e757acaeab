import { Refusal } from "./api.ts";

// For this tab alone, and gone with it.
const KEY_NAME = "poseloom-key";
const LINK_KEY_NAME = "poseloom-link-key";
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export interface Session {
  key: string;
  /** Of a key that a link made for this tab: nobody else knows it, so it ends with the session. */
  keyId: string | null;
}

/** Return the session of this tab, if it has one. */
export function readSession(): Session | null {
  const key = sessionStorage.getItem(KEY_NAME);
  return key === null ? null : { key, keyId: sessionStorage.getItem(LINK_KEY_NAME) };
}

export function keepSession({ key, keyId }: Session): void {
  sessionStorage.setItem(KEY_NAME, key);
  if (keyId === null) sessionStorage.removeItem(LINK_KEY_NAME);
  else sessionStorage.setItem(LINK_KEY_NAME, keyId);
}

/** End this tab's session; a key that a link made is revoked. */
export function endSession(): void {
  const session = readSession();
  sessionStorage.removeItem(KEY_NAME);
  sessionStorage.removeItem(LINK_KEY_NAME);
  if (!session?.keyId) return;
  fetch(`/v1/api-keys/${session.keyId}`, {
    method: "DELETE",
    headers: { Authorization: `Bearer ${session.key}` },
    credentials: "omit",
    keepalive: true,
    // It may be revoked already, or the server gone: nothing is left to do.
  }).catch(() => null);
}

/** Take the token of a link out of the address, so that it stays in no address bar and no history. */
export function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("link");
  if (token !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

/** Give a link's token for a session. */
export async function spendToken(token: string): Promise<Session> {
  const made = await post("/studio/sign-in", { token });
  return { key: String(made.api_key), keyId: String(made.id) };
}

/** Let the server show a new link where it runs. */
export async function askForLink(): Promise<void> {
  await post("/studio/link", {});
}

/** Say whether the server is likely to show links: only one on this machine does. */
export function maySignInByLink(): boolean {
  return LOOPBACK.test(location.hostname);
}

async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
  });
  const told = await response.json().catch(() => null);
  if (response.ok) return told as Record<string, unknown>;
  const message = told?.error?.message ?? `the server answered ${response.status}`;
  throw new Refusal(response.status, told?.error?.code ?? "internal_error", message);
}
