import { IconCube, type TablerIcon } from '@tabler/icons-react';
import type { ColorName } from '@trellis/metadata';
import { useEffect, useState } from 'react';
import { FIRST_ICONS } from './icons.ts';
import classes from './ObjectIcon.module.css';

const loaded = new Map<string, TablerIcon>(Object.entries(FIRST_ICONS));

/** Icons that a part of the application brings along, so that they are there when it first draws. */
export function addIcons(icons: Readonly<Record<string, TablerIcon>>): void {
  for (const [name, icon] of Object.entries(icons)) loaded.set(name, icon);
}

/** Whether an icon is drawn at once, without loading more. */
export function isIconLoaded(name: string): boolean {
  return loaded.has(name);
}

/** Loads the chunk that has an icon; the one with all of them only for a name that is in no other. */
async function loadIcon(name: string): Promise<void> {
  addIcons((await import('./icons-more.ts')).MORE_ICONS);
  if (!loaded.has(name)) loaded.set(name, (await import('./icons-rest.ts')).findIcon(name) ?? IconCube);
}

interface IconProps {
  /** Tabler's name, `building-bank`. */
  readonly name: string | null | undefined;
  readonly size?: number;
  readonly stroke?: number;
}

/** An icon that metadata names, decorative: the text beside it says what it is. Unknown names give a cube. */
export function NamedIcon({ name, size = 16, stroke = 1.75 }: IconProps) {
  const Icon = name ? loaded.get(name) : IconCube;
  const [, redraw] = useState(0);
  useEffect(() => {
    if (Icon !== undefined || !name) return;
    let isGone = false;
    void loadIcon(name).then(() => {
      if (!isGone) redraw((count) => count + 1);
    });
    return () => {
      isGone = true;
    };
  }, [Icon, name]);
  // Its place is kept while it loads.
  if (Icon === undefined)
    return <span style={{ display: 'inline-block', width: size, height: size }} aria-hidden />;
  return <Icon size={size} stroke={stroke} aria-hidden focusable={false} />;
}

/** The icon of an object or app on a tile of its colour. */
export function ObjectIcon({ icon, color, size = 22 }: { icon: string; color: ColorName; size?: number }) {
  return (
    <span
      className={classes.tile}
      style={{
        width: size,
        height: size,
        borderRadius: Math.round(size * 0.28),
        background: `var(--tr-${color}-background)`,
        color: `var(--tr-${color}-text)`,
      }}
    >
      <NamedIcon name={icon} size={Math.round(size * 0.64)} />
    </span>
  );
}
