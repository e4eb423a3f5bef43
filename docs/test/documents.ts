import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const root: string = join(import.meta.dirname, '../..');

/** One page, by its path from the root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  readonly path: string;
  readonly language: string;
  readonly code: string;
  /** Lines that a reader does not see, from a comment `<!-- setup … -->` right before the block. */
  readonly setup: string;
  /** The line of the page on which the code begins, counted from 1. */
  readonly line: number;
}

/** Everything that a user reads. */
export const pages: readonly Page[] = ['README.md', ...globSync(['docs/*.md', 'packages/*/README.md'], { cwd: root }).toSorted()].map(
  (path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }),
);

export function pageAt(path: string): Page {
  const page = pages.find((one) => one.path === path);
  if (page === undefined) throw new Error(`there is no page ${path}`);
  return page;
}

/** The fenced blocks of a page, in order. */
export function blocksOf({ path, text }: Page): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const language = /^```(\w*)$/.exec(lines[at] ?? '')?.[1];
    if (language === undefined) continue;
    const end = lines.indexOf('```', at + 1);
    if (end === -1) throw new Error(`${path}:${at + 1}: this block has no end`);
    const before = lines.slice(0, at).join('\n');
    const setup = /<!-- setup\n([^]*?)\n-->\n*$/.exec(before.slice(before.lastIndexOf('<!-- setup')))?.[1] ?? '';
    blocks.push({ path, language, code: lines.slice(at + 1, end).join('\n'), setup, line: at + 2 });
    at = end;
  }
  return blocks;
}

/** The rows of the table between `<!-- checked: name -->` and `<!-- /checked -->`, without its head. */
export function checkedTable(path: string, name: string): string[][] {
  const { text } = pageAt(path);
  const inside = text.split(`<!-- checked: ${name} -->`)[1]?.split('<!-- /checked -->')[0];
  const rows = inside?.split('\n').filter((line) => line.startsWith('|')) ?? [];
  if (rows.length < 3) throw new Error(`${path} has no table named "${name}"`);
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The code spans of a cell. */
export function codeIn(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** All code spans in one column of a table. */
export function codeInColumn(rows: readonly (readonly string[])[], column: number): string[] {
  return rows.flatMap((row) => codeIn(row[column]));
}
