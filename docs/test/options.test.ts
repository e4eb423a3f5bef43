import { createProxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { describe, expect, it } from 'vitest';
import { toMountSettings } from '../../packages/connect/src/mount-options.ts';
import { readOptions } from '../../packages/core/src/proxy/read-options.ts';
import { checkedTable, codeIn, codeInColumn } from './documents.ts';

const providers = [mistral()];
const settings = readOptions({ providers });
const groups = ['limits', 'timeouts', 'retry', 'breaker'] as const;

/** The values of a group; retries and the breaker are not switched off by default. */
function valuesOf(group: (typeof groups)[number]): Record<string, number> {
  const values = settings[group];
  if (values === false) throw new Error(`${group} is off by default`);
  return { ...values };
}

/** Options of one group with one of them set; the point is that some are wrong. */
const withOne = (path: string, value: number): Parameters<typeof createProxy>[0] => {
  const [group = '', name = ''] = path.split('.');
  return { providers, [group]: { [name]: value } };
};

describe('docs/options.md', () => {
  it('names every option', () => {
    const rows = checkedTable('docs/options.md', 'general options');
    expect(codeInColumn(rows, 0).toSorted()).toEqual(
      [...new Set([...Object.keys(settings), 'endUserHeader', 'log', 'onReceipt', 'prices', 'transport'])].toSorted(),
    );
  });

  it.each([
    ['strict', 'false'],
    ['cors', 'false'],
    ['remoteFiles', 'false'],
    ['aliases', '{}'],
    ['faces', '[]'],
    ['policies', '[]'],
  ])('has the right default of %s', (name, text) => {
    const row = checkedTable('docs/options.md', 'general options').find((cells) => codeIn(cells[0])[0] === name);
    expect(codeIn(row?.[1])).toEqual([text]);
    expect(JSON.stringify(Object.entries(settings).find(([key]) => key === name)?.[1])).toBe(text);
  });

  describe.each(groups)('%s', (group) => {
    const rows = checkedTable('docs/options.md', group);

    it('has every option with its default', () => {
      const documented = rows.map((row) => [codeIn(row[0])[0], Number(codeIn(row[1])[0])]);
      expect(documented).toEqual(Object.entries<number>(valuesOf(group)).map(([name, value]) => [`${group}.${name}`, value]));
    });

    it.each(rows.map((row) => [codeIn(row[0])[0] ?? '', Number(codeIn(row[2])[0])] as const))(
      'takes %s from %i on, and nothing less',
      (path, least) => {
        expect(() => createProxy(withOne(path, least))).not.toThrow();
        expect(() => createProxy(withOne(path, least - 1))).toThrow(path);
      },
    );
  });

  it('has every number of remoteFiles with its default and its bound, and every list', () => {
    const rows = checkedTable('docs/options.md', 'remoteFiles');
    const { remoteFiles } = readOptions({ providers, remoteFiles: {} });
    const documented = rows.map((row) => [codeIn(row[0])[0], Number(codeIn(row[1])[0])]);
    const numbers = Object.entries<unknown>({ ...(remoteFiles || undefined) }).filter(([, value]) => typeof value === 'number');
    expect(documented).toEqual(numbers.map(([name, value]) => [`remoteFiles.${name}`, value]));
    for (const row of rows) {
      const [path = '', least] = [codeIn(row[0])[0], Number(codeIn(row[2])[0])];
      expect(() => createProxy(withOne(path, least))).not.toThrow();
      expect(() => createProxy(withOne(path, least - 1))).toThrow(path);
    }
    expect(codeInColumn(checkedTable('docs/options.md', 'hosts of remoteFiles'), 0)).toEqual([
      'remoteFiles.hosts',
      'remoteFiles.trustedHosts',
    ]);
  });

  it('says how much a clock can be at the most', () => {
    for (const row of checkedTable('docs/options.md', 'timeouts')) {
      const path = codeIn(row[0])[0] ?? '';
      expect(() => createProxy(withOne(path, 2_147_483_647))).not.toThrow();
      expect(() => createProxy(withOne(path, 2_147_483_648))).toThrow(path);
    }
  });
});

describe('docs/mounting.md', () => {
  it('names every option of a mount', () => {
    const { writing, ...others } = toMountSettings({});
    const names = [...Object.keys(others), ...Object.keys(writing).map((name) => `writing.${name}`)];
    expect(codeInColumn(checkedTable('docs/mounting.md', 'mount options'), 0).toSorted()).toEqual(names.toSorted());
  });
});
