/** Runs named checks one after another, tells of each, and ends with the line that machines read. */
export interface Checklist {
  /** A line about what is being done, with the seconds since the start. */
  progress(text: string): void;
  /** Runs one check; it fails where it throws. The others go on. */
  check(name: string, run: () => void | Promise<void>): Promise<void>;
  /** Counts what another process has run. */
  add(counts: { readonly passed: number; readonly failed: number; readonly skipped: number }): void;
  /** Runs the whole of it, and ends with `N passed, N failed` and the exit status, whatever happens. A list on which nothing stood has failed. */
  finish(run: () => Promise<void>): Promise<void>;
}

export function createChecklist(write: (text: string) => void = (text) => void process.stdout.write(text)): Checklist {
  const started = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };

  const checklist: Checklist = {
    progress(text) {
      write(`[${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s] ${text}\n`);
    },
    async check(name, run) {
      try {
        await run();
        counts.passed += 1;
        write(`  ok    ${name}\n`);
      } catch (error) {
        counts.failed += 1;
        const message = error instanceof Error ? error.message : String(error);
        write(`  FAIL  ${name}\n${message.replace(/^/gm, '          ')}\n`);
      }
    },
    add({ passed, failed, skipped }) {
      counts.passed += passed;
      counts.failed += failed;
      counts.skipped += skipped;
    },
    async finish(run) {
      await run().catch((error: unknown) =>
        checklist.check('the run comes to its end', () => {
          throw error;
        }),
      );
      const { passed, failed, skipped } = counts;
      if (failed > 0 || passed === 0) process.exitCode = 1;
      write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    },
  };
  return checklist;
}
