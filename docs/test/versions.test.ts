import { describe, expect, it } from 'vitest';
import { frameworks } from '../../test/matrix/frameworks.ts';
import { checkedTable, codeIn } from './documents.ts';

describe('the supported versions of docs/mounting.md', () => {
  it('are those that the matrix runs', () => {
    const rows = checkedTable('docs/mounting.md', 'versions').map(([name, majors, oldest]) => [name, majors?.split(', '), codeIn(oldest)]);
    const run = frameworks.flatMap(({ title, versions }) => {
      const oldest = versions.filter((version) => /^\d/.test(version));
      return title === undefined ? [] : [[title, oldest.map((version) => version.split('.')[0]), oldest]];
    });
    expect(rows).toEqual(run);
  });
});
