import { describe, expect, it } from 'vitest';
import { attribute } from '../../packages/logger/src/opentelemetry/names.ts';
import { series } from '../../packages/logger/src/prometheus/index.ts';
import { checkedTable, codeIn, codeInColumn } from './documents.ts';

describe('docs/logging.md', () => {
  it('names every series, with its kind and its labels', () => {
    const rows = checkedTable('docs/logging.md', 'series').map(([name = '', , labels = '']) => ({
      name: codeIn(name)[0],
      labels: codeIn(labels),
    }));
    expect(rows).toEqual(Object.values(series).map(({ name, labels }) => ({ name, labels })));
  });

  it('names every attribute', () => {
    expect(codeInColumn(checkedTable('docs/logging.md', 'attributes'), 0)).toEqual(Object.values(attribute));
  });
});
