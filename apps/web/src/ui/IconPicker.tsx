import { ActionIcon, Popover, ScrollArea, SimpleGrid, TextInput, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './IconPicker.module.css';
import { FIRST_ICONS } from './icons.ts';
import { MORE_ICONS } from './icons-more.ts';
import { addIcons, NamedIcon } from './ObjectIcon.tsx';

addIcons(MORE_ICONS);
const OFFERED = Object.keys({ ...FIRST_ICONS, ...MORE_ICONS }).sort();

interface IconPickerProps {
  readonly value: string | null;
  readonly onChange: (name: string) => void;
  readonly label: string;
}

/** Chooses an icon by looking or by typing a part of its name; any Tabler name may be typed. */
export function IconPicker({ value, onChange, label }: IconPickerProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase().replaceAll(' ', '-');
  const matches = OFFERED.filter((name) => name.includes(wanted));
  const names =
    wanted !== '' && !matches.includes(wanted) && /^[a-z0-9-]+$/.test(wanted)
      ? [...matches, wanted]
      : matches;
  const choose = (name: string) => {
    onChange(name);
    setOpen(false);
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" trapFocus>
      <Popover.Target>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={`${label}: ${value ?? ''}`}
          onClick={() => setOpen(!isOpen)}
        >
          <NamedIcon name={value} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p="sm">
        <TextInput
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          placeholder={t('iconPicker.search')}
          aria-label={t('iconPicker.search')}
          data-autofocus
          mb="sm"
        />
        <ScrollArea.Autosize mah={220}>
          <SimpleGrid cols={8} spacing={2}>
            {names.map((name) => (
              <UnstyledButton
                key={name}
                className={classes.choice}
                aria-label={name}
                aria-pressed={name === value}
                title={name}
                onClick={() => choose(name)}
              >
                <NamedIcon name={name} size={18} />
              </UnstyledButton>
            ))}
          </SimpleGrid>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
