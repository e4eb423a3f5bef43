/** One host that an operator has named. */
export interface HostEntry {
  /** As a parsed URL has it. */
  readonly hostname: string;
  /** That one alone; the default ports of http and https where none was named. */
  readonly port: number | undefined;
}

/** Reads `name`, `name:port`, `192.0.2.1` or `[2001:db8::1]:8443`; nothing where the text is none of them. */
export function readHostEntry(text: string): HostEntry | undefined {
  if (!/^(?:\[[\da-f:.]+\]|[^\s:/?#@\\[\]*]+)(?::\d+)?$/i.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  const { hostname } = new URL(`http://${text}`);
  // Read from the text: a parsed URL has forgotten the port that is the default of its scheme.
  const port = /:(\d+)$/.exec(text)?.[1];
  return { hostname, port: port === undefined ? undefined : Number(port) };
}

/** Whether one of the entries names this host and port. */
export function isNamed(entries: readonly HostEntry[], hostname: string, port: number): boolean {
  return entries.some((entry) => entry.hostname === hostname && (entry.port === undefined ? isDefaultPort(port) : entry.port === port));
}

export const isDefaultPort = (port: number): boolean => port === 80 || port === 443;
