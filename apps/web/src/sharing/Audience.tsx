/** Why people see a record that nobody has shared with them, in sentences. */
import { Text } from '@mantine/core';
import type { AudienceEntry } from '@trellis/api';
import { useDisplay } from '../runtime/use-display.ts';
import { useSharingMessages } from './messages.ts';
import classes from './Sharing.module.css';

interface AudienceProps {
  readonly audience: readonly AudienceEntry[];
  /** Plural label of the object. */
  readonly objects: string;
}

export function Audience({ audience, objects }: AudienceProps) {
  const t = useSharingMessages();
  const { locale } = useDisplay();
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  return (
    <section aria-labelledby="seen-anyway">
      <h3 id="seen-anyway" className={classes.heading}>
        {t('anyway')}
      </h3>
      <ul className={classes.list}>
        {audience.map((entry) => {
          const names = entry.names.length === 0 ? t('somebody') : list.format(entry.names);
          return (
            <li key={`${entry.reason} ${entry.label} ${names}`} className={classes.reason}>
              <Text size="sm" span>
                {t(`audience.${entry.reason}`, { names, label: entry.label ?? '', objects })}
              </Text>
              <Text size="xs" c="dimmed" span>
                {t(`levels.${entry.access}`)}
              </Text>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
