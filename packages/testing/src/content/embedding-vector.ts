import { createHash } from 'node:crypto';

/** A vector of length one that belongs to a text: the same text always gives the same one. Texts that share words point in similar directions. */
export function embeddingVector(text: string, dimension: number): number[] {
  const sum = new Float64Array(dimension);
  for (const word of text.toLowerCase().match(/\S+/gu) ?? ['']) {
    let state = createHash('sha256').update(word).digest().readUInt32LE(0) || 1;
    for (let index = 0; index < dimension; index++) {
      // xorshift32: enough to spread words over the sphere.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      sum[index] = (sum[index] ?? 0) + (state >> 0) / 2 ** 31;
    }
  }
  const length = Math.hypot(...sum) || 1;
  return Array.from(sum, (value) => Math.fround(value / length));
}

/** The form that OpenAI's clients decode: 32-bit floats, little-endian, in base64. */
export function toBase64Floats(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
