/** Why nothing is made for an edge, in words for people; the API names the reason. */
const REASONS: Record<string, string> = {
  any_state: "leads from anywhere, needs no clip",
  completed: "has its clip",
  in_flight: "is being made",
  not_selected: "not asked for",
  auto_reverse_off: "no way back was asked for",
  forward_missing: "waits for the clip of the way there",
};

export function tellReason(reason: string | null): string {
  return REASONS[reason ?? ""] ?? reason?.replaceAll("_", " ") ?? "";
}
