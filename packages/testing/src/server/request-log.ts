import type { OpenRecord, RecordedRequest } from './recorded-request.ts';

/** The requests of a simulator, the newest kept. */
export interface RequestLog {
  readonly requests: readonly RecordedRequest[];
  /** Settles with the request of that index once its body has come whole. */
  request(index: number): Promise<RecordedRequest>;
  clear(): void;
  /** The index of the next request. */
  readonly count: number;
  add(record: OpenRecord): void;
  /** The body of a request has come whole. */
  complete(record: OpenRecord): void;
}

/** Keeps at most `limit` requests; the oldest go first. */
export function createRequestLog(limit: number): RequestLog {
  const requests: OpenRecord[] = [];
  const waiting = new Map<number, PromiseWithResolvers<RecordedRequest>>();
  let count = 0;
  return {
    requests,
    get count() {
      return count;
    },
    request(index) {
      const found = requests.find((record) => record.index === index);
      if (found?.bodyComplete === true) return Promise.resolve(found);
      if (found === undefined && index < count) return Promise.reject(new RangeError(`request ${index} is no longer kept`));
      let entry = waiting.get(index);
      if (entry === undefined) {
        entry = Promise.withResolvers<RecordedRequest>();
        waiting.set(index, entry);
      }
      return entry.promise;
    },
    clear() {
      requests.length = 0;
    },
    add(record) {
      count = Math.max(count, record.index + 1);
      requests.push(record);
      if (requests.length > limit) requests.splice(0, requests.length - limit);
    },
    complete(record) {
      record.bodyComplete = true;
      waiting.get(record.index)?.resolve(record);
      waiting.delete(record.index);
    },
  };
}
