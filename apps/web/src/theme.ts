/**
 * The look of Trellis in one file: calm, dense, one accent. Every input gets the same size here (a Mantine input
 * without it is 6 px taller than its neighbours).
 */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { DARK, LIGHT, paletteVariables } from './ui/palette.ts';

/** The accent: an indigo that carries white text at 6:1. */
const trellis: MantineColorsTuple = [
  '#eef0fc',
  '#dcdff8',
  '#b9bff0',
  '#959fe8',
  '#7681df',
  '#5b67d3',
  '#4552c1',
  '#3a46a8',
  '#303a8b',
  '#262e6e',
];

/** Neutral greys with a hint of blue; Mantine paints dark surfaces from 7 (page) to 4 (borders). */
const dark: MantineColorsTuple = [
  '#e4e6eb',
  '#c3c7d0',
  '#a0a6b3',
  '#6d7482',
  '#353a44',
  '#2a2e37',
  '#22252d',
  '#191b21',
  '#141519',
  '#0e0f12',
];
const gray: MantineColorsTuple = [
  '#f8f9fa',
  '#f2f3f5',
  '#e7e9ed',
  '#d9dce2',
  '#c3c8d1',
  '#9aa1ae',
  '#6b7382',
  '#4b5361',
  '#333a46',
  '#1c212a',
];

/** Danger, in the two shades that Mantine fills with: white on them has 4.5:1 and more. */
const red: MantineColorsTuple = [
  '#fdecec',
  '#fcd9d9',
  '#f8b4b4',
  '#f48b8b',
  '#f26d6d',
  '#d92d30',
  '#c8252a',
  '#a91d22',
  '#8a191d',
  '#6d1619',
];

const small = { defaultProps: { size: 'xs' } };

export const theme = createTheme({
  primaryColor: 'trellis',
  primaryShade: { light: 6, dark: 5 },
  colors: { trellis, dark, gray, red },
  fontFamily:
    "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.8125rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.45' },
  spacing: { xs: '0.375rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '10px', xl: '14px' },
  shadows: {
    xs: '0 1px 2px rgb(15 18 30 / 0.06)',
    sm: '0 1px 3px rgb(15 18 30 / 0.08), 0 1px 2px rgb(15 18 30 / 0.04)',
    md: '0 6px 20px rgb(15 18 30 / 0.10), 0 1px 3px rgb(15 18 30 / 0.06)',
    lg: '0 12px 32px rgb(15 18 30 / 0.14), 0 2px 6px rgb(15 18 30 / 0.06)',
    xl: '0 20px 48px rgb(15 18 30 / 0.18)',
  },
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    Autocomplete: small,
    Button: { defaultProps: { size: 'xs', fw: 500 } },
    // The radius of other inputs would make a circle of it, which is how one of several choices looks.
    Checkbox: { defaultProps: { size: 'xs', radius: 'xs' } },
    Chip: small,
    ColorInput: small,
    DateInput: small,
    DatePickerInput: small,
    DateTimePicker: small,
    Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.35 } } },
    FileInput: small,
    InputBase: small,
    JsonInput: small,
    Menu: { defaultProps: { shadow: 'md', withinPortal: true } },
    Modal: {
      defaultProps: { overlayProps: { backgroundOpacity: 0.35 }, radius: 'lg' },
      styles: { title: { fontWeight: 600 } },
    },
    MultiSelect: small,
    NativeSelect: small,
    NumberInput: small,
    PasswordInput: small,
    PillsInput: small,
    Popover: { defaultProps: { shadow: 'md', withinPortal: true } },
    Radio: small,
    SegmentedControl: small,
    Select: small,
    Switch: small,
    TagsInput: small,
    Textarea: small,
    TextInput: small,
    TimeInput: small,
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, fz: 12 } },
  },
});

/** Notices in the colours of the palette: titles in Mantine's own yellow and orange have too little contrast. */
function noticeVariables(scheme: typeof LIGHT): Record<string, string> {
  return Object.fromEntries(
    (['yellow', 'orange', 'green'] as const).flatMap((name) => [
      [`--mantine-color-${name}-light`, scheme[name].background],
      [`--mantine-color-${name}-light-color`, scheme[name].text],
    ]),
  );
}

/** Our own variables: surfaces, borders and the palette of options, in both schemes. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...paletteVariables(LIGHT),
    ...noticeVariables(LIGHT),
    '--tr-page': '#ffffff',
    '--tr-sidebar': '#f7f8fa',
    '--tr-surface': '#ffffff',
    '--tr-raised': '#f7f8fa',
    '--tr-hover': '#f2f3f6',
    '--tr-selected': '#eef0fc',
    '--tr-found': '#ffe9a8',
    '--tr-border': '#e5e7ec',
    '--tr-border-strong': '#d3d7de',
    '--tr-text': '#1c212a',
    '--tr-dimmed': '#5c6472',
    '--tr-link': '#3a46a8',
    '--mantine-color-dimmed': '#5c6472',
    '--mantine-color-text': '#1c212a',
    '--mantine-color-error': '#b42318',
    '--mantine-color-placeholder': '#767d8a',
    '--mantine-color-anchor': '#3a46a8',
  },
  dark: {
    ...paletteVariables(DARK),
    ...noticeVariables(DARK),
    '--tr-page': '#191b21',
    '--tr-sidebar': '#141519',
    '--tr-surface': '#1d2027',
    '--tr-raised': '#22252d',
    '--tr-hover': '#252932',
    '--tr-selected': '#272b4a',
    '--tr-found': '#5c4710',
    '--tr-border': '#2c3039',
    '--tr-border-strong': '#3d424e',
    '--tr-text': '#e4e6eb',
    '--tr-dimmed': '#a0a6b3',
    '--tr-link': '#a5aef0',
    '--mantine-color-dimmed': '#a0a6b3',
    '--mantine-color-text': '#e4e6eb',
    '--mantine-color-error': '#ff9a8f',
    '--mantine-color-placeholder': '#8b92a0',
    '--mantine-color-anchor': '#a5aef0',
  },
});
