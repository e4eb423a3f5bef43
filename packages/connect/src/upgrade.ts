import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { belowMount, ProxyError } from '@ai-proxy/core';
import type { Handler } from '@ai-proxy/core';
import { callerLeft, internalError, pathNotFound } from './binding-errors.ts';
import { toErrorReply } from './error-reply.ts';
import type { MountSettings } from './mount-options.ts';
import type { ProxyEngine } from './proxy-engine.ts';
import { tunnel } from './tunnel.ts';
import { asksForWebSocket, readAnew } from './read-anew.ts';
import { isRelay } from './write-http-reply.ts';
import { writeOnSocket } from './write-on-socket.ts';

/**
 * Answers the `upgrade` event of a Node server: `server.on('upgrade', ai.upgrade)`. Where the server has other upgrades to answer, `next` gets those
 * that are not the proxy's; without it they are refused with 404. Offers of other protocols than WebSocket are passed over without `next`: such a request is
 * served as any other.
 */
export type UpgradeHandler = (req: IncomingMessage, socket: Duplex, head: Buffer, next?: () => void) => void;

/** Asks a handler what to do with each upgrade, and carries out the relays it names. */
export function createUpgradeHandler(
  engine: () => ProxyEngine,
  open: Handler,
  settings: Pick<MountSettings, 'prefix' | 'upgradeCaller'>,
): UpgradeHandler {
  async function answer(req: IncomingMessage, socket: Socket, head: Buffer, next: (() => void) | undefined): Promise<void> {
    const target = belowMount(req.url ?? '/', settings.prefix);
    if (target === undefined) {
      refuseUnknown(req, socket, next);
      return;
    }
    const controller = new AbortController();
    const leave = (): void => controller.abort(callerLeft());
    // A broken connection is followed by `close`; without a listener its error would end the process.
    socket.on('error', leave);
    socket.once('close', leave);
    const { signal } = controller;
    const { upgradeCaller } = settings;
    const reply = await open({
      method: req.method ?? 'GET',
      target,
      headers: req.headers,
      body: { kind: 'none' },
      signal,
      canRelay: true,
      ...(upgradeCaller === undefined ? {} : { caller: () => upgradeCaller(req) }),
      context: req,
    });
    if (reply === undefined) {
      socket.off('error', leave).off('close', leave);
      refuseUnknown(req, socket, next);
    } else if (isRelay(reply.body)) {
      tunnel(engine(), {
        req,
        socket,
        head,
        signal,
        ownHeaders: reply.headers,
        relay: reply.body,
      });
    } else {
      writeOnSocket(socket, reply);
    }
  }

  return (req, socket, head, next) => {
    // Node's servers give sockets here; the event's type says less.
    const raw = socket as Socket;
    if (!asksForWebSocket(req)) {
      if (next !== undefined) {
        next();
        return;
      }
      if (readAnew(req, socket, head)) return;
    }
    answer(req, raw, head, next).catch((error: unknown) => {
      writeOnSocket(raw, toErrorReply(error instanceof ProxyError ? error : internalError(error)));
    });
  };
}

function refuseUnknown(req: IncomingMessage, socket: Socket, next: (() => void) | undefined): void {
  if (next !== undefined) next();
  else writeOnSocket(socket, toErrorReply(pathNotFound('WebSocket', req.url ?? '/')));
}
