# Studio as one image: web, worker and commands are the same image with another command.
# docs/operations.md says what of this was tried.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/studio
# Node comes from the locked list of Python packages, so the build needs nothing else.
COPY requirements/base.txt requirements/base.txt
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements/base.txt
COPY package.json package-lock.json .npmrc ./
RUN PATH="/opt/studio/.venv/bin:$PATH" npm ci --omit=dev --loglevel=error
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation --editable . \
 && PATH="/opt/studio/.venv/bin:$PATH" npm run --silent build \
 && .venv/bin/python -m scripts.translations compile \
 && .venv/bin/python -m compileall -q studio \
 && rm -rf node_modules

FROM python:3.11-slim-bookworm
# pg_dump and pg_restore are what `studio backup` and `studio restore` call.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/studio --create-home studio \
 && install --directory --mode 1777 /run/studio-metrics
COPY --from=build /opt/studio /opt/studio
ENV PATH="/opt/studio/.venv/bin:$PATH" STUDIO_DATA=/var/lib/studio STUDIO_HOST=0.0.0.0 STUDIO_JSON_LOGS=1
# Counters lie in files named by process ids, which are the same in every container: so not on the shared volume.
ENV PROMETHEUS_MULTIPROC_DIR=/run/studio-metrics
WORKDIR /opt/studio
USER studio
VOLUME /var/lib/studio
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["studio", "web"]
