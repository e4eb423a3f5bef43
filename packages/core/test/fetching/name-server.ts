import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export interface NameServer {
  /** As a resolver takes it. */
  readonly address: string;
  readonly asked: string[];
}

/** What the records of a name are: addresses as bytes; `silence` where nothing is ever answered. */
export type Records = Readonly<Record<string, { readonly A?: readonly number[][]; readonly AAAA?: readonly number[][] } | 'silence'>>;

/** A name server on a port of its own; what it does not know does not exist. */
export async function startNameServer(records: Records, onAsked: () => void = () => {}): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = readName(query);
    const isIPv4 = query.readUInt16BE(end) === 1;
    const known = records[name];
    asked.push(`${isIPv4 ? 'A' : 'AAAA'} ${name}`);
    onAsked();
    if (known === 'silence') return;
    const answers = known?.[isIPv4 ? 'A' : 'AAAA'] ?? [];
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(answers.length, 6);
    head.writeUInt32BE(0, 8);
    const sent = answers.map((bytes) => Buffer.from([0xc0, 12, 0, isIPv4 ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]));
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...sent]), from.port, from.address);
  });
  onTestFinished(() => void socket.close());
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}

function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}
