import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { NativeRoute } from '../../src/provider/native-surface.ts';
import { matchNativeRoute } from '../../src/path/match-native-route.ts';
import { rawSegments } from '../../src/path/segments.ts';

function route(methods: string, path: string): NativeRoute {
  return { methods: methods.split(' '), path, operation: path, kind: 'relay' };
}

const table = [
  route('GET', '/*'),
  route('GET DELETE', '/v1/files/:id'),
  route('GET POST', '/v1/files'),
  route('GET', '/v1/files/:id/content'),
  route('GET', '/v1/files/newest'),
  route('GET', '/v1/batch/*'),
  route('GET', '/v1/batch/:id/errors'),
  route('POST', '/v1/chat/completions'),
  route('PUT', '/v1/:kind/settings'),
  route('PUT', '/v1/files/settings'),
];

function answer(method: string, path: string, prefix?: string, routes: readonly NativeRoute[] = table): unknown {
  const match = matchNativeRoute(routes, method, rawSegments(path), prefix);
  return match !== undefined && 'route' in match ? [match.route.path, match.path] : match;
}

describe('matchNativeRoute', () => {
  it.each([
    ['POST', '/v1/chat/completions', '/v1/chat/completions'],
    ['GET', '/v1/files', '/v1/files'],
    ['GET', '/v1/files/abc', '/v1/files/:id'],
    ['DELETE', '/v1/files/newest', '/v1/files/:id'],
    ['GET', '/v1/files/newest', '/v1/files/newest'],
    ['GET', '/v1/files/abc/content', '/v1/files/:id/content'],
    ['GET', '/v1/batch/1/errors', '/v1/batch/:id/errors'],
    ['GET', '/v1/batch/1/output', '/v1/batch/*'],
    ['GET', '/v1/batch/1', '/v1/batch/*'],
    ['GET', '/v1/batch/1/2/3', '/v1/batch/*'],
    ['PUT', '/v1/files/settings', '/v1/files/settings'],
    ['PUT', '/v1/other/settings', '/v1/:kind/settings'],
    ['GET', '/anything', '/*'],
  ])('%s %s is %s, whatever the order of the table', (method, path, expected) => {
    expect(answer(method, path)).toEqual([expected, path]);
    expect(answer(method, path, undefined, table.toReversed())).toEqual([expected, path]);
  });

  it.each([
    ['POST', '/v1/chat/completions'],
    ['POST', '/chat/completions'],
  ])('%s %s carries the optional prefix', (method, path) => {
    expect(answer(method, path, 'v1')).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
  });

  it('prefers a specific route behind the prefix to a vague one without it', () => {
    expect(answer('GET', '/files/abc', 'v1')).toEqual(['/v1/files/:id', '/v1/files/abc']);
    expect(answer('GET', '/api/tags', 'v1')).toEqual(['/*', '/api/tags']);
  });

  it('takes the prefix only where it is written out', () => {
    const chat = [route('POST', '/v1/chat/completions')];
    expect(answer('POST', '/chat/completions', 'v1', chat)).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
    expect(answer('POST', '/v1/v1/chat/completions', 'v1', chat)).toBe(undefined);
    expect(answer('PUT', '/settings', 'v1', [route('PUT', '/v1/:kind/settings')])).toBe(undefined);
    expect(answer('PUT', '/v1/settings', 'v1', [route('PUT', '/v1/:kind/settings')])).toBe(undefined);
    expect(answer('POST', '/%76%31/chat/completions', 'v1', chat)).toBe(undefined);
    expect(answer('POST', '/V1/chat/completions', 'v1', chat)).toBe(undefined);
    expect(answer('POST', '/chat/completions', undefined, chat)).toBe(undefined);
  });

  it('gives the methods of a path that is known with others only', () => {
    expect(answer('PATCH', '/v1/chat/completions', 'v1')).toEqual({ methods: ['POST', 'GET'] });
    expect(answer('PATCH', '/v1/chat/completions', undefined, [route('POST PUT', '/v1/chat/completions')])).toEqual({
      methods: ['POST', 'PUT'],
    });
    expect(answer('get', '/v1/files', undefined, [route('GET', '/v1/files')])).toEqual({ methods: ['GET'] });
  });

  it.each([
    '/v1/files/',
    '/v1/files//content',
    '/v1/files/a/b/c',
    '/v1/chat',
    '/v1/chat/completions/',
    '/v1/chat/completions/x',
    '/V1/chat/completions',
    '/v1/Chat/completions',
    '/v1/%63hat/completions',
    '/v1/chat%2Fcompletions',
    '/v1/chat/completions;x',
    '/v1/batch/',
    '/v1/batch',
    '/',
    '',
  ])('%j is no path of the table', (path) => {
    const small = table.filter((each) => each.path !== '/*');
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) expect(answer(method, path, undefined, small)).toBe(undefined);
  });

  it('takes names that look like patterns for names', () => {
    const routes = [route('GET', '/a/:id'), route('GET', '/b/*')];
    expect(answer('GET', '/a/:id', undefined, routes)).toEqual(['/a/:id', '/a/:id']);
    expect(answer('GET', '/a/*', undefined, routes)).toEqual(['/a/:id', '/a/*']);
    expect(answer('GET', '/*/x', undefined, routes)).toBe(undefined);
    expect(answer('GET', '/constructor/x', undefined, routes)).toBe(undefined);
  });

  it('never takes any encoding of a literal name for the name', () => {
    const encode = (text: string, places: readonly boolean[]): string =>
      text
        .split('')
        .map((character, index) => (places[index] === true ? `%${character.charCodeAt(0).toString(16)}` : character))
        .join('');
    const admin = [route('DELETE', '/api/delete'), route('POST', '/api/pull')];
    fc.assert(
      fc.property(fc.constantFrom('api/delete', 'api/pull'), fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (path, places) => {
        const encoded = encode(path, places);
        if (encoded === path) return;
        for (const method of ['DELETE', 'POST']) expect(answer(method, `/${encoded}`, 'api', admin)).toBe(undefined);
      }),
      { numRuns: 1000 },
    );
  });
});
