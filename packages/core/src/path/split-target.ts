/** A request target, divided; nothing is decoded or normalised. */
export interface SplitTarget {
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
}

/** Divides a request target into path and query. Of the absolute form (`http://host/x`) only what follows the host counts. */
export function splitTarget(target: string): SplitTarget {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target);
  const rest = origin === null ? target : target.slice(origin[0].length);
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  return { path: path === '' && origin !== null ? '/' : path, query: mark === -1 ? '' : rest.slice(mark) };
}
