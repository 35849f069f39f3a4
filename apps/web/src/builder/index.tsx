/** The door of the builder: what the application loads when someone opens `/setup`. */
export { BuilderRoutes } from './BuilderRoutes.tsx';
