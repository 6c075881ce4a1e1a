import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';

interface Model {
  apiVersion: string;
  kind: string;
  prototype: { validate: () => void };
}

/** Kubernetes' own OpenAPI schemas, and those of the custom resources, as compiled by ajv. */
const models: Model[] = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  PodDisruptionBudget,
  PrometheusRule,
  ScaledObject,
  Service,
  ServiceAccount,
  ServiceMonitor,
];

/** What Kubernetes would refuse in a manifest, a line each; members that it does not know as well, which it only warns of. */
export function kubernetesFaults(manifest: { apiVersion: string; kind: string }): string[] {
  const model = models.find(({ apiVersion, kind }) => apiVersion === manifest.apiVersion && kind === manifest.kind);
  if (model === undefined) return [`no schema of ${manifest.apiVersion} ${manifest.kind}`];
  const unread: string[] = [];
  const watched = watch(manifest, '', unread);
  const errors = errorsOf(model, watched.value);
  watched.finish();
  return [...errors, ...unread.map((path) => `${path}: unknown`)];
}

function errorsOf({ prototype }: Model, value: unknown): string[] {
  try {
    prototype.validate.call(value);
    return [];
  } catch (error) {
    const { errors } = error as { errors?: { instancePath: string; keyword: string; params: object }[] };
    if (errors === undefined) throw error;
    return errors.map(({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${JSON.stringify(params)}`);
  }
}

/**
 * A view of a value that knows which of its members were read. A compiled schema reads all members that it knows, also those that are
 * not there, so that what it never read is unknown to it. An object of which it reads nothing may hold anything.
 */
function watch(value: unknown, path: string, unread: string[]): { value: unknown; finish: () => void } {
  if (typeof value !== 'object' || value === null) return { value, finish: () => {} };
  const children = new Map(Object.entries(value).map(([key, child]) => [key, watch(child, `${path}/${key}`, unread)]));
  const read = new Set<string | symbol>();
  const view = new Proxy(value, {
    get: (target, key) => {
      read.add(key);
      return (typeof key === 'string' ? children.get(key)?.value : undefined) ?? (Reflect.get(target, key) as unknown);
    },
  });
  return {
    value: view,
    finish: () => {
      if (read.size === 0) return;
      for (const [key, child] of children) {
        if (!read.has(key) && !Array.isArray(value)) unread.push(`${path}/${key}`);
        child.finish();
      }
    },
  };
}
