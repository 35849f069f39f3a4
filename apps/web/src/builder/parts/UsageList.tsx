/** Where a component is used, each place a link to its editor. */
import { Text } from '@mantine/core';
import { idOf } from '../draft/draft.ts';
import type { Usage } from '../metadata/usage.ts';
import { BuilderLink } from '../navigation.tsx';
import { pageOfComponent } from '../paths.ts';
import { useContextOf } from '../publish/use-context-of.ts';
import classes from './parts.module.css';

export function UsageList({ usages, onNavigate }: { usages: readonly Usage[]; onNavigate?: () => void }) {
  const contextOf = useContextOf();
  const byComponent = new Map<string, Usage>();
  for (const usage of usages) if (!byComponent.has(idOf(usage))) byComponent.set(idOf(usage), usage);
  return (
    <ul className={classes.usages}>
      {[...byComponent.values()].map((usage) => {
        const page = pageOfComponent(usage);
        return (
          <li key={idOf(usage)}>
            {page === undefined ? (
              usage.label
            ) : (
              <BuilderLink page={page} at={usage.pointer} className={classes.link} onClick={onNavigate}>
                {usage.label}
              </BuilderLink>
            )}{' '}
            <Text component="span" c="dimmed" size="xs">
              {contextOf(usage)}
            </Text>
          </li>
        );
      })}
    </ul>
  );
}
