import { headerValue, ProxyError } from '@ai-proxy/core';
import type { HttpHeaders } from '@ai-proxy/core';
import { createPartReader } from './form-parts.ts';

/** Looks at one reference in a form; throws where it may not go up. */
export type CheckField = (name: string, value: string) => Promise<void>;

export interface FormCheck {
  /** What may go up, piece by piece. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** Why nothing more goes up; nothing where all has. */
  readonly refusal: () => unknown;
}

/**
 * Lets a form go up as it comes, but for its fields that refer to objects: each is held until it has been checked. A form that could be read in two ways goes no
 * further than the doubt.
 */
export function checkForm(body: AsyncIterable<Uint8Array>, headers: HttpHeaders, names: ReadonlySet<string>, check: CheckField): FormCheck {
  const boundary = boundaryOf(headers);
  let refusal: unknown;

  async function* passOn(): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = createPartReader(boundary, names);
    try {
      for await (const chunk of body) {
        for (const piece of reader.push(chunk)) {
          if (piece.field) await check(piece.field.name, piece.field.value);
          if (piece.bytes.byteLength > 0) yield piece.bytes;
        }
      }
      reader.end();
    } catch (error) {
      refusal = error;
      throw error;
    }
  }

  return { stream: passOn(), refusal: () => refusal };
}

function boundaryOf(headers: HttpHeaders): string {
  if (headerValue(headers, 'content-encoding') !== undefined) {
    throw new ProxyError('A form is taken here as it is, without a Content-Encoding.', {
      status: 415,
      code: 'unsupported_encoding',
      source: 'caller',
    });
  }
  const type = headerValue(headers, 'content-type') ?? '';
  const [, quoted, plain] =
    /^multipart\/form-data\s*;\s*boundary=(?:"([\w'()+,./:=? -]{1,70})"|([\w'()+./:=?-]{1,70}))\s*$/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary !== undefined) return boundary;
  throw new ProxyError('This route takes a form, with "Content-Type: multipart/form-data; boundary=…".', {
    status: 415,
    code: 'unsupported_media_type',
    source: 'caller',
  });
}
