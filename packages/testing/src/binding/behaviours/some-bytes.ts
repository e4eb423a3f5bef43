import { createHash } from 'node:crypto';

/** Bytes of every value, always the same, which no coding of text leaves as they are. */
export function someBytes(length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, index) => createHash('sha512').update(String(index)).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

/** A form with a file, as browsers and SDKs write it. */
export function multipart(boundary: string, file: Uint8Array): { readonly headers: Record<string, string>; readonly body: Uint8Array } {
  const opening =
    `--${boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n` +
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a \u00e9.bin"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(opening), file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
