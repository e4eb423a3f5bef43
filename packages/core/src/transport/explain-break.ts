import { ProxyError } from '../errors/proxy-error.ts';
import { toProxyError } from '../errors/to-proxy-error.ts';
import { brokenExchange } from './broken-exchange.ts';

const unreachable =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|EADDRNOTAVAIL|EMFILE|ETIMEDOUT|EPROTO|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|ERR_INVALID_URL)/;

/** Says by an error's code, Node's or undici's, how an exchange broke; `answered` tells whether the headers had come. */
export function explainBreak(error: unknown, answered: boolean): ProxyError {
  // What went up broke by itself, and says why.
  if (error instanceof ProxyError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return brokenExchange('connect_timeout', error);
  // Nothing was sent: a header of the configuration holds what no header can. That is the same the next time and everywhere.
  if (code === 'UND_ERR_INVALID_ARG') return toProxyError(error);
  // Fewer bytes than were announced; more of them would belong to no answer.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return brokenExchange('eof', error);
  // undici's errors of parsing have a name but, but for one, no code; an end inside a chunked body is one of them where the connection was to close.
  if (name === 'HTTPParserError' && message.includes('Invalid EOF state')) return brokenExchange('eof', error);
  if (name === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') return brokenExchange('garbage', error);
  if (!answered && unreachable.test(code)) return brokenExchange('refused', error);
  // Node gives an early end the code of a reset as well; only a real reset comes from a system call.
  if (code === 'ECONNRESET' && error instanceof Error && !('syscall' in error)) return brokenExchange('eof', error);
  if (code === 'UND_ERR_SOCKET' && message.includes('other side closed')) return brokenExchange('eof', error);
  return brokenExchange('reset', error);
}
