import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/index.ts';
import { readAskedFor } from '../../src/receipt/asked-for.ts';

const endUserOf = (headers: Record<string, string>, input: JsonObject = {}, header?: string): string | undefined =>
  readAskedFor(headers, input, header).endUser;

describe('the end user', () => {
  it.each<[string, Record<string, string>, JsonObject, string]>([
    ["is OpenAI's user", {}, { user: 'ada' }, 'ada'],
    ["is OpenAI's safety_identifier", {}, { safety_identifier: 'hash-1' }, 'hash-1'],
    ["is the proxy's own header before the body", { 'x-ai-proxy-end-user': 'bob' }, { user: 'ada' }, 'bob'],
    ["is Portkey's _user", { 'x-portkey-metadata': '{"_user":"pia","env":"prod"}' }, {}, 'pia'],
    ["is Open WebUI's user, by id", { 'x-openwebui-user-id': 'u-1', 'x-openwebui-user-email': 'a@b' }, {}, 'u-1'],
    ["is Open WebUI's user, by address where there is no id", { 'x-openwebui-user-email': 'a@b' }, {}, 'a@b'],
  ])('%s', (_what, headers, input, expected) => {
    expect(endUserOf(headers, input)).toBe(expected);
  });

  it('is the header that the operator names, before every other', () => {
    expect(endUserOf({ 'x-customer': 'carl', 'x-ai-proxy-end-user': 'bob' }, { user: 'ada' }, 'x-customer')).toBe('carl');
  });

  it.each([[{}], [{ user: 7 }], [{ user: '' }], [{ user: '\u0000\n' }], [{ user: null }]])(
    'is nobody where nothing says so: %j',
    (input) => {
      expect(endUserOf({}, input as JsonObject)).toBeUndefined();
    },
  );
});

describe('tags and metadata', () => {
  it('come from the header and from the body', () => {
    const headers = { 'x-ai-proxy-tags': 'night, batch ,,night', 'x-ai-proxy-metadata': '{"job":7,"dry":true,"deep":{"x":1}}' };
    const input = { metadata: { tags: ['nightly', 'batch'], job: 'later', chat: 'c-1' } };
    expect(readAskedFor(headers, input, undefined)).toMatchObject({
      tags: ['night', 'batch', 'nightly'],
      metadata: { job: 'later', dry: 'true', chat: 'c-1' },
    });
  });

  it.each(['not json', '[1]', '"text"', 'null', `{"a":"${'x'.repeat(9000)}"}`])('are nothing where the header is no object: %s', (text) => {
    expect(readAskedFor({ 'cf-aig-metadata': text }, {}, undefined).metadata).toEqual({});
  });

  it('leave every prototype as it is', () => {
    const { metadata } = readAskedFor({ 'x-ai-proxy-metadata': '{"__proto__":"x","constructor":"y"}' }, {}, undefined);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    expect(Object.entries(metadata)).toEqual([['constructor', 'y']]);
  });
});

describe('whatever a caller says', () => {
  const naughty: string[] = process.env['CORPORA']
    ? (JSON.parse(readFileSync(join(process.env['CORPORA'], 'naughty-strings/strings.json'), 'utf8')) as string[])
    : [];
  // eslint-disable-next-line no-control-regex -- what must not be there
  const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

  it('is bounded, and holds nothing that a terminal acts on', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 2000 }), fc.constantFrom('\u001b[2J', 'a\r\nb', ...naughty));
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 40 }), fc.dictionary(text, text, { maxKeys: 40 }), (user, tags, metadata) => {
        const read = readAskedFor({ 'x-ai-proxy-metadata': JSON.stringify(metadata) }, { user, metadata: { tags } }, undefined);
        const texts = [read.endUser ?? '', ...read.tags, ...Object.entries(read.metadata).flat()];
        expect(texts.filter((one) => unprintable.test(one) || one.length > 256)).toEqual([]);
        expect(read.tags.length).toBeLessThanOrEqual(16);
        expect(Object.keys(read.metadata).length).toBeLessThanOrEqual(16);
      }),
    );
  });
});
