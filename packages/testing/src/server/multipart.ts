/** One part of a multipart body. */
export interface MultipartPart {
  readonly name: string;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: Uint8Array;
}

/** Takes a `multipart/form-data` body apart; nothing where it is none. */
export function parseMultipart(contentType: string, body: Uint8Array): MultipartPart[] | undefined {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/iu.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (!/^multipart\/form-data\s*;/iu.test(contentType) || mark === undefined) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const parts: MultipartPart[] = [];
  let at = delimiter(bytes, mark, 0);
  if (at === undefined) return undefined;
  for (;;) {
    if (bytes.subarray(at.end, at.end + 2).toString('latin1') === '--') return parts;
    const head = bytes.indexOf('\r\n\r\n', at.end);
    const next = delimiter(bytes, mark, at.end);
    if (head === -1 || next === undefined || next.start < head) return undefined;
    const part = readPart(bytes.subarray(at.end + 2, head).toString('utf8'), bytes.subarray(head + 4, next.start));
    if (part === undefined) return undefined;
    parts.push(part);
    at = next;
  }
}

/** Where the next delimiter begins, its line break included, and where it ends. */
function delimiter(bytes: Buffer, mark: string, from: number): { readonly start: number; readonly end: number } | undefined {
  const line = `--${mark}`;
  if (from === 0 && bytes.subarray(0, line.length).toString('latin1') === line) return { start: 0, end: line.length };
  const start = bytes.indexOf(`\r\n${line}`, from, 'latin1');
  return start === -1 ? undefined : { start, end: start + 2 + line.length };
}

function readPart(head: string, bytes: Uint8Array): MultipartPart | undefined {
  const fields = new Map(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const disposition = fields.get('content-disposition') ?? '';
  const name = /;\s*name="([^"]*)"/iu.exec(disposition)?.[1];
  if (name === undefined) return undefined;
  return { name, filename: /;\s*filename="([^"]*)"/iu.exec(disposition)?.[1], contentType: fields.get('content-type'), bytes };
}

/** The text of a field; the first where it came several times. */
export function partText(parts: readonly MultipartPart[], name: string): string | undefined {
  const part = parts.find((candidate) => candidate.name === name);
  return part === undefined ? undefined : new TextDecoder().decode(part.bytes);
}
