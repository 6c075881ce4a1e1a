import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const rulesFile = 'infra/prometheus/rules.yaml';
export const rulesTestFile = 'infra/prometheus/rules.test.yaml';
export const dashboardFile = 'infra/grafana/dashboard.json';

export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string }[];
}

interface Dashboard {
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
}

export const readRules = (): Rule[] =>
  (parse(readFileSync(rulesFile, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

export const readDashboard = (): Dashboard => JSON.parse(readFileSync(dashboardFile, 'utf8')) as Dashboard;

/** A query as Prometheus gets it, with something for Grafana's variables. */
export const withoutVariables = (query: string): string =>
  query
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$__interval', '5m')
    .replaceAll(/"\$\w+"/g, '".*"');
