import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { describe, expect, it } from 'vitest';
import { requestHeadersForUpstream } from '../../packages/core/src/headers/request-headers.ts';
import { responseHeadersForCaller } from '../../packages/core/src/headers/response-headers.ts';
import { checkedTable, codeInColumn, pageAt, root } from './documents.ts';

/** The texts of a list in the source: a header that nobody documents must not slip in. */
function listIn(path: string, name: string): string[] {
  const source = readFileSync(join(root, path), 'utf8');
  const list = new RegExp(`const ${name}\\b[^=]*=[^[]*\\[([^]*?)\\n?\\s*\\]`).exec(source)?.[1] ?? '';
  return [...list.replace(/^\s*\/\/.*$/gm, '').matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
}

const headersOf = (names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, 'x']));

describe('docs/headers.md', () => {
  const up = codeInColumn(checkedTable('docs/headers.md', 'allowed up'), 0);
  const deniedDown = codeInColumn(checkedTable('docs/headers.md', 'denied down'), 0).filter((name) => name !== 'connection');

  it('lists what goes up, and nothing else does', () => {
    expect(up).toEqual(listIn('packages/core/src/headers/request-headers.ts', 'allowed'));
    expect(Object.keys(requestHeadersForUpstream(headersOf([...up, 'x-anything-else'])))).toEqual(up);
  });

  it('names what never goes up', () => {
    const never = /^Never: (.+)$/m.exec(pageAt('docs/headers.md').text)?.[1] ?? '';
    const names = codeInColumn([[never]], 0).map((name) => name.replace('*', 'x'));
    expect(names.length).toBeGreaterThan(10);
    expect(requestHeadersForUpstream(headersOf(['cookie', ...names]), ['cookie', ...names])).toEqual({});
  });

  it('lists everything that does not come down', () => {
    const path = 'packages/core/src/headers/response-headers.ts';
    const code = [
      ...listIn('packages/core/src/headers/header-rules.ts', 'hopByHop'),
      ...listIn(path, 'denied'),
      ...listIn(path, 'deniedPrefixes').map((prefix) => `${prefix}*`),
    ];
    expect(['connection', ...deniedDown].toSorted()).toEqual(code.toSorted());
    expect(responseHeadersForCaller(headersOf(deniedDown.map((name) => name.replace('*', 'x'))), { reframed: false })).toEqual({});
  });

  it('lists what is true of the original bytes only', () => {
    const code = listIn('packages/core/src/headers/response-headers.ts', 'ofTheOriginalBytes');
    const sentence = /^On native inference routes also .+$/m.exec(pageAt('docs/headers.md').text)?.[0] ?? '';
    expect(codeInColumn([[sentence]], 0)).toEqual(code);
  });

  it('has a row for every header that pages of other origins may read', async () => {
    const proxy = createProxy({ providers: [mistral({ apiKey: 'k' })], cors: { origins: '*' } });
    const answer = await proxy.fetch('http://proxy/v1/nowhere', { headers: { origin: 'https://app.example.com' } });
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ') ?? [];
    expect(codeInColumn(checkedTable('docs/headers.md', 'own headers'), 0).toSorted()).toEqual(exposed.toSorted());
    await proxy.close();
  });
});
