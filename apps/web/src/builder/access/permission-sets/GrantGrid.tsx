/** Objects × rights. The boxes are the browser's own: hundreds of them stay quick. */
import { Button, Input, Menu, Switch, TextInput, Tooltip } from '@mantine/core';
import { IconChevronDown, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { ObjectIcon } from '../../../ui/ObjectIcon.tsx';
import { useBuilder } from '../../BuilderProvider.tsx';
import type { Entry } from '../../metadata/catalogue.ts';
import parts from '../../parts/parts.module.css';
import { useAccessMessages } from '../messages.ts';
import classes from './Grants.module.css';
import { type Grant, LEVELS, RIGHTS, withLevel, withRight } from './grants.ts';

const PAGE = 60;

interface GrantGridProps {
  readonly grants: Readonly<Record<string, Grant>>;
  readonly fault: string | undefined;
  onChange(object: string, grant: Grant | undefined): void;
  onOpen(object: string): void;
}

export function GrantGrid({ grants, fault, onChange, onOpen }: GrantGridProps) {
  const t = useAccessMessages();
  const { catalogue } = useBuilder();
  const [text, setText] = useState('');
  const [isGrantedOnly, setGrantedOnly] = useState(false);
  const [limit, setLimit] = useState(PAGE);
  const wanted = text.trim().toLocaleLowerCase();
  const objects = catalogue
    .all('object')
    .filter((object) => `${object.body.plural_label} ${object.name}`.toLocaleLowerCase().includes(wanted))
    .filter((object) => !isGrantedOnly || grants[object.name] !== undefined)
    .toSorted(
      (a, b) =>
        Number(a.package === 'system') - Number(b.package === 'system') ||
        a.body.plural_label.localeCompare(b.body.plural_label),
    );
  return (
    <>
      <div className={parts.toolbar}>
        <TextInput
          aria-label={t('sets.searchObjects')}
          placeholder={t('sets.searchObjects')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Switch
          label={t('sets.onlyGranted')}
          checked={isGrantedOnly}
          onChange={(event) => setGrantedOnly(event.currentTarget.checked)}
        />
      </div>
      {fault !== undefined && <Input.Error mb="sm">{fault}</Input.Error>}
      <div className={parts.tableWrap}>
        <table className={`${parts.table} ${classes.grid}`}>
          <thead>
            <tr>
              <th scope="col">{t('sets.object')}</th>
              {RIGHTS.map((right) => (
                <th key={right} scope="col" className={classes.right}>
                  <Tooltip label={t(`sets.rightHelp.${right}`)} multiline w={240} openDelay={100}>
                    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what a right means can be read by keyboard too. */}
                    <span tabIndex={0} className={classes.helped}>
                      {t(`sets.right.${right}`)}
                    </span>
                  </Tooltip>
                </th>
              ))}
              <th scope="col">{t('sets.fields')}</th>
            </tr>
          </thead>
          <tbody>
            {objects.slice(0, limit).map((object) => (
              <GrantRow
                key={object.name}
                object={object}
                grant={grants[object.name]}
                onChange={(grant) => onChange(object.name, grant)}
                onOpen={() => onOpen(object.name)}
              />
            ))}
            {objects.length === 0 && (
              <tr>
                <td colSpan={RIGHTS.length + 2} className={parts.dim}>
                  {t('sets.noObjects')}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {objects.length > limit && (
        <Button variant="default" mt="md" onClick={() => setLimit(limit + PAGE)}>
          {t('sets.moreObjects')}
        </Button>
      )}
    </>
  );
}

interface GrantRowProps {
  readonly object: Entry<'object'>;
  readonly grant: Grant | undefined;
  onChange(grant: Grant | undefined): void;
  onOpen(): void;
}

function GrantRow({ object, grant, onChange, onOpen }: GrantRowProps) {
  const t = useAccessMessages();
  const { catalogue } = useBuilder();
  const label = object.body.plural_label;
  const recordTypes = catalogue.of('record_type', object.name).map((each) => each.short);
  // People and teams are written through their own door: only what is read of them is granted.
  const isSystem = object.package === 'system';
  const exceptions = Object.keys(grant?.fields ?? {}).length;
  const general = t(`sets.summary_${grant?.default_field ?? 'none'}`);
  const summary =
    grant === undefined
      ? '—'
      : exceptions === 0
        ? general
        : `${general}, ${t('sets.exceptions', { count: exceptions })}`;
  return (
    <tr>
      <th scope="row">
        <span className={classes.object}>
          <ObjectIcon icon={object.body.icon ?? 'cube'} color={object.body.color ?? 'gray'} size={22} />
          {label}
          <Menu position="bottom-start">
            <Menu.Target>
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                rightSection={<IconChevronDown size={12} aria-hidden />}
                aria-label={t('sets.quick', { label })}
              >
                {t('sets.quickShort')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {LEVELS.filter((level) => !isSystem || level === 'none' || level === 'read').map((level) => (
                <Menu.Item key={level} onClick={() => onChange(withLevel(grant, level, recordTypes))}>
                  {t(`sets.level.${level}`)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </span>
      </th>
      {RIGHTS.map((right) => (
        <td key={right} className={classes.right}>
          {isSystem && right !== 'read' ? (
            <span aria-hidden>·</span>
          ) : (
            <input
              type="checkbox"
              className={classes.box}
              aria-label={t('sets.rightOf', { right: t(`sets.right.${right}`), label })}
              checked={grant?.[right] === true}
              onChange={(event) =>
                onChange(withRight(grant, right, event.currentTarget.checked, recordTypes))
              }
            />
          )}
        </td>
      ))}
      <td>
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={grant === undefined}
          aria-label={`${summary}: ${t('sets.fieldsOf', { label })}`}
          onClick={onOpen}
        >
          {summary}
        </Button>
      </td>
    </tr>
  );
}
