import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { providerContract } from '@ai-proxy/testing';
import type { ProviderCase } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { acme } from '../src/acme.ts';
import { engines, events, reply } from './acme-server.ts';

// #region contract
const cases: ProviderCase[] = [
  {
    title: 'a question',
    operation: 'chat',
    input: { model: 'anvil-2', messages: [{ role: 'user', content: 'Where is the bird?' }], temperature: 0.5, user: 'coyote' },
    drops: ['user'],
    answers: [reply],
    stream: events.join(''),
  },
  {
    title: 'a stream that breaks off',
    operation: 'chat',
    input: { model: 'anvil-2', messages: [{ role: 'user', content: 'Where is the bird?' }] },
    stream: events.slice(0, 2).join(''),
    streamEnds: 'incomplete',
  },
];

describe('acme', () => {
  const checks = providerContract({ provider: acme(), cases, models: engines });
  it.each(checks.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
// #endregion

describe('the file of the provider', () => {
  it('has less than 150 lines, all of them counted', () => {
    const lines = readFileSync(join(import.meta.dirname, '../src/acme.ts'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThan(150);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(140);
  });
});
