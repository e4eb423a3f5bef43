import type { HttpRequest, Log } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { readiness } from '../src/readiness.ts';
import type { Need } from '../src/readiness.ts';

const request = (target = '/ready', method = 'GET'): HttpRequest => ({
  method,
  target,
  headers: {},
  body: { kind: 'none' },
  signal: new AbortController().signal,
});

/** A log that keeps what it is told. */
function keptLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: Record<string, unknown>, message: string): void => void lines.push(`${JSON.stringify(fields)} ${message}`);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}

const fails = (name: string, reason: string): Need => ({ name, ask: () => Promise.reject(new Error(reason)) });
const works = (name: string): Need => ({ name, ask: async () => name });

describe('/ready', () => {
  it('is 200 where all answer, 503 where one does not, and tells why only the log', async () => {
    const log = keptLog();
    expect(await readiness([works('keys'), works('counter')], { log })(request())).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"status":"ready","checks":{"keys":"ok","counter":"ok"}}',
    });
    expect(log.lines).toEqual([]);
    const reply = await readiness([works('keys'), fails('counter', 'host db-7 is away')], { log })(request());
    expect([reply?.status, reply?.body]).toEqual([503, '{"status":"not_ready","checks":{"keys":"ok","counter":"failing"}}']);
    expect(log.lines).toEqual(['{"need":"counter","error":"host db-7 is away"} it does not answer: the server is not ready']);
  });

  it('waits for nobody beyond the deadline', async () => {
    const hangs: Need = { name: 'ledger', ask: () => new Promise(() => {}) };
    const reply = await readiness([hangs, works('keys')], { deadline: 20, log: keptLog() })(request());
    expect([reply?.status, reply?.body]).toEqual([503, '{"status":"not_ready","checks":{"ledger":"failing","keys":"ok"}}']);
  });

  it('asks once, however many ask, and tells the log once of each change', async () => {
    let asked = 0;
    let isAway = true;
    const log = keptLog();
    const need: Need = {
      name: 'keys',
      ask: async () => {
        asked += 1;
        if (isAway) throw new Error('away');
      },
    };
    const often = readiness([need], { log });
    await Promise.all(Array.from({ length: 50 }, async () => often(request())));
    await often(request());
    expect(asked).toBe(1);
    const always = readiness([need], { kept: 0, log });
    expect((await always(request()))?.status).toBe(503);
    expect((await always(request()))?.status).toBe(503);
    isAway = false;
    expect((await always(request()))?.status).toBe(200);
    expect(log.lines.slice(1)).toEqual([
      '{"need":"keys","error":"away"} it does not answer: the server is not ready',
      '{"need":"keys"} it answers again',
    ]);
  });

  it('is 503 as soon as the server stops', async () => {
    const ready = readiness([works('keys')]);
    ready.stop();
    const reply = await ready(request());
    expect([reply?.status, reply?.body]).toEqual([503, '{"status":"stopping","checks":{"keys":"ok"}}']);
  });

  it('leaves other paths to others, and takes no other methods', async () => {
    const ready = readiness([]);
    expect(await ready(request('/readyness'))).toBeUndefined();
    expect((await ready(request('/ready?verbose', 'HEAD')))?.status).toBe(200);
    expect(await ready(request('/ready', 'POST'))).toEqual({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});
