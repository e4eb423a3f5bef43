import { providerContract } from '@ai-proxy/testing';
import type { ProviderContractOptions } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { llamaCppPythonRecordings, llamaServerRecordings } from './compatible-recordings.ts';
import { mistralRecordings } from './mistral-recordings.ts';
import { ollamaRecordings } from './ollama-recordings.ts';

const recordings: readonly (readonly [string, ProviderContractOptions])[] = [
  ['mistral()', mistralRecordings],
  ['openaiCompatible() with llama-server', llamaServerRecordings],
  ['openaiCompatible() with llama-cpp-python', llamaCppPythonRecordings],
  ['ollama()', ollamaRecordings],
];

describe.each(recordings)('the contract of %s', (_, options) => {
  const checks = providerContract(options);

  it.each(checks.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('names each of its checks once', () => {
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  });
});
