/** The key that the upstream asks for. Callers send the same one, since a plain proxy hands on theirs. */
export const upstreamKey = 'bench-key';
