/** A point on the earth in degrees (WGS 84), to seven digits after the point: about a centimetre. */
import type { FieldType, JsonValue } from '../field-type.ts';
import { roundHalfAwayFromZero } from '../numbers.ts';
import { decimal } from './decimal.ts';
import { formatCoordinates } from './geolocation-text.ts';
import { structureFamily, type TextParts } from './structure.ts';

const DIGITS = 7;
const NAMES = ['latitude', 'longitude'];
const PROBLEM = 'This is no point on a map: write it as latitude, longitude, such as 52.5163, 13.3777.';

export const geolocation = {
  ...structureFamily,
  name: 'geolocation',
  label: 'Geolocation',
  description: 'A point on the map by its latitude and longitude.',
  category: 'text',
  icon: 'map-2',
  properties: [],
  widget: 'geolocation',
  parts: {
    latitude: { label: 'Latitude', type: decimal },
    longitude: { label: 'Longitude', type: decimal },
  },
  convertsTo: ['text'],
  valueSchema: () => ({
    type: 'object',
    properties: {
      latitude: { type: 'number', minimum: -90, maximum: 90 },
      longitude: { type: 'number', minimum: -180, maximum: 180 },
    },
    required: NAMES,
    additionalProperties: false,
    errorMessage: 'A point needs a latitude from -90 to 90 and a longitude from -180 to 180.',
  }),
  canonicalise: (value) => {
    if (typeof value === 'string' && value.trim() === '') return null;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([name, part]): [string, unknown] => [
        name,
        typeof part === 'number' && Number.isFinite(part) ? roundHalfAwayFromZero(part, DIGITS) : part,
      ]);
    if (entries.length === 0) return null;
    return Object.fromEntries(entries.sort(([left], [right]) => NAMES.indexOf(left) - NAMES.indexOf(right)));
  },
  parseText: (text, field) => {
    if (text.trim() === '') return { value: null };
    const match = /^(-?\d{1,3}(?:\.\d{1,15})?)[,;](-?\d{1,3}(?:\.\d{1,15})?)$/.exec(
      text.slice(0, 100).replaceAll(/[\s°]/g, ''),
    );
    if (!match) return { problem: PROBLEM };
    const [latitude, longitude] = [Number(match[1]), Number(match[2])];
    if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return { problem: PROBLEM };
    return { value: field.type.canonicalise({ latitude, longitude }, field) as JsonValue };
  },
  toText: (value) => NAMES.map((name) => plain(Number((value as TextParts)[name]))).join(', '),
  display: (value, _field, { locale }) => formatCoordinates(value, locale),
  mask: () => '•••, •••',
  sample: (random) => ({
    latitude: roundHalfAwayFromZero(random() * 180 - 90, 4),
    longitude: roundHalfAwayFromZero(random() * 360 - 180, 4),
  }),
} as const satisfies FieldType;

/** Without the exponent that JavaScript gives to small numbers. */
function plain(degrees: number): string {
  const text = String(degrees);
  return text.includes('e') ? degrees.toFixed(DIGITS) : text;
}
