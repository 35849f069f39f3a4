/**
 * The thirteen colours that metadata may name, as pairs of background and text for light and dark. Every pair has
 * a contrast of at least 4.5:1 (WCAG AA), which `palette.test.ts` computes.
 */
import type { ColorName } from '@trellis/metadata';

export interface ColorPair {
  readonly background: string;
  readonly text: string;
  /** For dots and icons on the page itself: at least 3:1 against it. */
  readonly strong: string;
}

export const LIGHT: Readonly<Record<ColorName, ColorPair>> = {
  gray: { background: '#eceef1', text: '#3b4351', strong: '#6b7280' },
  red: { background: '#fee2e2', text: '#991b1b', strong: '#dc2626' },
  pink: { background: '#fce7f3', text: '#9d174d', strong: '#db2777' },
  grape: { background: '#fae8ff', text: '#86198f', strong: '#c026d3' },
  violet: { background: '#ede9fe', text: '#5b21b6', strong: '#7c3aed' },
  indigo: { background: '#e0e7ff', text: '#3730a3', strong: '#4f46e5' },
  blue: { background: '#dbeafe', text: '#1e40af', strong: '#2563eb' },
  cyan: { background: '#cffafe', text: '#155e75', strong: '#0e7490' },
  teal: { background: '#ccfbf1', text: '#115e59', strong: '#0f766e' },
  green: { background: '#dcfce7', text: '#166534', strong: '#15803d' },
  lime: { background: '#ecfccb', text: '#3f6212', strong: '#4d7c0f' },
  yellow: { background: '#fef3c7', text: '#854d0e', strong: '#a16207' },
  orange: { background: '#ffedd5', text: '#9a3412', strong: '#c2410c' },
};

export const DARK: Readonly<Record<ColorName, ColorPair>> = {
  gray: { background: '#33373f', text: '#d6dae1', strong: '#9ca3af' },
  red: { background: '#4c1d1f', text: '#fecaca', strong: '#f87171' },
  pink: { background: '#4a1a33', text: '#fbcfe8', strong: '#f472b6' },
  grape: { background: '#45194b', text: '#f5d0fe', strong: '#e879f9' },
  violet: { background: '#33225e', text: '#ddd6fe', strong: '#a78bfa' },
  indigo: { background: '#2a2b5e', text: '#c7d2fe', strong: '#818cf8' },
  blue: { background: '#1c2f5c', text: '#bfdbfe', strong: '#60a5fa' },
  cyan: { background: '#143e4a', text: '#a5f3fc', strong: '#22d3ee' },
  teal: { background: '#12403d', text: '#99f6e4', strong: '#2dd4bf' },
  green: { background: '#163d25', text: '#bbf7d0', strong: '#4ade80' },
  lime: { background: '#2c3d13', text: '#d9f99d', strong: '#a3e635' },
  yellow: { background: '#453110', text: '#fde68a', strong: '#facc15' },
  orange: { background: '#4d2412', text: '#fed7aa', strong: '#fb923c' },
};

export const COLOR_NAMES = Object.keys(LIGHT) as readonly ColorName[];

/** The palette as CSS variables, `--tr-red-background`…, for both schemes: what the style sheet of the app is given. */
export function paletteVariables(scheme: Readonly<Record<ColorName, ColorPair>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(scheme).flatMap(([name, pair]) => [
      [`--tr-${name}-background`, pair.background],
      [`--tr-${name}-text`, pair.text],
      [`--tr-${name}-strong`, pair.strong],
    ]),
  );
}
