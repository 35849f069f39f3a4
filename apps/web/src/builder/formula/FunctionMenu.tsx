/** All functions by category with what they do, for those who would rather choose than type. */
import { Popover, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { FUNCTION_CATALOGUE, type FunctionCategory } from '@trellis/model';
import { cloneElement, type ReactElement, useState } from 'react';
import { useMessages } from '../messages.ts';
import classes from './Formula.module.css';

interface FunctionMenuProps {
  readonly hasPrevious: boolean;
  /** The button. */
  readonly children: ReactElement<{ onClick?: () => void; 'aria-expanded'?: boolean }>;
  onChoose(text: string): void;
}

const CATEGORIES: readonly FunctionCategory[] = [
  'logic',
  'number',
  'text',
  'date',
  'period',
  'list',
  'change',
];

export function FunctionMenu({ hasPrevious, children, onChoose }: FunctionMenuProps) {
  const t = useMessages();
  const [isOpen, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const found = FUNCTION_CATALOGUE.filter(
    ({ name, help, category }) =>
      (hasPrevious || category !== 'change') &&
      (name.toLowerCase().includes(wanted) || help.toLowerCase().includes(wanted)),
  );
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={340} trapFocus returnFocus>
      <Popover.Target>
        {cloneElement(children, { onClick: () => setOpen(!isOpen), 'aria-expanded': isOpen })}
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <TextInput
          data-autofocus
          aria-label={t('formula.searchFunction')}
          placeholder={t('formula.searchFunction')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <div className={classes.functions}>
          {found.length === 0 && <p className={classes.help}>{t('action.nothingFound')}</p>}
          {CATEGORIES.map((category) => {
            const entries = found.filter((each) => each.category === category);
            return (
              entries.length > 0 && (
                <section key={category} aria-label={t(`formula.category.${category}`)}>
                  <h3 className={classes.category}>{t(`formula.category.${category}`)}</h3>
                  {entries.map((entry) => (
                    <button
                      key={entry.name}
                      type="button"
                      className={classes.function}
                      onClick={() => {
                        setOpen(false);
                        onChoose(entry.parameters.length === 0 ? `${entry.name}()` : `${entry.name}(`);
                      }}
                    >
                      <code>{entry.signature}</code>
                      <span>{entry.help}</span>
                    </button>
                  ))}
                </section>
              )
            );
          })}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
