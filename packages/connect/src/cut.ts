import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { http2Stream } from './node-http.ts';

// RFC 9113 section 7: the stream ended for a reason of the server's own.
const http2InternalError = 2;

/**
 * Ends a response that has no end: what was written still goes out, then the connection is closed without a last chunk, so that no client can take
 * the answer for whole.
 */
export function cut(res: ServerResponse): void {
  const stream = http2Stream(res);
  if (stream !== undefined) {
    stream.write('', () => stream.close(http2InternalError));
  } else if (res.socket !== null) {
    // Since Node 26 what is written within a turn waits in the response, not in the socket, for the turn's next tick.
    process.nextTick(cutSocket, res, res.socket);
  } else if (!res.destroyed) {
    // A pipelined request whose turn has not come: its bytes go into the socket in the tick that assigns it.
    res.once('socket', (socket: Socket) => process.nextTick(cutSocket, res, socket));
  }
}

function cutSocket(res: ServerResponse, socket: Socket): void {
  if (res.chunkedEncoding || res.hasHeader('content-length')) {
    socket.destroySoon();
    return;
  }
  // An HTTP/1.0 caller takes the connection's end for the answer's: only a reset says that it is none. To a caller on Node 22 it says so only where it does
  // not come in one poll with the last bytes.
  socket.write('', () => setImmediate(reset, socket));
}

function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    // Only plain TCP can be reset. TLS shows the truncation by its missing close_notify.
    socket.destroy();
  }
}
