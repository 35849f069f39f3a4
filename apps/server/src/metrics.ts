/** Figures about this process in Prometheus' text format: requests, their durations, the event loop and memory. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  count: number;
  seconds: number;
  /** One more than `BUCKETS`: the last is for all that took longer. Not cumulated. */
  readonly buckets: number[];
}

export interface Metrics {
  begin(): void;
  end(method: string, route: string, status: number, milliseconds: number): void;
  render(): string;
  stop(): void;
}

export function createMetrics(): Metrics {
  const series = new Map<string, Series>();
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  let inFlight = 0;

  return {
    begin() {
      inFlight += 1;
    },
    end(method, route, status, milliseconds) {
      inFlight -= 1;
      const key = `${method} ${route} ${status}`;
      let entry = series.get(key);
      if (!entry) {
        entry = {
          method,
          route,
          status,
          count: 0,
          seconds: 0,
          buckets: new Array(BUCKETS.length + 1).fill(0),
        };
        series.set(key, entry);
      }
      const seconds = milliseconds / 1000;
      entry.count += 1;
      entry.seconds += seconds;
      const index = BUCKETS.findIndex((bound) => seconds <= bound);
      entry.buckets[index < 0 ? BUCKETS.length : index]! += 1;
    },
    render() {
      const memory = process.memoryUsage();
      const cpu = process.cpuUsage();
      const lines = [
        ...requestLines([...series.values()]),
        ...gauge('trellis_http_requests_in_flight', 'Requests being answered.', inFlight),
        ...gauge(
          'trellis_event_loop_delay_p50_seconds',
          'Median delay of the event loop.',
          seconds(loop.percentile(50)),
        ),
        ...gauge(
          'trellis_event_loop_delay_p99_seconds',
          'Its 99th percentile.',
          seconds(loop.percentile(99)),
        ),
        ...gauge('process_resident_memory_bytes', 'Resident memory.', memory.rss),
        ...gauge('nodejs_heap_size_used_bytes', 'Heap in use.', memory.heapUsed),
        ...gauge(
          'process_start_time_seconds',
          'Unix time of the start.',
          Date.now() / 1000 - process.uptime(),
        ),
        '# HELP process_cpu_seconds_total Processor time used.',
        '# TYPE process_cpu_seconds_total counter',
        `process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`,
      ];
      return `${lines.join('\n')}\n`;
    },
    stop() {
      loop.disable();
    },
  };
}

function requestLines(all: readonly Series[]): string[] {
  const name = 'trellis_http_request_duration_seconds';
  const lines = [`# HELP ${name} Duration of requests by route.`, `# TYPE ${name} histogram`];
  for (const { method, route, status, count, seconds: sum, buckets } of all) {
    const labels = `method="${method}",route="${escapeLabel(route)}",status="${status}"`;
    let cumulated = 0;
    for (const [index, bound] of BUCKETS.entries()) {
      cumulated += buckets[index]!;
      lines.push(`${name}_bucket{${labels},le="${bound}"} ${cumulated}`);
    }
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`, `${name}_sum{${labels}} ${sum}`);
    lines.push(`${name}_count{${labels}} ${count}`);
  }
  return lines;
}

function gauge(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
}

function seconds(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : 0;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
