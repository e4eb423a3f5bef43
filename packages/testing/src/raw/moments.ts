/** Things that happen once, each under its own key, and can be awaited before or after. */
export interface Moments<Value> {
  come(key: string | number, value: Value): void;
  wait(key: string | number): Promise<Value>;
}

export function createMoments<Value>(): Moments<Value> {
  const moments = new Map<string | number, PromiseWithResolvers<Value>>();
  const of = (key: string | number): PromiseWithResolvers<Value> => {
    const moment = moments.get(key) ?? Promise.withResolvers<Value>();
    moments.set(key, moment);
    return moment;
  };
  return { come: (key, value) => of(key).resolve(value), wait: (key) => of(key).promise };
}
