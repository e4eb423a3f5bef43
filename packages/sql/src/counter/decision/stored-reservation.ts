import type { CounterWindow, Reservation } from '@ai-proxy/core';
import { toStoredText } from './stored-text.ts';

/** A reservation with the names by which it and its windows are stored. */
export interface StoredReservation {
  readonly id: string;
  readonly root: string;
  readonly ttl: number;
  readonly windows: readonly StoredWindow[];
}

export interface StoredWindow {
  readonly place: string;
  readonly window: CounterWindow;
}

export const toStoredReservation = ({ id, root, ttl, windows }: Reservation): StoredReservation => ({
  id: toStoredText(id),
  root: toStoredText(root),
  ttl,
  windows: windows.map((window) => ({ place: toStoredText(window.key), window })),
});
