/** One measurement: what one request of a row cost one subject, in one round. */
export interface Measurement {
  readonly row: string;
  readonly subject: string;
  /** Microseconds of CPU a request. */
  readonly cpu: number;
}

export interface RoundsOptions {
  /** Rounds that count; one more is run before them and thrown away, while the compilers of all processes warm up. */
  readonly rounds: number;
  readonly rows: readonly string[];
  readonly subjects: readonly string[];
  measure(row: string, subject: string): Promise<number>;
  /** Called before each round; 0 is the one that does not count. */
  onRound(round: number): void;
}

/**
 * Measures every subject with every row in every round, row by row, so that the sides of a ratio are measured next to each other.
 * Who begins moves on with each round: no subject always comes first, or always after the same noise.
 */
export async function runRounds({ rounds, rows, subjects, measure, onRound }: RoundsOptions): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    for (const row of rows) {
      for (const subject of rotated(subjects, round)) {
        // oxlint-disable-next-line no-await-in-loop -- two subjects at once would measure each other
        const cpu = await measure(row, subject);
        if (round > 0) measurements.push({ row, subject, cpu });
      }
    }
  }
  return measurements;
}

/** The same values, beginning with another one. */
export function rotated<T>(values: readonly T[], by: number): T[] {
  const start = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}
