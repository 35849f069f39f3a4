/** The door of the builder: what the application loads when someone opens `/setup`. */
import './parts/type-icons.ts';

export { BuilderRoutes } from './BuilderRoutes.tsx';
