/** The layout editor: what is free at the left, the form in the middle, how it will look beside it or in its place. */
import { ActionIcon, Group, SegmentedControl, TextInput, Tooltip } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { useState } from 'react';
import { useDocumentTitle } from '../../ui/Page.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink, useBuilderPage } from '../navigation.tsx';
import { Pointed, useJumpToPointer } from '../parts/Fault.tsx';
import { StateBadge } from '../parts/small.tsx';
import { useComponent } from '../useComponent.ts';
import { LayoutCanvas } from './LayoutCanvas.tsx';
import { LayoutPreview } from './LayoutPreview.tsx';
import classes from './layout.module.css';

type Mode = 'edit' | 'split' | 'preview' | 'phone';

export function LayoutPage({ object, name }: { object: string; name: string }) {
  const t = useMessages();
  const { catalogue, undo, redo, steps } = useBuilder();
  const edited = useComponent('layout', name);
  const isWide = useMediaQuery('(min-width: 90em)', window.innerWidth >= 1440, {
    getInitialValueInEffect: false,
  });
  const [chosen, setMode] = useState<Mode | undefined>();
  const mode = chosen ?? 'edit';
  const { at } = useBuilderPage();
  const [tab, setTab] = useState(() => Number(/^\/tabs\/(\d+)/.exec(at)?.[1] ?? 0));
  const reference = { kind: 'layout', name };
  useHotkeys(
    [
      ['mod+Z', () => undo(reference)],
      ['mod+shift+Z', () => redo(reference)],
      ['mod+Y', () => redo(reference)],
    ],
    // Typing in an input keeps the browser's own undo.
    ['INPUT', 'TEXTAREA'],
  );
  useJumpToPointer(mode === 'edit' || mode === 'split');
  useDocumentTitle(edited?.body.label ?? '');
  if (edited === undefined) return null;
  const { body, set, change, entry } = edited;
  const { canUndo, canRedo } = steps(reference);
  const objectLabel = catalogue.find('object', object)?.body.label ?? object;
  const activeTab = Math.min(tab, body.tabs.length - 1);

  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <div className={classes.barTitle}>
          <span className={classes.trail}>
            <BuilderLink page={{ page: 'object', object, tab: 'layouts' }}>
              {t('layout.trail', { object: objectLabel })}
            </BuilderLink>
          </span>
          <Pointed at="/label">
            {(fault) => (
              <TextInput
                variant="unstyled"
                aria-label={t('layout.label')}
                value={body.label}
                error={body.label.trim() === '' ? t('name.labelEmpty') : fault}
                maxLength={200}
                onChange={(event) => set('label', event.currentTarget.value)}
              />
            )}
          </Pointed>
        </div>
        <StateBadge state={entry.state} />
        <Group gap={2}>
          <Tooltip label={t('layout.undo')}>
            <ActionIcon aria-label={t('layout.undo')} disabled={!canUndo} onClick={() => undo(reference)}>
              <IconArrowBackUp size={17} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t('layout.redo')}>
            <ActionIcon aria-label={t('layout.redo')} disabled={!canRedo} onClick={() => redo(reference)}>
              <IconArrowForwardUp size={17} />
            </ActionIcon>
          </Tooltip>
        </Group>
        <SegmentedControl
          aria-label={t('layout.mode')}
          value={mode}
          onChange={(value) =>
            setMode((['edit', 'split', 'preview', 'phone'] as const).find((each) => each === value))
          }
          data={[
            { value: 'edit', label: t('layout.mode_edit') },
            ...(isWide ? [{ value: 'split', label: t('layout.mode_split') }] : []),
            { value: 'preview', label: t('layout.mode_preview') },
            { value: 'phone', label: t('layout.mode_phone') },
          ]}
        />
      </div>
      <div
        className={classes.body}
        data-preview={mode === 'preview' || mode === 'phone' || undefined}
        data-split={mode === 'split' || undefined}
      >
        {(mode === 'edit' || mode === 'split') && (
          <LayoutCanvas object={object} body={body} tab={activeTab} onTab={setTab} change={change} />
        )}
        {mode !== 'edit' && (
          <LayoutPreview
            object={object}
            body={body}
            tab={activeTab}
            onTab={setTab}
            isPhone={mode === 'phone'}
          />
        )}
      </div>
    </div>
  );
}
