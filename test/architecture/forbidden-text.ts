import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What no file of the project may hold, and why. No pattern matches its own text. */
export const forbiddenText: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /(?:^|[^\w.])\/(?:work|farm)\//m, reason: 'is a path of one machine' },
  { pattern: /\bregistry\.(?:npm|yarn|pnpm)[\w-]*\.[a-z]+/i, reason: 'is the host of a package registry' },
  { pattern: /https?:\/\/[^\s'"]+\/-\/[^\s'"]+\.tgz/i, reason: 'is the address of a tarball in a package registry' },
  { pattern: /:_auth(?:Token)?\s*=/, reason: 'is a credential of a package registry' },
];

/** Every place in a text that holds what must not be there: the line and the reason. */
export function findForbidden(path: string, text: string): string[] {
  return forbiddenText.flatMap(({ pattern, reason }) => {
    const match = pattern.exec(text);
    return match === null ? [] : [`${path}:${text.slice(0, match.index + 1).split('\n').length}: ${match[0].trim()} ${reason}`];
  });
}

/** The text files that git tracks; a file with a NUL byte is not text. */
export function readTrackedTexts(root: string): { path: string; text: string }[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)) && statSync(join(root, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}
