/** One step of a scripted upstream. */
export type ScriptStep =
  | readonly ['write', Uint8Array | string]
  | readonly ['sleep', milliseconds: number]
  /** From here on every write is cut into slices of so many bytes, so long apart; 0 bytes ends it. */
  | readonly ['slice', bytes: number, milliseconds: number]
  /** Until `release(name)` is called; at once where it has been. */
  | readonly ['waitFor', name: string]
  /** A real RST. */
  | readonly ['reset']
  /** FIN. */
  | readonly ['end']
  /** Nothing more; the connection stays. */
  | readonly ['hang']
  /** Bytes that nobody asked for, behind a whole answer; the ledger keeps them apart. */
  | readonly ['extra', Uint8Array | string];

/** What a connection does once its request has come. Without a closing step the next request on the same connection is read. */
export type Script = readonly ScriptStep[];

/** The head of an answer, to be written by a script. */
export function answerHead(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n`;
}

/** One chunk of a chunked body; an empty one is the last. */
export function chunk(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** A script that answers with an event stream, one chunk an event, with its proper end. */
export function eventStreamScript(events: readonly string[]): Script {
  return [
    ['write', answerHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })],
    ...events.map((event) => ['write', chunk(event)] as const),
    ['write', chunk('')],
  ];
}
