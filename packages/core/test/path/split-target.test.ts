import { describe, expect, it } from 'vitest';

import { rawSegments } from '../../src/path/segments.ts';
import { splitTarget } from '../../src/path/split-target.ts';

describe('splitTarget', () => {
  it.each([
    ['/v1/models', '/v1/models', ''],
    ['/v1/models?x=1', '/v1/models', '?x=1'],
    ['/v1/models?', '/v1/models', '?'],
    ['/a?b?c', '/a', '?b?c'],
    ['/a?u=http://x/y', '/a', '?u=http://x/y'],
    ['', '', ''],
    ['?a', '', '?a'],
    ['/', '/', ''],
    ['*', '*', ''],
    ['//evil.example/x', '//evil.example/x', ''],
    ['http://host/x', '/x', ''],
    ['HTTPS://user:secret@host:8080/x/y?z', '/x/y', '?z'],
    ['http://host', '/', ''],
    ['http://host?x', '/', '?x'],
    ['/http://host/x', '/http://host/x', ''],
    ['ftp://host/x', 'ftp://host/x', ''],
    ['/%2e%2e/a', '/%2e%2e/a', ''],
    ['/a#b?c', '/a#b', '?c'],
  ])('%j is %j and %j', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });
});

describe('rawSegments', () => {
  it.each([
    ['', []],
    ['/', ['']],
    ['/a', ['a']],
    ['/a/b', ['a', 'b']],
    ['/a/', ['a', '']],
    ['//a', ['', 'a']],
    ['/%61/b%2Fc', ['%61', 'b%2Fc']],
    ['a/b', ['a', 'b']],
    ['*', ['*']],
  ])('%j has %j', (path, segments) => {
    expect(rawSegments(path)).toEqual(segments);
  });
});
