import type { Frame, Framing } from '../../framing/frame.ts';
import type { NativeSurface } from '../../provider/native-surface.ts';
import type { Face } from '../face.ts';

/** The face of a provider's own routes: what the provider said goes down as it is, and errors of ours are told in its words. */
export function createNativeFace(name: string, surface: NativeSurface): Face {
  return {
    name,
    isNative: true,
    errorBody: (error) => surface.errorBody(error),
    createEncoder(call) {
      const framing = call.native?.route.framing ?? 'sse';
      return {
        contentType: 'application/json',
        streamContentType: framing === 'sse' ? 'text/event-stream' : 'application/x-ndjson',
        value: (value) => JSON.stringify(value) ?? '',
        chunk: (frame) => writeFrame(frame as Frame, framing),
        end: () => '',
        fail: (error) => (error.reported ? '' : surface.errorFrame(error, framing)),
        ...(framing === 'sse' ? { keepAlive: ': ping\n\n' } : {}),
      };
    },
  };
}

/** Only for frames that a policy has changed: untouched ones go down as the bytes they came as. */
function writeFrame(frame: Frame, framing: Framing): string {
  if (framing === 'ndjson') return `${frame.data}\n`;
  const name = frame.event === undefined ? '' : `event: ${frame.event}\n`;
  return `${name}${frame.data.replace(/^/gm, 'data: ')}\n\n`;
}
