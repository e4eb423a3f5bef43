/** A multiple of three, so that the pieces can be joined; longer runs of arguments overflow the stack of some engines. */
const bytesAtOnce = 8190;

/** Bytes in base64, with what every runtime has. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.byteLength; start += bytesAtOnce) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(start, start + bytesAtOnce))));
  }
  return pieces.join('');
}
