import type { StreamEvent } from '../server/answer.ts';
import { errorField } from './change-events.ts';
import type { AnyFault } from './fault.ts';

const encoder = new TextEncoder();

/** How events become bytes. */
export interface EventEncoding {
  /** `ndjson`: one JSON document a line. Default `sse`. */
  readonly framing?: 'sse' | 'ndjson';
  /** The comment written before every so many events; a keep-alive. */
  readonly ping?: { readonly every: number; readonly text: string };
}

/** One event, as the pieces in which it is written. */
export function encodeEvent(
  event: StreamEvent,
  index: number,
  encoding: EventEncoding,
  fault: AnyFault | undefined,
  isLast = false,
): Uint8Array[] {
  const text = encoding.framing === 'ndjson' ? lineText(event, fault, isLast) : eventText(event, index, encoding, fault);
  if (fault?.name !== 'splitCrlf') return [encoder.encode(text)];
  return text
    .split('\r\n')
    .flatMap((line, at, lines) => (at === lines.length - 1 ? [line] : [`${line}\r`, '\n']))
    .reduce<string[]>(joinLineFeeds, [])
    .filter((piece) => piece !== '')
    .map((piece) => encoder.encode(piece));
}

function lineText(event: StreamEvent, fault: AnyFault | undefined, isLast: boolean): string {
  const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data);
  const spaces = fault?.name === 'trailingSpaces' ? '   ' : '';
  const end = fault?.name === 'splitCrlf' || fault?.name === 'crlfLines' ? '\r\n' : '\n';
  if (fault?.name === 'noFinalNewline' && isLast) return data;
  if (fault?.name === 'blankLines') return `${end} ${end}${data}${end}${isLast ? end + end : ''}`;
  return `${data}${spaces}${end}`;
}

function eventText(event: StreamEvent, index: number, encoding: EventEncoding, fault: AnyFault | undefined): string {
  const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data);
  const end = fault?.name === 'splitCrlf' ? '\r\n' : '\n';
  const spaces = fault?.name === 'trailingSpaces' ? '   ' : '';
  const field = event.event === errorField ? 'error' : 'data';
  const name = event.event === undefined || event.event === errorField ? '' : `event: ${event.event}${end}`;
  const ping = encoding.ping !== undefined && encoding.ping.every > 0 && index % encoding.ping.every === 0 ? encoding.ping.text : '';
  const storm = fault?.name === 'commentStorm' ? `: simulated ping${end}`.repeat(fault.comments ?? 100) + end : '';
  return `${ping}${storm}${name}${field}: ${data}${spaces}${end}${end}`;
}

/** Each line feed goes with what follows it, so that every CR ends a piece and every LF begins one. */
function joinLineFeeds(pieces: string[], piece: string): string[] {
  const last = pieces.at(-1);
  if (last === '\n') return [...pieces.slice(0, -1), last + piece];
  return [...pieces, piece];
}
