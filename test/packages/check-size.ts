import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checklist } from './checklist.ts';
import type { NpmProject } from './npm-project.ts';

/** What an installation may weigh. */
export const goals = { packages: 40, othersBytes: 14_000_000, oursBytes: 1_000_000 } as const;

/** Packages that stand in one project and not in the other, each with the bytes of its files. */
export async function weighWhatWasAdded(
  before: NpmProject,
  after: NpmProject,
): Promise<readonly (readonly [name: string, bytes: number])[]> {
  const known = new Set(before.installed);
  const added = after.installed.filter((place) => !known.has(place));
  const weighed = await Promise.all(
    added.map(async (place) => [place.replace(/^node_modules\//, ''), await weigh(join(after.folder, place))] as const),
  );
  return weighed.toSorted(([, one], [, other]) => other - one);
}

/** Prints what was added, and fails where it is more than its goal. */
export async function checkSize(checklist: Checklist, added: readonly (readonly [name: string, bytes: number])[]): Promise<void> {
  const isOurs = ([name]: readonly [string, number]): boolean => /(?:^|\/)@ai-proxy\/[^/]+$/.test(name);
  const sum = (list: typeof added): number => list.reduce((bytes, [, more]) => bytes + more, 0);
  const ours = added.filter(isOurs);
  const others = added.filter((one) => !isOurs(one));
  for (const [title, list] of [
    ['ours', ours],
    ['others', others],
  ] as const) {
    for (const [name, bytes] of list) checklist.progress(`${title.padEnd(7)}${name.padEnd(32)}${kilobytes(bytes)}`);
    checklist.progress(`${title.padEnd(7)}${`${list.length} packages`.padEnd(32)}${kilobytes(sum(list))}`);
  }
  await checklist.check(`${added.length} packages of at most ${goals.packages}`, () => {
    assert.ok(added.length <= goals.packages, added.map(([name]) => name).join(', '));
  });
  await checklist.check(`${kilobytes(sum(others)).trim()} of others' code of at most ${kilobytes(goals.othersBytes).trim()}`, () => {
    assert.ok(sum(others) <= goals.othersBytes);
  });
  await checklist.check(`${kilobytes(sum(ours)).trim()} of ours of at most ${kilobytes(goals.oursBytes).trim()}`, () => {
    assert.ok(sum(ours) <= goals.oursBytes);
  });
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0).padStart(7)} kB`;

/** The bytes of a package's files, without the packages that are installed inside it. */
async function weigh(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const weights = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name === 'node_modules') return 0;
      const path = join(folder, entry.name);
      return entry.isDirectory() ? weigh(path) : entry.isFile() ? (await stat(path)).size : 0;
    }),
  );
  return weights.reduce((sum, one) => sum + one, 0);
}
