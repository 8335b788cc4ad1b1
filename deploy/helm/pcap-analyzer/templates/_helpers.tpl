{{- define "pcap.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "pcap.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pcap.labels" -}}
{{ include "pcap.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "pcap.claim" -}}
{{ .Values.persistence.existingClaim | default (include "pcap.name" .) }}
{{- end }}

{{- /* What every container of ours is and may do. */ -}}
{{- define "pcap.container" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion }}
image: {{ printf "%s:%s%s" .Values.image.repository $tag (ternary (printf "@%s" .Values.image.digest) "" (ne .Values.image.digest "")) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - { name: DATA_DIR, value: /data }
  - { name: ALLOWED_HOSTS, value: {{ prepend (list "localhost" "127.0.0.1") .Values.host | compact | join "," | quote }} }
  {{- if .Values.scale.enabled }}
  - { name: WORKER_METRICS_PORT, value: "9000" }
  {{- end }}
  {{- with .Values.trustedProxies }}
  - { name: TRUSTED_PROXIES, value: {{ join "," . | quote }} }
  {{- end }}
  {{- range $name, $value := .Values.settings }}
  - { name: {{ $name }}, value: {{ $value | toString | quote }} }
  {{- end }}
  {{- range $name, $secret := .Values.secretSettings }}
  - name: {{ $name }}
    valueFrom: { secretKeyRef: { name: {{ $secret.name }}, key: {{ $secret.key }} } }
  {{- end }}
securityContext:
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL] }
volumeMounts:
  - { name: data, mountPath: /data }
  - { name: tmp, mountPath: /tmp }
{{- end }}

{{- /* What every pod of ours is and may do. */ -}}
{{- define "pcap.pod" -}}
serviceAccountName: {{ include "pcap.name" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "pcap.worker" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-worker
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pcap.migration" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-migrate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The way to names, and to PostgreSQL, Redis and the store. */ -}}
{{- define "pcap.engines" -}}
- ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
- ports: {{- range .Values.scale.enginePorts }}
    - { protocol: TCP, port: {{ . }} }
  {{- end }}
  {{- with .Values.networkPolicy.engines }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
