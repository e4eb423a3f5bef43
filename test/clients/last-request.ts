import type { RecordedRequest, Simulator } from '@ai-proxy/testing';

/** The newest request that a simulator got, on this path where one is given. */
export function lastRequest({ requests }: Simulator, path?: string): RecordedRequest {
  const request = requests.findLast((one) => path === undefined || one.path === path);
  if (request === undefined) throw new Error(`the simulator was not asked${path === undefined ? '' : ` for ${path}`}`);
  return request;
}
