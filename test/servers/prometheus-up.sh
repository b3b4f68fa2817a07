#!/usr/bin/env bash
# Starts Prometheus and Alertmanager on 127.0.0.1; does nothing where they run already.
# PROMETHEUS_PORT (29490), ALERTMANAGER_PORT (29493), METRICS_TARGET (127.0.0.1:8080), METRICS_TOKEN (sent as a bearer token),
# PROMETHEUS_RULES (files of rules, as a pattern; default: deploy/prometheus/rules/*.yml), SCRAPE_INTERVAL (5s); INFRA_HOME: see common.sh.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
PORT=${PROMETHEUS_PORT:-29490}
ALERTS=${ALERTMANAGER_PORT:-29493}
RULES=$(realpath "${PROMETHEUS_RULES:-$HERE/../../deploy/prometheus/rules/*.yml}")
INTERVAL=${SCRAPE_INTERVAL:-5s}
command -v prometheus >/dev/null || die 'no prometheus on PATH'
MANAGER=$(command -v prometheus-alertmanager || command -v alertmanager) || die 'no alertmanager on PATH'
answers() { curl -fsS "http://127.0.0.1:$1/-/ready"; }

claim "alertmanager-$ALERTS"
if ! alive "$RUN/pid"; then
  cat >"$RUN/alertmanager.yml" <<YAML
route: { receiver: nobody, group_by: [alertname], group_wait: 1s }
receivers: [{ name: nobody }]
YAML
  launch "$MANAGER" --config.file="$RUN/alertmanager.yml" --storage.path="$RUN/data" \
    --web.listen-address="127.0.0.1:$ALERTS" --cluster.listen-address=
  ready 30 "http://127.0.0.1:$ALERTS" answers "$ALERTS"
fi

claim "prometheus-$PORT"
done_if_running "http://127.0.0.1:$PORT"
AUTHORIZATION=
if [ -n "${METRICS_TOKEN:-}" ]; then
  (umask 077 && printf %s "$METRICS_TOKEN" >"$RUN/token")
  AUTHORIZATION="authorization: { credentials_file: '$RUN/token' }"
fi
cat >"$RUN/prometheus.yml" <<YAML
global: { scrape_interval: $INTERVAL, evaluation_interval: $INTERVAL }
rule_files: ['$RULES']
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:$ALERTS'] }] }] }
scrape_configs:
  - job_name: sansdelai
    static_configs: [{ targets: ['${METRICS_TARGET:-127.0.0.1:8080}'] }]
    $AUTHORIZATION
YAML
if command -v promtool >/dev/null; then
  promtool check config "$RUN/prometheus.yml" >"$RUN/check.log" 2>&1 || { cat "$RUN/check.log" >&2; die 'promtool refuses the configuration'; }
fi
launch prometheus --config.file="$RUN/prometheus.yml" --storage.tsdb.path="$RUN/data" --storage.tsdb.retention.time=2d \
  --web.listen-address="127.0.0.1:$PORT" --web.enable-lifecycle --enable-feature=exemplar-storage
ready 30 "http://127.0.0.1:$PORT" answers "$PORT"
