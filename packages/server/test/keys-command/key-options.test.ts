import { ProxyError } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { keyOptions, namingOptions, toKeyFields } from '../../src/keys-command/key-options.ts';

describe('options of a key', () => {
  it('become the fields of /key/generate, and nothing else does', () => {
    expect(toKeyFields({})).toEqual({});
    expect(toKeyFields({ alias: 'ci', models: 'a/*, b,', rpm: '60', 'max-budget': '2.50', expires: '30d', metadata: '{"a":1}' })).toEqual({
      key_alias: 'ci',
      models: ['a/*', 'b'],
      rpm_limit: 60,
      max_budget: 2.5,
      duration: '30d',
      metadata: { a: 1 },
    });
  });

  it('all have a field of their own', () => {
    const fields = Object.keys(keyOptions).map((option) => Object.keys(toKeyFields({ [option]: option === 'metadata' ? '{}' : '1' })));
    expect(fields.map(({ length }) => length)).toEqual(fields.map(() => 1));
    expect(new Set(fields.flat()).size).toBe(fields.length);
  });

  it.each([
    ['rpm', '1.5', '--rpm has to be a whole number; it is "1.5".'],
    ['tpm', '-1', '--tpm has to be a whole number; it is "-1".'],
    ['parallel', '1e3', '--parallel has to be a whole number; it is "1e3".'],
    ['max-budget', 'ten', '--max-budget has to be a number of dollars, such as 10 or 2.50; it is "ten".'],
    ['soft-budget', '-5', '--soft-budget has to be a number of dollars, such as 10 or 2.50; it is "-5".'],
    ['metadata', '{a', `--metadata has to be an object in JSON, such as '{"cost_center":"42"}'.`],
    ['metadata', '[1]', `--metadata has to be an object in JSON, such as '{"cost_center":"42"}'.`],
  ])('--%s is not "%s"', (option, text, message) => {
    expect(() => toKeyFields({ [option]: text })).toThrow(message);
  });

  it('are what a refusal of a field names', async () => {
    const refused = (param: string | null, message: string): Promise<never> =>
      Promise.reject(new ProxyError(message, { status: 400, code: 'invalid_parameter', param }));
    await expect(namingOptions(refused('duration', '"duration" is not right: expected a duration.'))).rejects.toThrow(
      '--expires is not right: expected a duration.',
    );
    await expect(namingOptions(refused('models.0', '"models.0" is not right: too long.'))).rejects.toThrow(
      '--models is not right: too long.',
    );
    await expect(namingOptions(refused(null, 'It is away.'))).rejects.toThrow('It is away.');
    await expect(namingOptions(Promise.resolve(1))).resolves.toBe(1);
  });
});
