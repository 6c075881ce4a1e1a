{{- define "autodeploy.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Room for the longest suffix, "-migrate", within the 63 characters of a name. */}}
{{- define "autodeploy.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "autodeploy.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ include "autodeploy.name" . }}
{{- end }}

{{/* The argument is a list of the context and the component. */}}
{{- define "autodeploy.selectorLabels" -}}
{{- $context := index . 0 -}}
app.kubernetes.io/name: {{ include "autodeploy.name" $context }}
app.kubernetes.io/instance: {{ $context.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "autodeploy.image" -}}
{{- $tag := default .Chart.AppVersion .Values.image.tag -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ $tag }}
{{- end -}}
{{- end }}

{{- define "autodeploy.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "autodeploy.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end }}

{{/* Hooks run before the release's own service account exists: the migration has one of its own. */}}
{{- define "autodeploy.migrationServiceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ include "autodeploy.fullname" . }}-migrate
{{- else -}}
{{ include "autodeploy.serviceAccountName" . }}
{{- end -}}
{{- end }}

{{- define "autodeploy.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "autodeploy.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* Variables of every program. Secrets come from secrets that exist; nothing here is one. */}}
{{- define "autodeploy.env" -}}
- name: DATABASE_URL
  {{- if .Values.database.existingSecret }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.database.existingSecret }}
      key: {{ .Values.database.secretKey }}
  {{- else }}
  value: {{ .Values.database.url | quote }}
  {{- end }}
{{- if .Values.database.iam }}
- name: DATABASE_IAM
  value: 'true'
{{- end }}
{{- if .Values.database.password.existingSecret }}
- name: DATABASE_PASSWORD_FILE
  value: /etc/autodeploy/database/{{ .Values.database.password.secretKey }}
{{- end }}
- name: REDIS_URL
  {{- if .Values.redis.existingSecret }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.redis.existingSecret }}
      key: {{ .Values.redis.secretKey }}
  {{- else }}
  value: {{ .Values.redis.url | quote }}
  {{- end }}
- name: HEARTBEAT_FILE
  value: /tmp/heartbeat
{{- /* As JSON, since a number of a million and more would become 1e+06. */}}
{{- range $name, $value := .Values.config }}
{{- $text := kindIs "string" $value | ternary $value (toJson $value) }}
{{- if $text }}
- name: {{ $name }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "autodeploy.apiKeysEnv" -}}
- name: API_KEYS
  valueFrom:
    secretKeyRef:
      name: {{ .Values.apiKeys.existingSecret }}
      key: {{ .Values.apiKeys.secretKey }}
{{- end }}

{{- define "autodeploy.linkSigningKeyEnv" -}}
{{- if .Values.linkSigningKey.existingSecret -}}
- name: LINK_SIGNING_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.linkSigningKey.existingSecret }}
      key: {{ .Values.linkSigningKey.secretKey }}
{{- end }}
{{- end }}

{{/* Workers sign links. Without a key for that, one is derived from the API's. */}}
{{- define "autodeploy.workerEnv" -}}
{{- if .Values.linkSigningKey.existingSecret }}
{{- include "autodeploy.linkSigningKeyEnv" . }}
{{- else }}
{{- include "autodeploy.apiKeysEnv" . }}
{{- end }}
{{- with include "autodeploy.otlpHeadersEnv" . | trim }}
{{ . }}
{{- end }}
{{ include "autodeploy.programEnv" . | trim }}
{{- end }}

{{- define "autodeploy.otlpHeadersEnv" -}}
{{- if .Values.otlpHeaders.existingSecret -}}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ .Values.otlpHeaders.existingSecret }}
      key: {{ .Values.otlpHeaders.secretKey }}
{{- end }}
{{- end }}

{{/* Variables of API and workers. The migration, a hook, runs before the config map exists, and does not read it. */}}
{{- define "autodeploy.programEnv" -}}
{{- if .Values.deliveryFile }}
- name: DELIVERY_FILE
  value: /etc/autodeploy/delivery/delivery.yaml
{{- end }}
{{ include "autodeploy.env" . | trim }}
{{- end }}

{{- define "autodeploy.programVolumeMounts" -}}
{{- if .Values.deliveryFile }}
- name: delivery-file
  mountPath: /etc/autodeploy/delivery
  readOnly: true
{{- end }}
{{ include "autodeploy.volumeMounts" . | trim }}
{{- end }}

{{- define "autodeploy.programVolumes" -}}
{{- if .Values.deliveryFile }}
- name: delivery-file
  configMap:
    name: {{ include "autodeploy.fullname" . }}-delivery
{{- end }}
{{ include "autodeploy.volumes" . | trim }}
{{- end }}

{{/* The file is read once: another one needs other pods. The argument is a list of the context and the component. */}}
{{- define "autodeploy.podAnnotations" -}}
{{- $context := index . 0 -}}
{{- if $context.Values.deliveryFile }}
checksum/delivery-file: {{ sha256sum $context.Values.deliveryFile }}
{{- end }}
{{- with (index $context.Values (index . 1)).podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "autodeploy.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .Values.database.password.existingSecret }}
- name: database-password
  mountPath: /etc/autodeploy/database
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "autodeploy.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- if .Values.database.password.existingSecret }}
- name: database-password
  secret:
    secretName: {{ .Values.database.password.existingSecret }}
    # 0440
    defaultMode: 288
    items:
      - key: {{ .Values.database.password.secretKey }}
        path: {{ .Values.database.password.secretKey }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Over hosts and zones as far as there are any, unless the values say otherwise. The argument is as for selectorLabels. */}}
{{- define "autodeploy.topologySpreadConstraints" -}}
{{- $context := index . 0 -}}
{{- $component := index . 1 -}}
{{- with (index $context.Values $component).topologySpreadConstraints }}
{{- toYaml . }}
{{- else }}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "autodeploy.selectorLabels" (list $context $component) | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}

{{/* What of a pod's placement the values of a component say. The argument is that component's values. */}}
{{- define "autodeploy.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}
