import { RESERVED_FIELD_NAMES } from '@trellis/model';
import { describe, expect, it } from 'vitest';
import { findNameFault, suggestFreeName, suggestName, suggestPlural } from './naming.ts';

describe('suggestName', () => {
  it.each([
    ['Vendor certification', 'vendor_certification'],
    ['  Größe (cm)  ', 'grosse_cm'],
    ["Customer's e-mail", 'customers_e_mail'],
    ['Łódź & Ærø', 'lodz_and_aero'],
    ['3rd party', 'n_3rd_party'],
    ['Discount %', 'discount_percent'],
    ['顧客', ''],
    ['', ''],
  ])('%s → %s', (label, name) => expect(suggestName(label)).toBe(name));

  it('never ends with an underscore after cutting', () => {
    expect(suggestName('abcd efgh', 5)).toBe('abcd');
  });
});

describe('suggestFreeName', () => {
  it('numbers a name that is taken, within the limit', () => {
    const taken = new Set(['status', 'status_2']);
    expect(suggestFreeName('Status', (name) => taken.has(name))).toBe('status_3');
    expect(suggestFreeName('Abcdef', (name) => name === 'abcdef', 6)).toBe('abcd_2');
  });
});

describe('suggestPlural', () => {
  it.each([
    ['Account', 'Accounts'],
    ['Vendor certification', 'Vendor certifications'],
    ['Company', 'Companies'],
    ['Day', 'Days'],
    ['Box', 'Boxes'],
    ['Branch', 'Branches'],
    ['Contact person', 'Contact people'],
    ['Person', 'People'],
    ['顧客', '顧客'],
    ['Plan B2', 'Plan B2'],
    ['', ''],
  ])('%s → %s', (label, plural) => expect(suggestPlural(label)).toBe(plural));
});

describe('findNameFault', () => {
  it.each([
    ['', 'empty'],
    ['Deal', 'pattern'],
    ['2nd', 'pattern'],
    ['_x', 'pattern'],
    ['a-b', 'pattern'],
    ['a'.repeat(101), 'long'],
    ['owner', 'reserved'],
    ['amount', 'taken'],
    ['amount_2', undefined],
  ])('%s: %s', (name, fault) => {
    const rules = {
      isReserved: (text: string) => RESERVED_FIELD_NAMES.has(text),
      isTaken: (text: string) => text === 'amount',
    };
    expect(findNameFault(name, rules)).toBe(fault);
  });
});
