import { settingsPatchSchema } from '../settings.ts';
import { parsed, type Route } from './route.ts';

export const settingsRoutes: Route[] = [
  { method: 'GET', path: '/_control/settings', run: (context) => context.settings() },
  {
    method: 'PATCH',
    path: '/_control/settings',
    run: (context, { body }) => {
      context.changeSettings(parsed(settingsPatchSchema, body));
      return context.settings();
    },
  },
  {
    method: 'GET',
    path: '/_control/health',
    run: ({ state, now }) => ({
      status: 'ok',
      now: new Date(now()).toISOString(),
      trainingJobs: state.trainingJobs.size,
      models: state.models.size,
      endpointConfigs: state.endpointConfigs.size,
      alarms: state.alarms.size,
      faults: state.faults.size,
    }),
  },
  {
    method: 'POST',
    path: '/_control/reset',
    run: (context) => {
      context.reset();
      return { status: 'ok' };
    },
  },
];
