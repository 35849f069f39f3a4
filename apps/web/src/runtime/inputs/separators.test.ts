import { expect, test } from 'vitest';
import { dateOrder, numberSeparators, parseTypedDate } from './separators.ts';

test('separators follow the language', () => {
  expect(numberSeparators('en-US')).toEqual({ group: ',', decimal: '.' });
  expect(numberSeparators('de-DE')).toEqual({ group: '.', decimal: ',' });
  expect(numberSeparators('fr-FR')).toEqual({ group: ' ', decimal: ',' });
});

test('orders of day, month and year', () => {
  expect([dateOrder('en-US'), dateOrder('en-GB'), dateOrder('sv-SE')]).toEqual(['mdy', 'dmy', 'ymd']);
});

test.each([
  ['2026-03-31', 'en-US', '2026-03-31'],
  ['3/31/2026', 'en-US', '2026-03-31'],
  ['31/3/26', 'en-GB', '2026-03-31'],
  ['31.3.', 'de-DE', '2026-03-31'],
  ['31 Mar', 'en-GB', '2026-03-31'],
  ['Mar 31, 2027', 'en-US', '2027-03-31'],
  ['today', 'en-GB', '2026-11-21'],
  ['+10', 'en-GB', '2026-12-01'],
  ['-21', 'en-GB', '2026-10-31'],
])('%s in %s is %s', (text, locale, day) => {
  expect(parseTypedDate(text, locale, '2026-11-21')).toBe(day);
});

test.each(['', 'soon', '31/2/2026', '13/13/2026', '2026-02-30', '99'])('%s is no day', (text) => {
  expect(parseTypedDate(text, 'en-GB', '2026-11-21')).toBeUndefined();
});
