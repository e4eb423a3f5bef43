import type { NativeRoute, Provider } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeIn, codeInColumn, pageAt } from './documents.ts';

const providers: readonly (readonly [name: string, provider: Provider])[] = [
  ['mistral', mistral()],
  ['ollama', ollama()],
  ['compatible', openaiCompatible({ name: 'local', baseURL: 'http://127.0.0.1:8080' })],
];

const methodsOf = (route: NativeRoute): string => route.methods.join(', ');
const line = (...cells: readonly string[]): string => cells.join(' | ');

describe.each(providers)('the tables of %s in docs/native.md', (name, provider) => {
  const routes = provider.native?.routes ?? [];
  const rows = (table: string): string[] => checkedTable('docs/native.md', `${name} ${table}`).map((cells) => line(...cells));

  it('hold every inference route, and no other', () => {
    const open = routes.filter((route) => route.kind === 'inference' && route.closed === undefined);
    expect(rows('inference')).toEqual(
      open.map((route) => line(`\`${route.path}\``, methodsOf(route), route.operation, route.framing === undefined ? 'no' : 'yes')),
    );
  });

  it('hold every relay, and no other', () => {
    const open = routes.filter((route) => route.kind === 'relay' && route.closed === undefined);
    expect(rows('relay')).toEqual(open.map((route) => line(`\`${route.path}\``, methodsOf(route), route.operation)));
  });

  it('hold every route that is shut, with its group', () => {
    const closed = routes.filter((route) => route.closed !== undefined);
    expect(rows('closed')).toEqual(closed.map((route) => line(`\`${route.closed}\``, `\`${route.path}\``, methodsOf(route))));
  });

  it('say of every group why it is shut', () => {
    const groups = new Set(codeInColumn(checkedTable('docs/native.md', `${name} closed`), 0));
    const before = pageAt('docs/native.md').text.split(`<!-- checked: ${name} closed -->`)[0] ?? '';
    const reasons = before.slice(before.lastIndexOf('\n\n| group')).trim().split('\n').slice(2);
    expect(new Set(reasons.flatMap((row) => codeIn(row.split('|')[1])))).toEqual(groups);
  });
});
