import { expect, test } from 'vitest';
import { DARK, LIGHT } from './palette.ts';

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(left: string, right: string): number {
  const [light = 0, dark = 0] = [luminance(left), luminance(right)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test.each(Object.entries(LIGHT))('%s reads well in light', (_, pair) => {
  expect(contrast(pair.background, pair.text)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(pair.strong, '#ffffff')).toBeGreaterThanOrEqual(3);
});

test.each(Object.entries(DARK))('%s reads well in dark', (_, pair) => {
  expect(contrast(pair.background, pair.text)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(pair.strong, '#1b1d22')).toBeGreaterThanOrEqual(3);
});
