/** Where the proxy says what nobody else can be told. pino, winston and `console` fit as they are. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Warnings and errors on the console, as one JSON line each, so that no field can forge a line; the rest is not said. */
export const consoleLog: Log = {
  debug() {},
  info() {},
  warn(fields, message) {
    console.warn(JSON.stringify({ level: 'warn', message, ...fields }));
  },
  error(fields, message) {
    console.error(JSON.stringify({ level: 'error', message, ...fields }));
  },
};
