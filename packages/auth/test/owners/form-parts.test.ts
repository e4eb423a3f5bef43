import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPartReader } from '../../src/owners/form-parts.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Read {
  readonly text: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Reads a form that comes in slices of these sizes, again and again. */
function read(bytes: Uint8Array, boundary: string, sizes: readonly number[]): Read {
  const reader = createPartReader(boundary, new Set(['file_id']));
  const pieces: number[] = [];
  const fields: (readonly [string, string])[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    for (const piece of reader.push(bytes.slice(at, at + size))) {
      // What refers goes up in the piece that tells of it, and not before.
      if (piece.field) fields.push([piece.field.name, piece.field.value]);
      pieces.push(...piece.bytes);
      expect(new TextDecoder().decode(Uint8Array.from(pieces)).split('name="file_id"').length - 1).toBe(fields.length);
    }
    at += size;
  }
  reader.end();
  return { text: new TextDecoder().decode(Uint8Array.from(pieces)), fields };
}

const part = fc.record({
  name: fc.constantFrom('file_id', 'model', 'file', 'purpose', 'file_idx'),
  value: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', '\r\n', '\r\n-', '\r\n--', '\r\n--boundar', '--boundary', 'name=file_id', '\r', '\n\r\n'),
  ),
});

const written = (parts: readonly { readonly name: string; readonly value: string }[]): string =>
  `${parts.map(({ name, value }) => `--boundary\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--boundary--`;

describe('a form that is read as it comes', () => {
  it('tells the same however it is cut, and lets all of it through', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        (parts, sizes) => {
          fc.pre(parts.every(({ value }) => !value.includes('\r\n--boundary') && !value.startsWith('--boundary')));
          const text = written(parts);
          const expected = parts.filter(({ name }) => name === 'file_id').map(({ name, value }) => [name, value]);
          // A byte order mark is taken off by whoever decodes.
          fc.pre(!text.includes('\ufeff'));
          expect(read(encode(text), 'boundary', sizes)).toEqual({ text, fields: expected });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('passes nothing on that follows the end', () => {
    const text = written([{ name: 'model', value: 'x' }]);
    expect(read(encode(`${text}\r\n${text}`), 'boundary', [7])).toEqual({ text, fields: [] });
  });

  it('knows no part that begins with the boundary', () => {
    for (const name of ['model', 'file_id']) {
      expect(() => read(encode(written([{ name, value: '--boundary' }])), 'boundary', [5])).toThrow('a part begins with the boundary');
    }
  });

  it('takes a form without parts for none', () => {
    expect(() => read(encode('--boundary\r\n--boundary--'), 'boundary', [3])).toThrow('The form of this request cannot be read');
    expect(read(encode('--boundary--'), 'boundary', [3])).toEqual({ text: '--boundary--', fields: [] });
  });
});
