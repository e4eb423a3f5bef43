import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a measured process tells its parent. */
export type MeasuredMessage = { readonly kind: 'ready'; readonly port: number } | { readonly kind: 'cpu'; readonly microseconds: number };

/** The parent's question for the CPU time that this process has taken since it was started. */
export const cpuQuestion = 'cpu';

/** Runs a server as a measured process: says where it listens, answers questions for its CPU time, and ends with its parent. */
export function serveMeasured(server: Server): void {
  const tell = (message: MeasuredMessage): void => void process.send?.(message);
  // Longer than a subject waits for its turn, so that no connection is closed between two rounds while a request is being written to it.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1', () => tell({ kind: 'ready', port: (server.address() as AddressInfo).port }));
  process.on('message', (message) => {
    if (message !== cpuQuestion) return;
    const { user, system } = process.cpuUsage();
    tell({ kind: 'cpu', microseconds: user + system });
  });
  // A plain exit lets `--cpu-prof` write what it has seen.
  process.on('disconnect', () => process.exit(0));
}
