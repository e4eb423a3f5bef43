import { describe, expect, it } from 'vitest';
import { ProxyError, readQuery } from '../../src/index.ts';

const known = ['from', 'limit', 'format'];

describe('reading a query', () => {
  it('reads texts, whole numbers and words of a list', () => {
    const query = readQuery('from=a%20b&limit=12&format=csv', known);
    expect([query.text('from'), query.whole('limit'), query.choice('format', ['csv', 'json'])]).toEqual(['a b', 12, 'csv']);
  });

  it('answers nothing for what is not given', () => {
    const query = readQuery('', known);
    expect([query.text('from'), query.whole('limit'), query.choice('format', ['csv'])]).toEqual([undefined, undefined, undefined]);
  });

  const refusals: readonly (readonly [string, string, string])[] = [
    ['a parameter that is misspelt', 'form=1', 'There is no parameter "form"; did you mean "from"?'],
    ['a parameter that nobody knows', 'zzzzzzzz=1', 'There is no parameter "zzzzzzzz"; there are from, limit, format'],
    ['a parameter that is given twice', 'from=1&from=2', '"from" is given more than once; give it once.'],
    ['a number that is none', 'limit=1e3', '"limit" has to be a whole number.'],
    ['a word that is not in the list', 'format=xml', '"format" has to be one of csv, json.'],
  ];
  it.each(refusals)('refuses %s', (_, text, message) => {
    const read = (): unknown => {
      const query = readQuery(text, known);
      return [query.whole('limit'), query.choice('format', ['csv', 'json'])];
    };
    expect(read).toThrow(ProxyError);
    expect(read).toThrow(message);
  });
});
