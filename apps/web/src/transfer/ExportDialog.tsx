/** The records of a list as a file: which kind, and which fields. */
import { Button, Checkbox, Group, Radio, Stack } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { ExportQuery, FileFormat } from '@trellis/api';
import { useState } from 'react';
import { client } from '../api.ts';
import { downloadFile } from '../runtime/download.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { notifyProblem } from '../ui/notify.tsx';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

interface ExportDialogProps {
  readonly object: string;
  readonly label: string;
  /** What the list shows; its fields are those of the columns and what they need. */
  readonly query: ExportQuery;
  readonly columns: readonly string[];
  onClose(): void;
}

const FORMATS: readonly FileFormat[] = ['xlsx', 'csv', 'ndjson'];

export function ExportDialog({ object, label, query, columns, onClose }: ExportDialogProps) {
  const t = useMessages();
  const isPhone = useMediaQuery('(max-width: 48em)');
  const [format, setFormat] = useState<FileFormat>('xlsx');
  const [isAll, setAll] = useState(false);
  const [withId, setWithId] = useState(true);
  const run = () => {
    const { filter, search, sort } = query;
    const chosen = withId && !columns.includes('id') ? ['id', ...columns] : columns;
    const asked = {
      ...(filter !== undefined && { filter }),
      ...(search !== undefined && { search }),
      ...(sort !== undefined && sort.length > 0 && { sort }),
      ...(!isAll && { fields: chosen }),
    };
    downloadFile(client.exportAddress(object, format, asked), `${object}.${format}`).catch(notifyProblem);
    onClose();
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('export.title', { objects: label })}
      fullScreen={isPhone ?? false}
      closeButtonProps={{ 'aria-label': t('export.close') }}
    >
      <Stack gap="md">
        <p className={classes.dim}>{t('export.what')}</p>
        <Radio.Group
          label={t('export.format')}
          value={format}
          onChange={(value) => setFormat(value as FileFormat)}
        >
          <Stack gap={8} mt={6}>
            {FORMATS.map((each) => (
              <Radio
                key={each}
                value={each}
                label={t(`export.${each}`)}
                description={t(`export.${each}Hint`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Radio.Group
          label={t('export.fields')}
          value={isAll ? 'all' : 'columns'}
          onChange={(value) => setAll(value === 'all')}
        >
          <Stack gap={8} mt={6}>
            <Radio value="columns" label={t('export.columns')} />
            {!isAll && (
              <Checkbox
                ml={28}
                label={t('export.id')}
                checked={withId}
                onChange={(event) => setWithId(event.currentTarget.checked)}
              />
            )}
            <Radio value="all" label={t('export.all')} />
          </Stack>
        </Radio.Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('export.cancel')}
          </Button>
          <Button onClick={run}>{t('export.run')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
