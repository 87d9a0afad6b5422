"""What an empty editor begins with."""

EXAMPLE = """\
# Where audit events go, and what happens to them on the way.
receivers:
  audit: {start: now}        # or beginning: everything that was ever recorded

exporters:
  file:                      # one event a line, in the data folder of this server
    name: audit
#  webhook/siem:             # signed as Standard Webhooks has it
#    endpoint: https://siem.example.com/studio
#    secret: ${secret:siem_signing}   # stored under Settings, Secrets

service:
  pipelines:
    logs/all:
      receivers: [audit]
      exporters: [file]
"""
