import { ownersContract } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { memoryOwners } from '../../src/index.ts';

describe('owners in memory', () => {
  it.each(ownersContract({ open: memoryOwners }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });
});
