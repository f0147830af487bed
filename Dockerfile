# Three stages: browser assets, Python packages, and the image that runs.
# docker build -t assay . && docker run -p 8000:8000 -v assay:/data assay

FROM node:20-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
RUN mkdir vendor \
 && cp node_modules/htmx.org/dist/htmx.min.js node_modules/@picocss/pico/css/pico.min.css vendor/ \
 && for weight in Regular Italic Medium SemiBold Bold; do cp "node_modules/inter-ui/web/Inter-$weight.woff2" vendor/; done \
 && cp node_modules/@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2 vendor/

FROM python:3.11-slim-bookworm AS packages
WORKDIR /srv/assay
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements-uv.lock requirements.lock requirements.in pyproject.toml ./
RUN python -m venv .venv \
 && .venv/bin/pip install --require-hashes -r requirements-uv.lock \
 && .venv/bin/pip install --require-hashes -r requirements.lock
COPY app/__init__.py app/
RUN .venv/bin/pip install --no-build-isolation --no-deps -e . \
 && .venv/bin/pip uninstall -y uv

FROM python:3.11-slim-bookworm AS assay
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libmagic1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home --home-dir /home/assay assay \
 && install -d -o assay -g assay -m 0700 /data
WORKDIR /srv/assay
COPY --from=packages /srv/assay /srv/assay
COPY . .
COPY --from=assets /build/vendor app/static/vendor
RUN .venv/bin/python -m compileall -q app
ENV PATH=/srv/assay/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ASSAY_DATA_DIR=/data \
    ASSAY_HOST=0.0.0.0 \
    ASSAY_PORT=8000
USER assay
VOLUME /data
EXPOSE 8000
# No shell tools in the image are needed: the interpreter asks. A busy start may take the first half minute.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['ASSAY_PORT']}/healthz\", timeout=4)"]
CMD ["assay", "serve"]
