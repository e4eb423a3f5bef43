import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caughtTarget } from '../src/caught-target.ts';

const host = 'http://localhost:3000';

describe('the target below the folder of a route', () => {
  it.each([
    ['/ai/v1/models', { path: ['v1', 'models'] }, '/v1/models'],
    ['/ai/v1/models?a=b%2Fc&d', { path: ['v1', 'models'] }, '/v1/models?a=b%2Fc&d'],
    ['/ai/v1/models/', { path: ['v1', 'models'] }, '/v1/models'],
    ['/ai/v1/models/mistral%2Fsmall', { path: ['v1', 'models', 'mistral/small'] }, '/v1/models/mistral%2Fsmall'],
    ['/ai/v1/models/mistral%2fsmall', { path: ['v1', 'models', 'mistral/small'] }, '/v1/models/mistral%2fsmall'],
    ['/ai/v1/models/a:b@c', { path: ['v1', 'models', 'a:b@c'] }, '/v1/models/a:b@c'],
    ['/base/path/ai/v1', { path: ['v1'] }, '/v1'],
    ['/acme*/ai/v1/models', { tenant: 'acme*', path: ['v1', 'models'] }, '/v1/models'],
    ['/ai', {}, '/'],
    ['/ai?x=1', { path: undefined }, '/?x=1'],
    ['/status', {}, '/'],
  ])('of %s with %j is %s', (url, params, target) => {
    expect(caughtTarget(host + url, params)).toBe(target);
  });

  it.each([
    ['/gateway/v1/models', { path: ['v1', 'models'] }, '/v1/models'],
    ['/models', { path: ['v1', 'models'] }, '/v1/models'],
    ['/all-models?x=1', { path: ['v1', 'models', 'a/b', '..', 'é'] }, '/v1/models/a%2Fb/../%C3%A9?x=1'],
    ['/ai/%ZZ', { path: ['other'] }, '/other'],
  ])('is where a rewrite from %s has led with %j: %s', (url, params, target) => {
    expect(caughtTarget(host + url, params)).toBe(target);
  });

  it('keeps what the caller wrote, whatever stands before it', () => {
    const segment = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text !== '.' && text !== '..' && text.isWellFormed());
    const segments = fc.array(segment, { maxLength: 4 });
    fc.assert(
      fc.property(segments, segments, (folder, path) => {
        const written = path.map(encodeURIComponent);
        const url = `${host}/${[...folder.map(encodeURIComponent), ...written].join('/')}`;
        const params = path.length === 0 ? {} : { path };
        expect(caughtTarget(url, params)).toBe(`/${written.join('/')}`);
      }),
    );
  });
});
