import { describe, expect, it } from 'vitest';
import { createRelayWatch } from '../../src/relay/relay-watch.ts';
import type { NativeSurface, ProviderFailure, Usage } from '../../src/index.ts';
import { makeCall } from '../faces/openai/make-call.ts';

const surface: NativeSurface = {
  routes: [],
  readUsage: (_operation, body) => (body as { usage?: Usage }).usage,
  createWatcher: () => ({ see: ({ data }) => JSON.parse(data) as { usage?: Usage }, isDone: () => false, isComplete: () => false }),
  readBatchResults: (body) => ('id' in (body as object) ? [body as { id: string; usage: Usage }] : []),
  errorBody: () => ({}),
  errorFrame: () => '',
};
const provider = {
  name: 'p',
  system: 's',
  baseURL: 'http://p',
  operations: {},
  native: surface,
  error: (): ProviderFailure => ({ message: '' }),
};
const route = { methods: ['GET'], path: '/v1/files', operation: 'files', kind: 'relay' } as const;

function watch(type: string, pieces: readonly string[], status = 200, more: Record<string, string> = {}): Usage | undefined {
  const call = { ...makeCall('files'), model: undefined, native: { provider, route, method: 'GET', path: '', query: '' } };
  const watcher = createRelayWatch(call, surface);
  watcher.begin(status, { 'content-type': type, ...more });
  for (const piece of pieces) watcher.see(Buffer.from(piece));
  watcher.end();
  return call.receipt.usage;
}

const usage = { seconds: 3 };
const json = JSON.stringify({ usage });

describe('the watch of a relayed answer', () => {
  it.each<[string, string, readonly string[], Usage | undefined]>([
    ['JSON', 'application/json; charset=utf-8', [json.slice(0, 5), json.slice(5)], usage],
    ['JSON that is larger than is kept', 'application/json', [json.slice(0, -1), ' '.repeat(1024 * 1024), '}'], undefined],
    ['JSON that is none', 'application/json', ['{"usage":'], undefined],
    ['events', 'text/event-stream', ['data: {}\n\nda', `ta: ${json}\n`, '\n'], usage],
    [
      'an event that is larger than is kept',
      'text/event-stream',
      [`data: ${'x'.repeat(1024 * 1024)}`, '\n\n', `data: ${json}\n\n`],
      undefined,
    ],
    ['events that are none', 'text/event-stream', ['data: {\n\n', `data: ${json}\n\n`], undefined],
    ['something else', 'audio/wav', [json], undefined],
    ['a file that is no list', 'application/octet-stream', ['%PDF', json], undefined],
  ])('reads %s', (_what, type, pieces, expected) => {
    expect(watch(type, pieces)).toEqual(expected);
  });

  it.each<[string, number, Record<string, string>]>([
    ['an error', 500, {}],
    ['a part', 206, {}],
    ['a coding that nobody undoes', 200, { 'content-encoding': 'gzip' }],
  ])('passes %s by', (_what, status, headers) => {
    expect(watch('application/json', [json], status, headers)).toBeUndefined();
  });

  it('adds up the results of a batch, line by line, once', () => {
    const lines = ['r-1', 'r-2', 'r-3'].map((id) => `${JSON.stringify({ id, usage: { inputTokens: 2, pages: 1 } })}\n`);
    const cut = lines.join('').match(/[^]{1,7}/g) ?? [];
    expect(watch('application/octet-stream', cut)).toEqual({ inputTokens: 6, pages: 3 });
    expect(watch('application/octet-stream', lines)).toBeUndefined();
  });
});
