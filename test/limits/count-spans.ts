import type { Span } from './storm-plan.ts';

/** The most spans that hold at one moment. One that ends as another begins is over. */
export function mostAtOnce(spans: readonly Span[]): number {
  const turns = spans
    .filter(([from, to]) => from < to)
    .flatMap(
      ([from, to]) =>
        [
          { at: from, by: 1 },
          { at: to, by: -1 },
        ] as const,
    );
  let [now, most] = [0, 0];
  for (const { by } of turns.toSorted((one, other) => one.at - other.at || one.by - other.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** The most spans that lie whole within a time of this length, wherever it begins. */
export function mostInSpan(spans: readonly Span[], length: number): number {
  const byEnd = spans.toSorted(([, one], [, other]) => one - other);
  let most = 0;
  for (const [from] of spans) {
    // The last that ends in time; those before it that began too early do not count.
    let count = 0;
    for (const [begin, end] of byEnd) {
      if (end > from + length) break;
      if (begin >= from) count += 1;
    }
    most = Math.max(most, count);
  }
  return most;
}
