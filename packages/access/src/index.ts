/** The front door of the access room. */
export {
  type Action,
  ADMINISTRATOR,
  type Decision,
  decide,
  type KeyScope,
  type Principal,
  SYSTEM_RIGHTS,
  type SystemRight,
  systemRights,
} from './access.ts';
