import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one plain line that machines can read: `N passed, N failed`, and `, N skipped` where some were.
 * A run that ends badly never says `0 failed`, whatever it died of.
 */
export default class ClosingLineReporter implements Reporter {
  #counts = { passed: 0, failed: 0, skipped: 0 };

  onInit(): void {
    // The last moment there is: what others still write while the run closes stands above the line.
    process.once('exit', (status) => {
      const { passed, failed, skipped } = this.#counts;
      const atLeast = status === 0 ? 0 : 1;
      process.stdout.write(`\n${passed} passed, ${Math.max(failed, atLeast)} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      // A file that cannot be imported, or a hook that throws, fails once; its tests have not run.
      for (const part of [module, ...module.children.allSuites()]) if (part.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state] += 1;
      }
    }
    this.#counts = counts;
  }
}
