import { setTimeout as pause } from 'node:timers/promises';
import { createKey } from '@ai-proxy/auth';
import { createLoadGenerator } from './load.ts';
import { startMeasured } from './measured-process.ts';
import type { MeasuredProcess } from './measured-process.ts';
import type { BenchOptions } from './options.ts';
import type { Row } from './rows.ts';
import { asksForKey, isProxyName, keepsBytes, requestOf } from './subjects/subjects.ts';
import type { SubjectName } from './subjects/subjects.ts';
import { upstreamKey } from './upstream-key.ts';

/** The upstream and all subjects, each in a process of its own. */
export interface Bench {
  /** Microseconds of CPU that one request of a row costs a subject. */
  measure(row: Row, subject: SubjectName): Promise<number>;
  close(): Promise<void>;
}

// What a proxy does after its last answer, such as giving a connection back, is a part of what its requests cost.
const afterwork = 20;

export interface BenchSetting extends Pick<BenchOptions, 'amounts' | 'subjects' | 'profile'> {
  /** Where Redis is, for the subject that counts there. */
  readonly redisUrl: string | undefined;
}

/** Starts the processes. `direct` is the upstream's own. */
export async function openBench({ amounts, subjects, profile, redisUrl }: BenchSetting): Promise<Bench> {
  const key = createKey();
  const upstream = await startMeasured(new URL('./upstream.ts', import.meta.url), []);
  const open: { close(): Promise<void> }[] = [upstream];
  const connections = Math.max(amounts.json.concurrency, amounts.stream.concurrency);

  const openSubject = async (name: SubjectName) => {
    const nodeOptions = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${name}.cpuprofile`];
    const server: MeasuredProcess = isProxyName(name)
      ? await startMeasured(
          new URL('./subject-process.ts', import.meta.url),
          [name, upstream.origin, key, ...(redisUrl === undefined ? [] : [redisUrl])],
          nodeOptions,
        )
      : upstream;
    const generator = createLoadGenerator(server.origin, connections, asksForKey(name) ? key : upstreamKey);
    open.push(generator);
    if (server !== upstream) open.push(server);
    return [name, { server, generator }] as const;
  };
  const close = async (): Promise<void> => {
    await Promise.all(open.map((one) => one.close()));
  };

  try {
    const opened = new Map(await Promise.all(subjects.map(openSubject)));
    return {
      async measure(row, subject) {
        const { server, generator } = opened.get(subject) ?? unknownSubject(subject);
        const amount = amounts[row.answer];
        const before = await server.cpu();
        await generator.run({
          ...amount,
          ...requestOf(subject, row),
          expected: { upstream: row.upstream, answer: row.answer, keepsBytes: keepsBytes(subject, row) },
        });
        await pause(afterwork);
        return ((await server.cpu()) - before) / amount.requests;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function unknownSubject(subject: string): never {
  throw new RangeError(`${subject} is not among the subjects of this run`);
}
