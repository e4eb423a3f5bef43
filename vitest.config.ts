import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Siblings are read from their sources: tests need no build. Vitest hands conditions on to Node, where `import` or `default` among them
  // would make `require()` load what is meant for `import`: only the house's own may stand here.
  ssr: { resolve: { conditions: ['ai-proxy-source', 'node', 'module-sync'], externalConditions: ['ai-proxy-source'] } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'docs/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
    ],
    reporters: ['default', './test/closing-line-reporter.ts'],
    testTimeout: 20_000,
    // Many of them wait for clocks, sockets and other processes: a core that is kept free would do nothing.
    maxWorkers: '100%',
  },
});
