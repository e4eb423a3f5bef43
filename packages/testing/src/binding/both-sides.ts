import type { ScriptedUpstream } from '../raw/scripted-upstream.ts';
import type { OpenCall } from './caller/open-call.ts';
import { methodOf } from './caller/request-bytes.ts';

/** What each side has seen until now, for the message of a behaviour that was missed. */
export function bothSides(calls: readonly OpenCall[], upstream: ScriptedUpstream | undefined): string {
  const callers = calls.map(describeCall);
  const requests = upstream?.requests.map(({ start, headers, body }) => {
    const lines = headers.map(([name, value]) => `    ${name}: ${value}`).join('\n');
    return `  ${start}\n${lines}\n    ${shorten(new TextDecoder().decode(body))}`;
  });
  return [
    'the caller saw:',
    ...(callers.length === 0 ? ['  nothing'] : callers),
    `the upstream saw, on ${upstream?.connections ?? 0} connections:`,
    ...(requests === undefined || requests.length === 0 ? ['  nothing'] : requests),
  ].join('\n');
}

function describeCall({ request, state, text }: OpenCall): string {
  const { status, headerLines, ending } = state();
  const lines = headerLines.map(([name, value]) => `    ${name}: ${value}\n`).join('');
  return `  ${methodOf(request)} ${request.path}: ${status === 0 ? 'no headers' : status}, ${ending}\n${lines}    ${shorten(text())}`;
}

const shorten = (text: string): string => {
  const shown = JSON.stringify(text.slice(0, 600));
  return text.length > 600 ? `${shown}… (${text.length} characters)` : shown;
};
