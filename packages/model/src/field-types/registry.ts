/** All live field types by name. A type of the language that is not here is refused when a field uses it. */
import type { FieldBody, FieldTypeName } from '@trellis/metadata';
import type { FieldType } from '../field-type.ts';
import { address } from './address.ts';
import { autoNumber } from './auto-number.ts';
import { boolean } from './boolean.ts';
import { code } from './code.ts';
import { color } from './color.ts';
import { currency } from './currency.ts';
import { date } from './date.ts';
import { dateRange } from './date-range.ts';
import { datetime } from './datetime.ts';
import { decimal } from './decimal.ts';
import { duration } from './duration.ts';
import { email, emails } from './email.ts';
import { encryptedOf } from './encrypted.ts';
import { file } from './file.ts';
import { files } from './files.ts';
import { formula } from './formula.ts';
import { geolocation } from './geolocation.ts';
import { image } from './image.ts';
import { integer } from './integer.ts';
import { json } from './json.ts';
import { longText } from './long-text.ts';
import { lookup } from './lookup.ts';
import { markdown } from './markdown.ts';
import { multiLookup } from './multi-lookup.ts';
import { multiSelect } from './multi-select.ts';
import { percent } from './percent.ts';
import { personName } from './person-name.ts';
import { phone, phones } from './phone.ts';
import { rating } from './rating.ts';
import { related } from './related.ts';
import { richText } from './rich-text.ts';
import { rollup } from './rollup.ts';
import { secret } from './secret.ts';
import { select } from './select.ts';
import { status } from './status.ts';
import { tags } from './tags.ts';
import { text } from './text.ts';
import { time } from './time.ts';
import { url } from './url.ts';
import { user } from './user.ts';

export const FIELD_TYPES: ReadonlyMap<FieldTypeName, FieldType> = new Map(
  [
    text,
    longText,
    richText,
    markdown,
    code,
    personName,
    email,
    phone,
    url,
    address,
    geolocation,
    color,
    json,
    integer,
    decimal,
    currency,
    percent,
    rating,
    boolean,
    date,
    datetime,
    dateRange,
    time,
    duration,
    select,
    status,
    multiSelect,
    tags,
    lookup,
    multiLookup,
    user,
    file,
    files,
    image,
    secret,
    autoNumber,
    rollup,
    formula,
    related,
  ].map((type) => [type.name, type as FieldType]),
);

/** Types that a property of the field makes a list of. */
export const SEVERAL: ReadonlyMap<FieldTypeName, FieldType> = new Map([
  ['email', emails],
  ['phone', phones],
]);

/** Texts that may be kept sealed, as they are then. */
export const ENCRYPTED: ReadonlyMap<FieldTypeName, FieldType> = new Map(
  [text, longText, richText, markdown, code, email, phone, url].map((type) => [type.name, encryptedOf(type)]),
);

/** The type of a field as its body says: that of several values, or of sealed ones, where it asks for them. */
export function typeOfBody(body: Pick<FieldBody, 'type' | 'multiple' | 'encrypted'>): FieldType | undefined {
  const changed =
    body.multiple === true
      ? SEVERAL.get(body.type)
      : body.encrypted === true
        ? ENCRYPTED.get(body.type)
        : undefined;
  return changed ?? FIELD_TYPES.get(body.type);
}
