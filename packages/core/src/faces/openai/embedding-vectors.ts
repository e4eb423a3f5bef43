import { ProxyError } from '../../errors/proxy-error.ts';

// Larger runs of arguments overflow the stack of some engines.
const charactersAtOnce = 8192;

/** A vector as OpenAI's `base64` format has it: 32-bit floats, little-endian on every machine. */
export function vectorToBase64(vector: readonly number[]): string {
  const bytes = new Uint8Array(vector.length * 4);
  const view = new DataView(bytes.buffer);
  vector.forEach((value, index) => view.setFloat32(index * 4, value, true));
  let characters = '';
  for (let start = 0; start < bytes.length; start += charactersAtOnce) {
    characters += String.fromCharCode(...bytes.subarray(start, start + charactersAtOnce));
  }
  return btoa(characters);
}

/** The numbers of a vector in `base64` format. Throws a 502 where the text is no such vector. */
export function vectorFromBase64(text: string): number[] {
  const characters = decode(text);
  const view = new DataView(Uint8Array.from(characters, (character) => character.charCodeAt(0)).buffer);
  return Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

function decode(text: string): string {
  let cause: unknown;
  try {
    const characters = atob(text);
    if (characters.length % 4 === 0) return characters;
  } catch (error) {
    cause = error;
  }
  throw new ProxyError(
    'The provider sent an embedding that is not base64 of 32-bit floats; ask for "encoding_format": "base64" to get it as it came.',
    {
      status: 502,
      code: 'upstream_garbage',
      source: 'provider',
      cause,
    },
  );
}
