import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, root } from './documents.ts';
import type { Page } from './documents.ts';

const withoutCode = (text: string): string => text.replace(/```[^]*?```/g, '').replace(/`[^`\n]*`/g, '');

function linksOf({ text }: Page): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !/^https?:/.test(link));
}

/** The anchors of a page, as GitHub makes them of headings. */
function anchorsOf({ text }: Page): Set<string> {
  const headings = [...text.replace(/```[^]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the links of the pages', () => {
  it.each(pages.map((page) => [page.path, page] as const))('%s leads only to what is there', (path, page) => {
    const broken = linksOf(page).filter((link) => {
      const [file = '', anchor] = link.split('#', 2);
      const target = file === '' ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(root, target))) return true;
      const other = pages.find((one) => one.path === target);
      return anchor !== undefined && other !== undefined && !anchorsOf(other).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('lead from the index to every page of the guide', () => {
    const index = pages.find((page) => page.path === 'docs/README.md');
    const linked = index === undefined ? [] : linksOf(index).map((link) => `docs/${link}`);
    const guide = pages.map((page) => page.path).filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect([...new Set(linked)].toSorted()).toEqual(guide.toSorted());
  });
});
