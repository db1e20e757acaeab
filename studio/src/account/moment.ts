const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });
const TIME = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Write how long ago a moment was: "3 minutes ago", and after a week its day. */
export function writeAgo(moment: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(moment)) / 1000;
  if (seconds < MINUTE_SECONDS) return "just now";
  if (seconds < HOUR_SECONDS) return AGO.format(-Math.floor(seconds / MINUTE_SECONDS), "minute");
  if (seconds < DAY_SECONDS) return AGO.format(-Math.floor(seconds / HOUR_SECONDS), "hour");
  if (seconds < 7 * DAY_SECONDS) return AGO.format(-Math.floor(seconds / DAY_SECONDS), "day");
  return DAY.format(new Date(moment));
}

/** Write the day of a moment, as one says it today. */
export function writeDay(moment: string, now: Date): string {
  const day = DAY.format(new Date(moment));
  if (day === DAY.format(now)) return "Today";
  const yesterday = new Date(now.getTime() - DAY_SECONDS * 1000);
  return day === DAY.format(yesterday) ? "Yesterday" : day;
}

export function writeTime(moment: string): string {
  return TIME.format(new Date(moment));
}
