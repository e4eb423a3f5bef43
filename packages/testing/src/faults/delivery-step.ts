/** One step of putting an answer on the wire. */
export type DeliveryStep =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'head'; readonly status: number; readonly headers: Readonly<Record<string, string | readonly string[]>> }
  /** `events` says how many stream events the bytes complete. */
  | { readonly do: 'write'; readonly bytes: Uint8Array; readonly events: number }
  /** Until everything written has left, so that the next bytes travel alone. */
  | { readonly do: 'flush' }
  /** The end as HTTP wants it. */
  | { readonly do: 'end' }
  /** FIN, whatever was promised. */
  | { readonly do: 'cut' }
  /** A real RST. */
  | { readonly do: 'reset' }
  /** Nothing more, until the peer or `close()` ends it. */
  | { readonly do: 'hang' };
