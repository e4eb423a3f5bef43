import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeInColumn, root } from './documents.ts';

const unionIn = (path: string): string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/^ {2}\| '([a-z_]+)'/gm)].map((match) => match[1] ?? '');

describe('docs/errors.md', () => {
  const rows = checkedTable('docs/errors.md', 'error codes');

  it('explains every code of the proxy once, and no other', () => {
    const codes = unionIn('packages/core/src/errors/codes.ts');
    expect(codes.length).toBeGreaterThan(30);
    expect(codeInColumn(rows, 0)).toEqual(codes);
  });

  it.each(rows)('says of %s its status, whose doing it is, and what to do', (_, status, source, when, what) => {
    expect(status).toMatch(/^[45]\d\d\b/);
    expect(['caller', 'policy', 'provider', 'proxy']).toContain(source);
    expect([when, what]).not.toContain('');
  });
});

describe('docs/policies.md', () => {
  it('lists every outcome of a receipt, and no other', () => {
    expect(codeInColumn(checkedTable('docs/receipts.md', 'outcomes'), 0)).toEqual(unionIn('packages/core/src/receipt/outcome.ts'));
  });
});
