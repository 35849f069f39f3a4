import { type FieldDescription, titleOf } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { COLOR_NAMES } from '../../ui/palette.ts';
import classes from './FieldValue.module.css';
import { UntitledRecord } from './HiddenRecord.tsx';
import { RecordAnchor } from './RecordAnchor.tsx';

interface RecordLinkProps {
  readonly field: FieldDescription;
  /** `{id, name}`, `{object, id, name}`, or an id whose title was not asked for or may not be seen. */
  readonly value: unknown;
}

export interface RecordReference {
  readonly object: string | undefined;
  readonly id: string;
  /** Undefined when the title isn't known. */
  readonly title: string | undefined;
}

/** What a lookup's value points to. */
export function referenceOf(field: FieldDescription, value: unknown): RecordReference | undefined {
  // A principal may be a person or a team; its own record says which, so the link goes to the person's screen.
  const only = field.is_polymorphic ? undefined : field.targets[0];
  if (typeof value === 'string')
    return value === '' ? undefined : { object: only, id: value, title: undefined };
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string')
    return undefined;
  const object = 'object' in value && typeof value.object === 'string' ? value.object : only;
  const title = titleOf(value);
  return { object, id: value.id, title: title === value.id ? undefined : title };
}

/** The title of another record, leading there. */
export function RecordLink({ field, value }: RecordLinkProps) {
  const reference = referenceOf(field, value);
  if (reference === undefined) return null;
  const { object, id, title } = reference;
  if (title === undefined)
    return <UntitledRecord object={object} id={id} wasAsked={typeof value !== 'string'} />;
  if (object === undefined) return <span className={classes.line}>{title}</span>;
  return (
    <RecordAnchor object={object} id={id} className={classes.line}>
      {title}
    </RecordAnchor>
  );
}

/** A person or team, with initials in a colour of their own. */
export function PersonChip({ field, value }: RecordLinkProps) {
  const { t } = useTranslation();
  const reference = referenceOf(field, value);
  if (reference === undefined) return null;
  const name = reference.title ?? t('value.untitled');
  const color = COLOR_NAMES[hash(reference.id) % COLOR_NAMES.length] ?? 'gray';
  return (
    <span className={classes.person}>
      <span
        className={classes.initials}
        aria-hidden
        style={{ background: `var(--tr-${color}-background)`, color: `var(--tr-${color}-text)` }}
      >
        {initialsOf(name)}
      </span>
      <span className={classes.line}>{name}</span>
    </span>
  );
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => [...(word ?? '')][0] ?? '',
  );
  return letters.join('').toUpperCase();
}

function hash(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}
