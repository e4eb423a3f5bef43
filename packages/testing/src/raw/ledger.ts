/** What one connection was given. It grows as long as the connection lives. */
export interface ConnectionLedger {
  readonly connection: number;
  /** Everything the socket took while the peer was there, in order, without the extra bytes. */
  readonly bytes: Uint8Array;
  /** What `extra` steps wrote. */
  readonly extra: Uint8Array;
  readonly writesBeforeClose: number;
  readonly bytesBeforeClose: number;
  /** Writes begun after the peer had closed. */
  readonly writesAfterClose: number;
  readonly bytesAfterClose: number;
  /** How it ended: the peer's FIN or RST, the script's own end, or not yet. */
  readonly closedBy: 'peer-end' | 'peer-reset' | 'script' | undefined;
}

/** The same while it grows. */
export type OpenLedger = { -readonly [Key in keyof ConnectionLedger]: ConnectionLedger[Key] };

export function openLedger(connection: number): OpenLedger {
  const none = new Uint8Array();
  return {
    connection,
    bytes: none,
    extra: none,
    writesBeforeClose: 0,
    bytesBeforeClose: 0,
    writesAfterClose: 0,
    bytesAfterClose: 0,
    closedBy: undefined,
  };
}
