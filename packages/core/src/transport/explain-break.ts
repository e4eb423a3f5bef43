import type { ProxyError } from '../errors/proxy-error.ts';
import { brokenExchange } from './broken-exchange.ts';

const unreachable =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPROTO|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|ERR_INVALID_URL)/;

/** Says by an error's code, Node's or undici's, how an exchange broke; `answered` tells whether the headers had come. */
export function explainBreak(error: unknown, answered: boolean): ProxyError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return brokenExchange('connect_timeout', error);
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return brokenExchange('garbage', error);
  if (!answered && unreachable.test(code)) return brokenExchange('refused', error);
  if (code === 'UND_ERR_SOCKET' && error instanceof Error && error.message.includes('other side closed')) return brokenExchange('eof', error);
  return brokenExchange('reset', error);
}
