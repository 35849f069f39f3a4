/** The fields in the header of the record screen. */
import { Button, Popover, Text } from '@mantine/core';
import { IconPencil, IconStar } from '@tabler/icons-react';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { fieldChoices } from '../metadata/system-fields.ts';
import { PathList } from '../parts/PathList.tsx';
import classes from './layout.module.css';

interface HighlightsProps {
  readonly object: string;
  readonly highlights: readonly string[];
  readonly onChange: (names: string[]) => void;
}

const MAX = 8;

export function Highlights({ object, highlights, onChange }: HighlightsProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const choices = fieldChoices(catalogue, object).map((field) => ({
    path: field.name,
    label: field.label,
    field,
    via: undefined,
  }));
  const labelOf = (name: string) => choices.find((choice) => choice.path === name)?.label ?? name;
  return (
    <div className={classes.highlights} data-pointer="/highlights">
      <IconStar size={15} aria-hidden />
      <strong>{t('layout.highlights')}</strong>
      {highlights.length === 0 && (
        <Text component="span" size="sm" c="dimmed">
          {t('layout.noHighlights')}
        </Text>
      )}
      {highlights.map((name) => (
        <span key={name} className={classes.chip}>
          {labelOf(name)}
        </span>
      ))}
      <Popover position="bottom-end" width={300} trapFocus>
        <Popover.Target>
          <Button
            variant="subtle"
            size="compact-xs"
            ml="auto"
            leftSection={<IconPencil size={13} aria-hidden />}
            aria-label={t('layout.editHighlights')}
          >
            {t('action.edit')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Text size="xs" c="dimmed" mb={8}>
            {t('layout.highlightsHelp', { max: MAX })}
          </Text>
          <PathList
            paths={highlights}
            choices={choices}
            addText={t('layout.addHighlight')}
            max={MAX}
            onChange={onChange}
          />
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
