/** The smallest files that begin as their kinds do; `mark` makes them differ. */
export const png = (mark = 0): Uint8Array => Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, mark, 1, 2, 3);
export const jpeg = (): Uint8Array => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);
export const gif = (version = '89a'): Uint8Array => Uint8Array.from(Buffer.from(`GIF${version}\u0001\u0000`));
export const webp = (): Uint8Array => Uint8Array.from(Buffer.from('RIFF\u0010\u0000\u0000\u0000WEBPVP8 '));
