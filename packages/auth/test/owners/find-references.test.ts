import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findReferences, mayRefer } from '../../src/owners/find-references.ts';
import { mistralObjects } from '../../src/owners/mistral-objects.ts';

const { references } = mistralObjects;
const found = (body: unknown): readonly string[] =>
  findReferences(body as never, references).map(({ kind, id, param }) => `${kind} ${id} at ${param}`);

describe('what a body refers to', () => {
  it.each([
    ['a field', { agent_id: 'a' }, ['agent a at agent_id']],
    ['a list', { input_files: ['a', 'b'] }, ['file a at input_files[0]', 'file b at input_files[1]']],
    ['a list of objects', { training_files: [{ file_id: 'a', weight: 1 }] }, ['file a at training_files[0].file_id']],
    ['a chunk in a message', { messages: [{ content: [{ type: 'file', file_id: 'a' }] }] }, ['file a at messages[0].content[0].file_id']],
    [
      'OpenAI’s part',
      { messages: [{ content: [{ type: 'file', file: { file_id: 'a' } }] }] },
      ['file a at messages[0].content[0].file.file_id'],
    ],
    ['a tool', { tools: [{ type: 'document_library', library_ids: ['a'] }] }, ['library a at tools[0].library_ids[0]']],
    ['an empty name', { file_id: '' }, ['file  at file_id']],
    ['an object where a text is due', { file_id: { file_id: 'a' } }, ['file a at file_id.file_id']],
    ['no text', { file_id: 5, agent_id: null, voice_id: true }, []],
    ['texts of the caller’s own', { metadata: { file_id: 'a' }, tools: [{ function: { parameters: { file_id: 'x' } } }] }, []],
    ['names that every object has', { __proto__: { file_id: 'x' }, constructor: 'y', toString: 'z' }, []],
  ] as const)('is found in %s', (_where, body, expected) => {
    expect(found(body)).toEqual(expected);
  });

  it('is not looked for in what is too deep', () => {
    let body: unknown = { file_id: 'a' };
    for (let depth = 0; depth < 2000; depth += 1) body = [body];
    expect(() => found(body)).toThrow('nested more than 300 levels deep');
  });

  it('is never missed by the glance at its bytes, however it is written', () => {
    const escaped = (text: string): string => Array.from(text, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    const name = fc.constantFrom(...Object.keys(references));
    fc.assert(
      fc.property(name, fc.nat(30), fc.boolean(), fc.json(), (field, at, upper, rest) => {
        const place = at % field.length;
        const letter = escaped(field.charAt(place));
        const spelled =
          field.slice(0, place) + (upper ? letter.replace(/[a-f]/g, (digit) => digit.toUpperCase()) : letter) + field.slice(place + 1);
        for (const one of [field, spelled, escaped(field)]) {
          const text = `{"rest":${rest},"${one}" : "x"}`;
          expect(findReferences(JSON.parse(text) as never, references).at(-1)?.id).toBe('x');
          expect(mayRefer(new TextEncoder().encode(text), references)).toBe(true);
        }
      }),
    );
  });

  it('is not suspected in a plain chat', () => {
    const text = JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: 'what is a file_id? "agent_id" or é' }],
      metadata: { id: 1 },
    });
    expect(mayRefer(new TextEncoder().encode(text), references)).toBe(false);
  });
});
