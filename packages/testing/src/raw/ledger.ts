/** What one connection was given. It grows as long as the connection lives. */
export interface ConnectionLedger {
  readonly connection: number;
  /** Everything that was written while the peer was there, in order, without the extra bytes. What a peer got is a beginning of it. */
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
export type OpenLedger = { -readonly [Key in keyof ConnectionLedger]: ConnectionLedger[Key] } & {
  /** Notes a write as it begins: what the peer gets of it is a beginning of it. */
  note(kind: 'write' | 'extra', bytes: Uint8Array): void;
};

export function openLedger(connection: number): OpenLedger {
  const pieces = { write: [] as Uint8Array[], extra: [] as Uint8Array[] };
  const ledger: OpenLedger = {
    connection,
    get bytes() {
      return Buffer.concat(pieces.write);
    },
    get extra() {
      return Buffer.concat(pieces.extra);
    },
    writesBeforeClose: 0,
    bytesBeforeClose: 0,
    writesAfterClose: 0,
    bytesAfterClose: 0,
    closedBy: undefined,
    note(kind, bytes) {
      if (ledger.closedBy !== undefined) {
        ledger.writesAfterClose++;
        ledger.bytesAfterClose += bytes.length;
        return;
      }
      ledger.writesBeforeClose++;
      ledger.bytesBeforeClose += bytes.length;
      pieces[kind].push(bytes);
    },
  };
  return ledger;
}
