/** A day of a calendar, as the number of days since 1970-01-01. */
export type DayNumber = number;

const day = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formats.size >= 500) formats.clear();
    formats.set(timezone, format);
  }
  return format;
}

/** Whether a text is the name of a time zone. */
export function isTimezone(text: string): boolean {
  try {
    formatOf(text);
    return true;
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at a moment, as if it was UTC. */
function shown(moment: number, timezone: string): number {
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, date, hour, minute, second);
}

/** The day that it is in a zone. */
export const dayIn = (moment: number, timezone: string): DayNumber => Math.floor(shown(moment, timezone) / day);

/** The moment at which a day begins in a zone; where its clocks leap over midnight, the moment of the leap. */
export function beginOf(date: DayNumber, timezone: string): number {
  const wanted = date * day;
  let moment = wanted;
  // The difference between what is shown and what is meant changes at most once on the way.
  for (let look = 0; look < 3; look += 1) {
    const off = shown(moment, timezone) - wanted;
    if (off === 0) return moment;
    moment -= off;
  }
  return shown(moment, timezone) < wanted ? moment + (wanted - shown(moment, timezone)) : moment;
}
