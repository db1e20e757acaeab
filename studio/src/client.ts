import { createContext, useContext } from "react";
import type { Client } from "./api.ts";

export const ClientContext = createContext<Client | null>(null);

/** Return who calls the API for this page. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error("no client: the page is not signed in");
  return client;
}
