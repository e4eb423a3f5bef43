import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Siblings are read from their sources: tests need no build.
  ssr: { resolve: { conditions: ['ai-proxy-source', 'node', 'import', 'default'], externalConditions: ['ai-proxy-source', 'node', 'import', 'default'] } },
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
  },
});
