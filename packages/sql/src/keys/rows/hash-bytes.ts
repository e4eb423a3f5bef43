/** A hash as its bytes; nothing where the text is none, so that no key can have it. */
export const toHashBytes = (hash: string): Uint8Array | undefined => (/^[0-9a-f]{64}$/.test(hash) ? Buffer.from(hash, 'hex') : undefined);

export const fromHashBytes = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
