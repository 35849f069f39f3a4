import { IconCheck } from '@tabler/icons-react';
import { type FieldDescription, formatValue, isBlank, titleOf } from '@trellis/forms';
import { addressLines, plainText } from '@trellis/model';
import { type ComponentType, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { lazy } from '../../ui/lazy.tsx';
import { useDisplay } from '../use-display.ts';
import { type WidgetName, widgetOf } from '../widget-names.ts';
import classes from './FieldValue.module.css';
import { PersonChip, RecordLink } from './RecordLink.tsx';
import { RecordTitles } from './RecordTitles.tsx';
import { SeveralCell } from './SeveralCell.tsx';

export interface CellProps {
  readonly field: FieldDescription;
  /** As the server sent it: lookups expanded to `{id, name}` where their title was asked for. */
  readonly value: unknown;
  /** `line`: one line, cut at its end (lists). `block`: as long as it is (record screen). */
  readonly shape: 'line' | 'block';
}

/** A value for reading. Blank values show nothing: the caller decides what stands for them. */
export function FieldValue(props: CellProps) {
  if (isBlank(props.value)) return null;
  const Cell = CELLS[widgetOf(props.field)];
  return <Cell {...props} />;
}

/** Numbers line up at their last digit. */
export function isRightAligned(field: FieldDescription): boolean {
  return field.value_type === 'number' && field.widget !== 'rating';
}

function TextCell({ value, shape }: CellProps) {
  return <span className={shape === 'line' ? classes.line : classes.block}>{titleOf(value)}</span>;
}

function EmailCell({ value }: CellProps) {
  return (
    <a className={classes.line} href={`mailto:${String(value)}`}>
      {String(value)}
    </a>
  );
}

function PhoneCell({ value }: CellProps) {
  const text = String(value);
  return (
    <a className={classes.line} href={`tel:${text.replace(/[^+\d,;*#]/g, '')}`}>
      {text}
    </a>
  );
}

/** Only schemes that a url field may hold become links: a value may be older than the rule. */
function UrlCell({ value }: CellProps) {
  const text = String(value);
  if (!/^(https?|mailto|tel):/i.test(text)) return <span className={classes.line}>{text}</span>;
  return (
    <a className={classes.line} href={text} target="_blank" rel="noreferrer">
      {text.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '')}
    </a>
  );
}

function NumberCell({ field, value }: CellProps) {
  const display = useDisplay();
  return <span className={classes.number}>{formatValue(field, value, display)}</span>;
}

function DateCell({ field, value }: CellProps) {
  const display = useDisplay();
  return (
    <time className={classes.line} dateTime={String(value)}>
      {formatValue(field, value, display)}
    </time>
  );
}

function StructureCell({ field, value }: CellProps) {
  const display = useDisplay();
  return <span className={classes.line}>{formatValue(field, value, display)}</span>;
}

function AddressCell({ field, value, shape }: CellProps) {
  const display = useDisplay();
  if (shape === 'line') return <StructureCell field={field} value={value} shape={shape} />;
  return <span className={classes.block}>{addressLines(value, display.locale).join('\n')}</span>;
}

/** The point as text that opens it on a map. */
function GeolocationCell({ field, value }: CellProps) {
  const { t } = useTranslation();
  const display = useDisplay();
  const { latitude, longitude } = (value ?? {}) as { latitude?: unknown; longitude?: unknown };
  return (
    <a
      className={classes.line}
      href={`https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=15/${Number(latitude)}/${Number(longitude)}`}
      target="_blank"
      rel="noreferrer"
      title={t('value.openMap')}
    >
      {formatValue(field, value, display)}
    </a>
  );
}

function JsonCell({ field, value, shape }: CellProps) {
  return (
    <CodeCell
      field={field}
      value={shape === 'line' ? JSON.stringify(value) : JSON.stringify(value, undefined, 2)}
      shape={shape}
    />
  );
}

function RatingCell({ field, value }: CellProps) {
  const { t } = useTranslation();
  const stars = Number(value);
  const most = Number(field.schema.maximum ?? stars);
  return (
    <span className={classes.stars} role="img" aria-label={t('value.stars', { stars, most })}>
      <span className={classes.given}>{'★'.repeat(stars)}</span>
      <span className={classes.faintStars}>{'★'.repeat(Math.max(0, most - stars))}</span>
    </span>
  );
}

function ColorCell({ value }: CellProps) {
  return (
    <span className={classes.color}>
      <span className={classes.swatch} style={{ background: String(value) }} aria-hidden />
      {String(value)}
    </span>
  );
}

function BooleanCell({ value, shape }: CellProps) {
  const { t } = useTranslation();
  // A column of yes and no reads best when only the yes is there.
  if (value !== true && shape === 'line') return <span className="tr-visually-hidden">{t('value.no')}</span>;
  if (value !== true) return <span className={classes.faint}>{t('value.no')}</span>;
  return (
    <span className={classes.yes}>
      <IconCheck size={14} stroke={2.25} aria-hidden /> {t('value.yes')}
    </span>
  );
}

function OptionCell({ field, value }: CellProps) {
  const option = field.options.find((each) => each.value === value);
  return (
    <ColorBadge color={option?.color} isRetired={option?.is_active === false}>
      {option?.label ?? String(value)}
    </ColorBadge>
  );
}

function OptionsCell({ field, value, shape }: CellProps) {
  const values = Array.isArray(value) ? value : [value];
  return (
    <span className={shape === 'line' ? classes.badges : classes.badgesWrapped}>
      {values.map((each) => (
        <OptionCell key={String(each)} field={field} value={each} shape={shape} />
      ))}
    </span>
  );
}

function TagsCell({ value, shape }: CellProps) {
  const entries = Array.isArray(value) ? value.map(String) : [String(value)];
  return (
    <span className={shape === 'line' ? classes.badges : classes.badgesWrapped}>
      {entries.map((entry) => (
        <span key={entry} className={classes.tag}>
          {entry}
        </span>
      ))}
    </span>
  );
}

function CodeCell({ field, value, shape }: CellProps) {
  if (shape === 'line') return <code className={classes.codeLine}>{String(value)}</code>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={classes.codeBlock} tabIndex={0} aria-label={field.label}>
      <pre>{String(value)}</pre>
    </section>
  );
}

// The renderer and the cleaner of what it makes come when the first such text is read.
const MarkdownText = lazy(async () => ({ default: (await import('./MarkdownText.tsx')).MarkdownText }));

// So does the cleaner of rich text.
const SafeHtml = lazy(async () => ({ default: (await import('./SafeHtml.tsx')).SafeHtml }));

function SecretCell(_: CellProps) {
  const { t } = useTranslation();
  return (
    <span role="img" aria-label={t('value.secret')}>
      ••••••
    </span>
  );
}

// Cells of files come with the first file that is shown.
const LazyFileCell = lazy(async () => ({ default: (await import('../files/FileCells.tsx')).FileCell }));
const LazyImageCell = lazy(async () => ({ default: (await import('../files/FileCells.tsx')).ImageCell }));

function FileCell(props: CellProps) {
  return (
    <Suspense fallback={<StructureCell {...props} />}>
      <LazyFileCell {...props} />
    </Suspense>
  );
}

function ImageCell(props: CellProps) {
  return (
    <Suspense fallback={<StructureCell {...props} />}>
      <LazyImageCell {...props} />
    </Suspense>
  );
}

function RichTextCell({ value, shape }: CellProps) {
  const html = String(value);
  if (shape === 'line') return <span className={classes.line}>{plainText(html)}</span>;
  return (
    <Suspense fallback={<span className={classes.block}>{plainText(html)}</span>}>
      <SafeHtml html={html} />
    </Suspense>
  );
}

function MarkdownCell({ value, shape }: CellProps) {
  const text = String(value);
  if (shape === 'line') return <span className={classes.line}>{withoutMarks(text)}</span>;
  return (
    <Suspense fallback={<span className={classes.block}>{text}</span>}>
      <MarkdownText text={text} />
    </Suspense>
  );
}

/** Markdown on one line, without most of its marks. */
function withoutMarks(text: string): string {
  return text
    .slice(0, 400)
    .replaceAll(/^[ \t]*(#{1,6}|[-*+>]|\d{1,3}\.)[ \t]/gm, '')
    .replaceAll(/[*_`~]{1,3}/g, '')
    .replaceAll(/\[([^\]\n]{0,200})\]\([^)\n]{0,300}\)/g, '$1')
    .replaceAll(/\s+/g, ' ');
}

function LookupCell({ field, value }: CellProps) {
  return <RecordLink field={field} value={value} />;
}

function UserCell({ field, value }: CellProps) {
  return <PersonChip field={field} value={value} />;
}

function SetCell({ field, value }: CellProps) {
  const ids = Array.isArray(value)
    ? value.map((each) => (typeof each === 'string' ? each : String(each?.id)))
    : [];
  return <RecordTitles object={field.targets[0]} ids={ids} />;
}

const CELLS: Readonly<Record<WidgetName, ComponentType<CellProps>>> = {
  text: TextCell,
  long_text: TextCell,
  rich_text: RichTextCell,
  markdown: MarkdownCell,
  code: CodeCell,
  person_name: StructureCell,
  email: EmailCell,
  emails: SeveralCell,
  phone: PhoneCell,
  phones: SeveralCell,
  url: UrlCell,
  address: AddressCell,
  geolocation: GeolocationCell,
  json: JsonCell,
  color: ColorCell,
  integer: NumberCell,
  decimal: NumberCell,
  currency: NumberCell,
  percent: NumberCell,
  rating: RatingCell,
  boolean: BooleanCell,
  date: DateCell,
  datetime: DateCell,
  date_range: StructureCell,
  time: DateCell,
  duration: NumberCell,
  select: OptionCell,
  status: OptionCell,
  multi_select: OptionsCell,
  tags: TagsCell,
  lookup: LookupCell,
  multi_lookup: SetCell,
  user: UserCell,
  file: FileCell,
  files: FileCell,
  image: ImageCell,
  secret: SecretCell,
  auto_number: TextCell,
};
