import { Avatar, Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconActivity,
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe, workspace } from '../api.ts';
import { paths } from '../paths.ts';
import { signOut } from '../sign-out.ts';

const SCHEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;

/** The person signed in: theme, other workspaces, sign out. */
export function UserMenu() {
  const { t } = useTranslation();
  const { user, workspaces, view } = useMe();
  const router = useRouter();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <UnstyledButton style={{ borderRadius: '50%' }}>
          <span className="tr-visually-hidden">{t('shell.userMenu', { name: user.name })}</span>
          <Avatar aria-hidden name={user.name} color="trellis" size={28} variant="filled" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '6px 10px 8px', lineHeight: 1.35 }}>
          <div style={{ fontWeight: 600 }}>{user.name}</div>
          <div style={{ color: 'var(--tr-dimmed)', fontSize: 12, overflowWrap: 'anywhere' }}>
            {user.email}
          </div>
        </div>
        <Menu.Divider />
        {!view && (
          <>
            <Menu.Item
              leftSection={<IconUser size={15} />}
              onClick={() => void router.navigate({ to: '/profile' })}
            >
              {t('shell.profile')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconActivity size={15} />}
              onClick={() => void router.navigate({ to: '/activity' })}
            >
              {t('shell.activity')}
            </Menu.Item>
            <Menu.Divider />
          </>
        )}
        <Menu.Label>{t('theme.title')}</Menu.Label>
        {SCHEMES.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            closeMenuOnClick={false}
            leftSection={<Icon size={15} />}
            rightSection={colorScheme === value && <IconCheck size={14} aria-hidden />}
            onClick={() => setColorScheme(value)}
          >
            {t(`theme.${value}`)}
          </Menu.Item>
        ))}
        {workspaces.length > 1 && (
          <>
            <Menu.Divider />
            <Menu.Label>{t('shell.workspaces')}</Menu.Label>
            {workspaces.map((each) => (
              <Menu.Item
                key={each.name}
                component="a"
                href={paths.inWorkspace(each.name)}
                rightSection={
                  each.name === workspace && <IconCheck size={14} aria-label={t('state.current')} />
                }
              >
                {each.label}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void signOut()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
