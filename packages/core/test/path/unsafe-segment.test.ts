import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { NativeRoute } from '../../src/provider/native-surface.ts';
import { matchNativeRoute } from '../../src/path/match-native-route.ts';
import { rawSegments } from '../../src/path/segments.ts';
import { splitTarget } from '../../src/path/split-target.ts';
import { findUnsafeSegment } from '../../src/path/unsafe-segment.ts';

describe('findUnsafeSegment', () => {
  it.each([
    '/v1/chat/completions',
    '/v1/models/mistral-small-latest',
    '/v1/models/ft:open-mistral-7b:a1b2:20240101:x',
    '/v1/models/',
    '/',
    '',
    '/v1/models/qwen2.5-coder:7b-instruct-q4_K_M',
    '/v1/models/model@sha256:abc',
    "/v1/models/a~b!c$d&e'f(g)h*i+j,k;l=m",
    '/v1/files/caf%C3%A9.jsonl',
    '/v1/files/a%20b',
    '/v1/files/%E6%BC%A2%F0%9F%A6%8A',
    '/v1/files/a%3Fb%23c',
    '/.well-known/x',
    '/v1/..a/a../a..b/.hidden',
    '/v1/0x2e0x2e/etc',
  ])('lets %j pass', (path) => {
    expect(findUnsafeSegment(rawSegments(path))).toBe(undefined);
  });

  it.each([
    ['//x', 'an empty segment'],
    ['/v1//chat', 'an empty segment'],
    ['/v1/chat//', 'an empty segment'],
    ['/v1/models/a%2fb', 'an encoded slash'],
    ['/v1/models/a%2Fb', 'an encoded slash'],
    ['/v1/models/a%5cb', 'an encoded backslash'],
    ['/v1/models/a%5Cb', 'an encoded backslash'],
    ['/v1\\chat', 'a backslash'],
    ['/..\\..\\etc', 'a backslash'],
    ['/v1/a\0b', 'a control character'],
    ['/v1/a\r\nb', 'a control character'],
    ['/v1/a\tb', 'a control character'],
    ['/v1/a\x7fb', 'a control character'],
    ['/v1/a%00b', 'an encoded control character'],
    ['/v1/a%0d%0ab', 'an encoded control character'],
    ['/v1/a%7fb', 'an encoded control character'],
    ['/v1/a%C2%85b', 'an encoded control character'],
    ['/v1/a%E2%80%A8b', 'an encoded control character'],
    ['/v1/.', 'a dot segment'],
    ['/v1/..', 'a dot segment'],
    ['/v1/../admin', 'a dot segment'],
    ['/v1/%2e', 'a dot segment'],
    ['/v1/%2e%2e/admin', 'a dot segment'],
    ['/v1/%2E./admin', 'a dot segment'],
    ['/v1/.%2e/admin', 'a dot segment'],
    ['/v1/..;/admin', 'a dot segment'],
    ['/v1/..;a=b/admin', 'a dot segment'],
    ['/v1/%2e%2e%3bx/admin', 'a dot segment'],
    ['/v1/.../admin', 'a dot segment'],
    ['/v1/..%20/admin', 'a dot segment'],
    ['/v1/%20../admin', 'a dot segment'],
    ['/v1/%252e%252e/admin', 'an encoded percent sign'],
    ['/v1/a%25b', 'an encoded percent sign'],
    ['/v1/%', 'an invalid percent-escape'],
    ['/v1/%2', 'an invalid percent-escape'],
    ['/v1/%zz', 'an invalid percent-escape'],
    ['/v1/%u002e%u002e', 'an invalid percent-escape'],
    ['/v1/%%32e', 'an invalid percent-escape'],
    ['/v1/%c0%ae%c0%ae/admin', 'bytes that are not UTF-8'],
    ['/v1/%c0%af', 'bytes that are not UTF-8'],
    ['/v1/%e0%80%ae', 'bytes that are not UTF-8'],
    ['/v1/%ed%a0%80', 'bytes that are not UTF-8'],
    ['/v1/%ff', 'bytes that are not UTF-8'],
    ['/v1/%e9', 'bytes that are not UTF-8'],
    ['/v1/é', 'a character outside ASCII that is not percent-encoded'],
    ['/v1/\uff0e\uff0e', 'a character outside ASCII that is not percent-encoded'],
    ['/v1/%ef%bc%8e%ef%bc%8e/admin', 'a dot segment'],
    ['/v1/%e2%80%a5/admin', 'a dot segment'],
    ['/v1/%e2%80%a4%e2%80%a4/admin', 'a dot segment'],
    ['/v1/%ef%b9%92./admin', 'a dot segment'],
    ['/v1/..%ef%bc%8fadmin', 'a disguised slash or percent sign'],
    ['/v1/..%ef%bc%bcadmin', 'a disguised slash or percent sign'],
    ['/v1/%ef%bc%852e', 'a disguised slash or percent sign'],
    ['/v1/..%e2%88%95admin', 'a disguised slash or percent sign'],
    ['/v1/..%e2%81%84admin', 'a disguised slash or percent sign'],
    ['/v1/..%e2%88%96admin', 'a disguised slash or percent sign'],
    ['/v1/a b', 'a character that must be percent-encoded'],
    ['/v1/a#b', 'a character that must be percent-encoded'],
    ['/v1/<x>', 'a character that must be percent-encoded'],
    ['/v1/{x}', 'a character that must be percent-encoded'],
    ['/v1/a|b', 'a character that must be percent-encoded'],
    ['/v1/[x]', 'a character that must be percent-encoded'],
  ])('refuses %j for %s', (path, reason) => {
    expect(findUnsafeSegment(rawSegments(path))).toBe(reason);
  });

  it.each([
    ['hf.co%2Forg%2Fmodel', undefined],
    ['org%2fmodel', undefined],
    ['..%2fadmin', 'a dot segment'],
    ['a%2f..%2fadmin', 'a dot segment'],
    ['a%2f%2e%2e', 'a dot segment'],
    ['a%2f%2fb', 'an empty segment'],
    ['%2fetc', 'an empty segment'],
    ['etc%2f', 'an empty segment'],
    ['a%5cb', 'an encoded backslash'],
    ['a%252fb', 'an encoded percent sign'],
    ['a%2fb\\c', 'a backslash'],
  ])('where an encoded slash is allowed, says of %j: %s', (segment, reason) => {
    expect(findUnsafeSegment(['v1', 'models', segment], { allowEncodedSlash: true })).toBe(reason);
  });

  it('lets nothing pass that a URL parser would rewrite', () => {
    const base = 'https://api.example/base';
    const segment = fc.string({
      unit: fc.constantFrom('.', '%', '2', 'e', 'f', '5', 'c', '/', '\\', ';', '0', 'a', '#', '?', '\t', '\n', ' ', '%2e', '%2F', '@', ':'),
      maxLength: 10,
    });
    fc.assert(
      fc.property(segment, (text) => {
        const segments = rawSegments(`/${text}`);
        if (findUnsafeSegment(segments) !== undefined) return;
        const path = `/${segments.join('/')}`;
        expect(new URL(base + path).href).toBe(base + path);
      }),
      { numRuns: 20_000 },
    );
  });
});

const route = (path: string): NativeRoute => ({ methods: ['GET', 'POST', 'DELETE'], path, operation: path, kind: 'relay' });
const closedTable = [route('/v1/chat/completions'), route('/v1/files/:id/content'), route('/api/tags')];
const openTable = [...closedTable, route('/v1/files/*'), route('/:any'), route('/*')];
const corpora = process.env['CORPORA'];

describe.skipIf(corpora === undefined)('traversal corpora (skipped where CORPORA is not set)', () => {
  const folder = join(corpora ?? '', 'traversal');
  const names = corpora === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.txt'));

  /** Each line as it is, and with its place for a file's name filled. */
  function linesOf(name: string): string[] {
    const lines = readFileSync(join(folder, name), 'latin1')
      .split(/\r?\n/)
      .filter((line) => line !== '');
    return [
      ...new Set(
        lines.flatMap((line) => [line, line.replaceAll('{FILE}', 'etc/passwd'), line.replaceAll('{FILE}', 'v1/chat/completions')]),
      ),
    ];
  }

  it('are there', () => expect(names.length).toBeGreaterThan(3));

  it.each(names)('no line of %s leaves the base of its provider or reaches a route that it does not name', (name) => {
    for (const line of linesOf(name)) {
      for (const target of [
        `/mistral${line}`,
        `/mistral/${line}`,
        `/mistral/v1/files/${line}`,
        `/mistral/v1/files/${line}/content`,
        `/mistral/v1/files/x/${line}`,
      ]) {
        const [mount, ...segments] = rawSegments(splitTarget(target).path);
        if (mount !== 'mistral' || findUnsafeSegment(segments) !== undefined) continue;
        for (const table of [closedTable, openTable]) {
          const match = matchNativeRoute(table, 'GET', segments, 'v1');
          if (match === undefined || !('path' in match)) continue;
          for (const base of ['https://api.example', 'https://api.example/deep/base']) {
            const url = new URL(base + match.path);
            expect(url.href).toBe(base + match.path);
            expect(decodeURIComponent(url.pathname)).not.toMatch(/(?:^|[/\\])\.{1,2}(?:[/\\;]|$)|\\|\0|\/\//);
          }
          if (!/^\/(?:v1\/)?files\//.test(match.path) && table === closedTable)
            expect(match.path).toMatch(/^\/(?:v1\/chat\/completions|api\/tags)$/);
        }
      }
    }
  });

  it.each(names)('every line of %s that climbs or hides something is refused before any table is asked', (name) => {
    const dangerous = /\.\.|%2e|%c0|%252e|\\|%5c|%0[ad]|%u/i;
    // `0x2e`, `0x2f` and `0x5c` are plain letters to every URL parser: they name nothing but themselves.
    const lines = linesOf(name).filter((line) => line.startsWith('/') && dangerous.test(splitTarget(line).path) && !/0x[25]/.test(line));
    for (const line of lines) {
      const segments = rawSegments(splitTarget(line).path);
      expect([line, findUnsafeSegment(segments) === undefined ? 'passes' : 'is refused']).toEqual([line, 'is refused']);
    }
  });
});

interface UrlCase {
  readonly input: string;
}

describe.skipIf(corpora === undefined)('web platform tests of URLs (skipped where CORPORA is not set)', () => {
  it('every input that passes as a path is left as it is by the URL parser', () => {
    if (corpora === undefined) return;
    const cases = (JSON.parse(readFileSync(join(corpora, 'wpt-url/urltestdata.json'), 'utf8')) as (string | UrlCase)[]).filter(
      (each) => typeof each === 'object',
    );
    expect(cases.length).toBeGreaterThan(300);
    for (const { input } of cases) {
      const segments = rawSegments(splitTarget(`/${input}`).path);
      if (findUnsafeSegment(segments) !== undefined) continue;
      const href = `https://api.example/base/${segments.join('/')}`;
      expect(new URL(href).href).toBe(href);
    }
  });
});
