import type { Download } from './download.ts';
import { cannotGuard } from './refusals.ts';
import type { RemoteFileRules } from './remote-file-rules.ts';

/** Where there is no Node: `fetch` resolves names by itself, and would connect to whatever they lead to. */
export function createDownload(_rules: RemoteFileRules): Download {
  return (file) => Promise.reject(cannotGuard(file));
}
