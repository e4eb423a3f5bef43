import { ProxyError } from '../errors/proxy-error.ts';

/** The one content coding of a body; nothing where it is not coded. A chain of codings is how bombs are built: it is refused. */
export type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';

export function readEncoding(header: string | undefined): Encoding | undefined {
  const name = header?.trim().toLowerCase();
  switch (name) {
    case undefined:
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    case 'deflate':
    case 'br':
    case 'zstd':
      return name;
    default:
      throw new ProxyError(
        `The content coding "${name.slice(0, 40)}" is not supported. Send the body as it is, or with one of gzip, deflate, br, zstd.`,
        {
          status: 415,
          code: 'unsupported_encoding',
          source: 'caller',
        },
      );
  }
}
