import fc from 'fast-check';
import type { KeyRecord } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { makeRequest } from '../../../core/test/fixtures/make-request.ts';
import { matches, namesModel } from '../../src/rules/matches.ts';
import { asked, chat, makeGateway } from '../fixtures/make-gateway.ts';

describe('what a key may use', () => {
  it.each<[string, Partial<KeyRecord>, Record<string, unknown>, number, string | undefined]>([
    ['any model where none is named', {}, { model: 'test/small' }, 200, undefined],
    ['a model by provider and name', { models: ['test/small'] }, { model: 'test/small' }, 200, undefined],
    ['a model by provider and name, asked for by its name', { models: ['test/small'] }, { model: 'small' }, 200, undefined],
    ['a model by its name, asked for with its provider', { models: ['small'] }, { model: 'test/small' }, 200, undefined],
    ['all of a provider', { models: ['test/*'] }, { model: 'large' }, 200, undefined],
    ['an alias by its name, wherever it leads', { models: ['fast'] }, { model: 'fast' }, 200, undefined],
    ['an alias whose target it may use', { models: ['test/small'] }, { model: 'fast' }, 200, undefined],
    ['not another model', { models: ['test/small'] }, { model: 'test/large' }, 403, 'model_not_allowed'],
    ['not where an alias leads', { models: ['fast'] }, { model: 'test/small' }, 403, 'model_not_allowed'],
    ['not an alias of which one part is not allowed', { models: ['test/small'] }, { model: 'safe' }, 403, 'model_not_allowed'],
    ['not by another spelling', { models: ['test/small'] }, { model: 'TEST/SMALL' }, 404, 'model_not_found'],
    [
      'a model under a name of its own',
      { modelAliases: { 'gpt-4o': 'test/smart' }, models: ['test/smart'] },
      { model: 'gpt-4o' },
      200,
      undefined,
    ],
    [
      'not a forbidden model under a name of its own',
      { modelAliases: { 'gpt-4o': 'test/large' }, models: ['test/smart'] },
      { model: 'gpt-4o' },
      403,
      'model_not_allowed',
    ],
    ['an operation', { operations: ['chat'] }, {}, 200, undefined],
    ['not another operation', { operations: ['embeddings', 'o*'] }, {}, 403, 'route_not_allowed'],
    ['a path', { routes: ['/v1/chat/completions'] }, {}, 200, undefined],
    ['a path by a pattern', { routes: ['/v1/chat/*'] }, {}, 200, undefined],
    ['not another path', { routes: ['/test/*', '/v1/embeddings'] }, {}, 403, 'route_not_allowed'],
  ])('%s', async (_what, differences, input, status, code) => {
    const gateway = await makeGateway({ proxy: { aliases: { fast: 'test/small', safe: { fallback: ['test/small', 'test/large'] } } } });
    const answer = await gateway.ask(chat(await gateway.addKey(differences), input));
    expect([answer.status, status === 200 ? undefined : answer.error()['code']]).toEqual([status, code]);
    expect(asked(gateway.upstream)).toBe(status === 200 ? 1 : 0);
  });

  it.each<[string, Partial<KeyRecord>, string, unknown, number]>([
    ['a native chat with a model of its own', { models: ['test/small'] }, '/test/v1/chat', { model: 'small' }, 200],
    ['no native chat with another model', { models: ['test/small'] }, '/test/v1/chat', { model: 'large' }, 403],
    ['no native request that names no model', { models: ['test/small'] }, '/test/v1/chat', {}, 403],
    [
      'a native request without a model where its operation is named',
      { models: ['test/small'], operations: ['chat'] },
      '/test/v1/chat',
      {},
      200,
    ],
    ['any native request where no model is named', {}, '/test/v1/chat', {}, 200],
    ['no files, which are the account’s', {}, '/test/v1/files/1/content', undefined, 403],
    ['the path of a native route', { routes: ['/test/v1/chat'] }, '/test/chat', {}, 200],
  ])('%s', async (_what, differences, target, body, status) => {
    const gateway = await makeGateway();
    const key = await gateway.addKey(differences);
    const answer = await gateway.ask(makeRequest(target, body, { headers: { 'content-type': 'application/json', 'x-api-key': key } }));
    expect(answer.status).toBe(status);
    expect(asked(gateway.upstream)).toBe(status === 200 ? 1 : 0);
  });

  it('is all that listings show and hints name', async () => {
    const gateway = await makeGateway({ proxy: { aliases: { fast: 'test/small', secret: 'test/large' } } });
    const key = await gateway.addKey({ models: ['test/sma*', 'fast'] });
    const ask = (target: string) => gateway.ask(makeRequest(target, undefined, { headers: { 'x-api-key': key } }));
    const listed = (await ask('/v1/models')).json()['data'] as { id: string }[];
    expect(listed.map(({ id }) => id)).toEqual(['fast', 'small', 'smart']);
    expect([(await ask('/v1/models/small')).status, (await ask('/v1/models/test%2Fsmall')).status]).toEqual([200, 200]);
    const [large, secret, near] = [
      await ask('/v1/models/large'),
      await ask('/v1/models/secret'),
      await gateway.ask(chat(key, { model: 'larg' })),
    ];
    expect([large.status, secret.status, near.status]).toEqual([404, 404, 404]);
    expect([large, secret, near].map(({ text }) => text.includes('"large\\"') && text.includes('Did you mean'))).toEqual([
      false,
      false,
      false,
    ]);
    expect((await gateway.ask(chat(key, { model: 'smal' }))).error()['message']).toContain('Did you mean "small"');
  });

  it('is never more than the key above it may', async () => {
    const gateway = await makeGateway();
    await gateway.addKey({ id: 'key_boss', models: ['test/small'], operations: ['chat'] });
    const child = await gateway.addKey({ parent: 'key_boss', models: ['test/*'] });
    const [allowed, forbidden] = [
      await gateway.ask(chat(child, { model: 'test/small' })),
      await gateway.ask(chat(child, { model: 'test/large' })),
    ];
    expect([allowed.status, forbidden.status]).toEqual([403, 403]);
    const plain = await gateway.addKey({ parent: 'key_boss' });
    expect([(await gateway.ask(chat(plain))).status, (await gateway.ask(chat(plain, { model: 'test/large' }))).status]).toEqual([200, 403]);
  });
});

describe('patterns', () => {
  it('match themselves and what their stars stand for, and read nothing else as special', () => {
    const cases = [
      ['*', 'anything\nat all', true],
      ['a*c', 'abc', true],
      ['a*c', 'ac', true],
      ['a*c', 'abd', false],
      ['a.c', 'abc', false],
      ['a+', 'aa', false],
      ['(a|b)*', 'a', false],
      ['**a**', 'bab', true],
    ] as const;
    expect(cases.map(([pattern, text]) => matches(pattern, text))).toEqual(cases.map(([, , expected]) => expected));
  });

  it('take no time however they are written', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }),
        fc.string({ maxLength: 200 }),
        (pattern, text) =>
          typeof matches(`${pattern}*`, pattern + text) === 'boolean' &&
          matches(`${pattern.replaceAll('*', '')}*`, pattern.replaceAll('*', '') + text),
      ),
    );
  });

  it('name models at their providers', () => {
    expect([
      namesModel(['org/model'], 'org/model', 'gguf/org/model'),
      namesModel(['gguf/*'], 'x', 'gguf/org/model'),
      namesModel(['other/*'], 'x', 'gguf/org/model'),
    ]).toEqual([true, true, false]);
  });
});
