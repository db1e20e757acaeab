import { useCallback, useEffect, useState } from "react";
import { useClient } from "../client.ts";

/** A list that is read page by page, as far as someone wants to look back. */
export function usePages<T>(path: string, field: string, fail: (error: unknown) => void) {
  const client = useClient();
  const [rows, setRows] = useState<T[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const read = useCallback(
    async (from: string | null) => {
      try {
        const page = await client.get<Record<string, unknown>>(
          `${path}?limit=50${from ? `&cursor=${encodeURIComponent(from)}` : ""}`,
        );
        const found = page[field] as T[];
        setRows((old) => (from ? [...(old ?? []), ...found] : found));
        setCursor(page.next_cursor as string | null);
      } catch (error) {
        fail(error);
      }
    },
    [client, path, field, fail],
  );
  useEffect(() => {
    void read(null);
  }, [read]);
  const reload = useCallback(() => read(null), [read]);
  const more = cursor === null ? null : () => read(cursor);
  return { rows, more, reload };
}
