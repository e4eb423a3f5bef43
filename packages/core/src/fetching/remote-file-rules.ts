/** What the proxy fetches for callers, and within which bounds. */
export interface RemoteFileRules {
  /**
   * The only hosts that are asked, each `name` for the ports 80 and 443 or `name:port` for that port alone; redirects are held to it as well. Left out,
   * every host with a public address is. They are judged by their addresses like any other.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Hosts, written like those of `hosts`, that are asked wherever they lead, inside addresses included: whoever may call the proxy can read every picture
   * that they serve without a login, and whoever answers for their names in the DNS says which machine that is. @default []
   */
  readonly trustedHosts: readonly string[];
  /** Bytes of one file. @default 10485760 */
  readonly maxBytes: number;
  /** Bytes of all files of one call; one that is named twice counts twice. @default 20971520 */
  readonly maxTotalBytes: number;
  /** Files that one call may name. @default 8 */
  readonly maxFiles: number;
  /** Redirects that one file may take. @default 3 */
  readonly maxRedirects: number;
  /** Milliseconds for all files of one call. @default 10000 */
  readonly timeout: number;
}
