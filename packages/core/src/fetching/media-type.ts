/** First bytes, with gaps where they may be any. */
const signatures: readonly (readonly [type: string, begin: readonly (number | undefined)[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38, 0x37, 0x61]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38, 0x39, 0x61]],
];

/** What a file is by its first bytes, of the kinds that can be fetched; nothing where it is none of them. */
export function mediaTypeOf(bytes: Uint8Array): string | undefined {
  return signatures.find(([, begin]) => begin.every((byte, index) => byte === undefined || bytes[index] === byte))?.[0];
}

/** The media type that a header names, without parameters, in the registered spelling. */
export function readMediaType(header: string | undefined): string {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type === 'image/jpg' ? 'image/jpeg' : type;
}
