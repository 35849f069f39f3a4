/** The instant of which the page tells, for everything on it that reads records; undefined: today. */
import { createContext, useContext } from 'react';

export const AsOf = createContext<string | undefined>(undefined);

export function useAsOf(): string | undefined {
  return useContext(AsOf);
}

/** An instant as a `datetime-local` input takes it, in the browser's time zone, down to the second. */
export function toLocal(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The instant that such an input holds; undefined for none, or one that lies ahead. */
export function fromLocal(text: string): string | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) || at.getTime() > Date.now() ? undefined : at.toISOString();
}
