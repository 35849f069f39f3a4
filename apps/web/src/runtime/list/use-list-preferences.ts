import { useLocalStorage } from '@mantine/hooks';
import type { ListColumn } from '@trellis/forms';
import { useMemo } from 'react';
import { workspace } from '../../api.ts';
import { isRightAligned } from '../cells/FieldValue.tsx';

export type Density = 'compact' | 'normal' | 'relaxed';
export const ROW_HEIGHT: Readonly<Record<Density, number>> = { compact: 30, normal: 36, relaxed: 44 };

interface Stored {
  /** Paths in the person's own order; absent: the view's columns. */
  readonly paths?: readonly string[];
  readonly widths?: Readonly<Record<string, number>>;
}

/** How this browser likes to see one view: which columns, in which order, how wide. Never shared. */
export function useListPreferences(object: string, view: string, viewPaths: readonly string[]) {
  const [stored, setStored] = useLocalStorage<Stored>({
    key: keyOf(object, view),
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const [density, setDensity] = useLocalStorage<Density>({
    key: 'trellis-density',
    defaultValue: 'normal',
    getInitialValueInEffect: false,
  });
  return useMemo(
    () => ({
      paths: stored.paths ?? viewPaths,
      widths: stored.widths ?? {},
      isChanged: stored.paths !== undefined || Object.keys(stored.widths ?? {}).length > 0,
      density,
      setDensity,
      setPaths: (paths: readonly string[]) => setStored((before) => ({ ...before, paths })),
      setWidth: (path: string, width: number) =>
        setStored((before) => ({ ...before, widths: { ...before.widths, [path]: Math.round(width) } })),
      reset: () => setStored({}),
      /** The view's columns again, as wide as they are. */
      resetPaths: () => setStored(({ widths }) => (widths === undefined ? {} : { widths })),
    }),
    [stored, viewPaths, density, setDensity, setStored],
  );
}

function keyOf(object: string, view: string): string {
  return `trellis-columns-${workspace}-${object}-${view}`;
}

/** For a view that is made of another one: its columns are as wide as they were. */
export function keepWidths(object: string, view: string, widths: Readonly<Record<string, number>>): void {
  if (Object.keys(widths).length > 0)
    localStorage.setItem(keyOf(object, view), JSON.stringify({ widths } satisfies Stored));
}

/** A width that fits what the column usually holds. */
export function defaultWidth(column: ListColumn): number {
  if (column.is_title) return 290;
  if (column.lookup !== null) return 190;
  switch (column.field.value_type) {
    case 'number':
      return 120;
    case 'boolean':
      return 90;
    case 'date':
      return 120;
    case 'datetime':
      return 170;
    case 'structure':
      return 220;
    case 'time':
      return 100;
    case 'option':
      return 150;
    default:
      return isRightAligned(column.field) ? 120 : 190;
  }
}
