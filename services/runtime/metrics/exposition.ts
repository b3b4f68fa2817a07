import { type Metric, Registry } from 'prom-client';

type Family = Awaited<ReturnType<Metric['get']>>;

/** A metric under the family name of OpenMetrics, where a counter's lacks `_total`. prom-client would rename the metric itself, for both formats. */
function asOpenMetric(metric: Metric): Metric {
  const renamed = (name: string) => name.replace(/_total$/, '');
  const { name, type } = metric as unknown as { name: string; type: string };
  const read = async (): Promise<Family> => {
    const own = metric as Metric & { getForPromString?: () => Promise<Family> };
    const family = await (own.getForPromString?.() ?? own.get());
    return type === 'counter' ? { ...family, name: renamed(family.name) } : family;
  };
  return { name: type === 'counter' ? renamed(name) : name, type, getForPromString: read } as unknown as Metric;
}

/** What a scrape is answered: in the format that it asks for, OpenMetrics (with exemplars) or Prometheus's text. */
export async function exposition(registry: Registry, openMetrics: boolean): Promise<{ type: string; body: string }> {
  if (!openMetrics) return { type: Registry.PROMETHEUS_CONTENT_TYPE, body: await registry.metrics() };
  const view = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  view.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of registry.getMetricsAsArray() as unknown as Metric[]) view.registerMetric(asOpenMetric(metric));
  return { type: Registry.OPENMETRICS_CONTENT_TYPE, body: await view.metrics() };
}
