/** How the file is read: its sheet, header, delimiter and encoding. What was found out can be put right. */
import { NumberInput, Select, Switch } from '@mantine/core';
import type { ImportPreviewResponse } from '@trellis/api';
import type { Source } from './mapping-draft.ts';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const ENCODINGS = [
  'utf-8',
  'windows-1252',
  'iso-8859-15',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'iso-8859-7',
  'iso-8859-9',
  'shift_jis',
  'gb18030',
  'utf-16le',
  'utf-16be',
] as const;
const MOST_ROWS = 100;

interface SourceFormProps {
  readonly preview: ImportPreviewResponse;
  readonly source: Source;
  onChange(source: Source): void;
}

export function SourceForm({ preview, source, onChange }: SourceFormProps) {
  const t = useMessages();
  const { format } = source;
  if (format === 'ndjson') return null;
  const hasHeader = source.header_row > 0;
  return (
    <section className={classes.card}>
      <h2 className={classes.heading}>{t('source.title')}</h2>
      <div className={classes.source}>
        {format === 'xlsx' && (
          <Select
            label={t('source.sheet')}
            data={preview.sheets}
            value={source.sheet}
            allowDeselect={false}
            onChange={(sheet) => onChange({ ...source, sheet, header_row: -1 })}
          />
        )}
        {format === 'csv' && (
          <>
            <Select
              label={t('source.delimiter')}
              data={DELIMITERS.map((value) => ({ value, label: t(`source.delimiters.${value}`) }))}
              value={source.delimiter}
              allowDeselect={false}
              onChange={(delimiter) => onChange({ ...source, delimiter: delimiter ?? ',' })}
            />
            <Select
              label={t('source.encoding')}
              data={ENCODINGS.map((value) => ({ value, label: t(`source.encodings.${value}`) }))}
              value={source.encoding}
              allowDeselect={false}
              onChange={(encoding) => onChange({ ...source, encoding: encoding ?? 'utf-8' })}
            />
          </>
        )}
        {hasHeader && (
          <NumberInput
            label={t('source.headerRow')}
            min={1}
            max={MOST_ROWS}
            allowDecimal={false}
            value={source.header_row}
            onChange={(row) =>
              typeof row === 'number' && row >= 1 && onChange({ ...source, header_row: row })
            }
          />
        )}
        <Switch
          className={classes.switch}
          label={t('source.hasHeader')}
          checked={hasHeader}
          onChange={(event) => onChange({ ...source, header_row: event.currentTarget.checked ? 1 : 0 })}
        />
      </div>
    </section>
  );
}
