import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, root } from './documents.ts';

const shown = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/<!-- region: (\S+)#(\S+) -->\n+(?:<!-- setup\n[^]*?\n-->\n+)?```ts\n([^]*?)\n```/g)].map(
    ([, file = '', name = '', code = '']) => [path, file, name, code] as const,
  ),
);

describe('the regions of examples', () => {
  it('are all found', () => {
    const marks = pages.flatMap(({ text }) => [...text.matchAll(/<!-- region: /g)]);
    expect(shown.length).toBeGreaterThan(2);
    expect(shown).toHaveLength(marks.length);
  });

  it.each(shown)('%s shows %s#%s as it is', (_, file, name, code) => {
    const source = readFileSync(join(root, file), 'utf8');
    expect(code).toBe(source.split(`// #region ${name}\n`)[1]?.split('\n// #endregion')[0]);
  });
});
