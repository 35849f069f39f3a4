/** All other Tabler icons: a chunk of its own, loaded only when metadata names one that is not common. */

import type { TablerIcon } from '@tabler/icons-react';
import * as tabler from '@tabler/icons-react';

/** `building-bank` → `IconBuildingBank`; undefined when Tabler has none of that name. */
export function findIcon(name: string): TablerIcon | undefined {
  const exported = `Icon${name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`;
  return (tabler as unknown as Readonly<Record<string, TablerIcon | undefined>>)[exported];
}
