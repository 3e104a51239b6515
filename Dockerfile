FROM node:24-bookworm-slim AS frontend
WORKDIR /app/platform/frontend
COPY platform/frontend/package.json platform/frontend/package-lock.json platform/frontend/.npmrc ./
RUN npm ci
COPY platform/frontend ./
RUN npm run build

FROM python:3.12-slim-bookworm AS application
WORKDIR /app
COPY requirements requirements
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --no-deps --require-hashes \
    -r requirements/runtime.txt -r requirements/build.txt
COPY pyproject.toml ./
COPY config config
COPY tenants tenants
COPY migrations migrations
COPY platform/stackroom platform/stackroom
COPY --from=frontend /app/platform/stackroom/web/static/dist platform/stackroom/web/static/dist
# The image keeps the repository's layout, for the migrations stand beside the packages.
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && .venv/bin/python -m compileall -q config tenants platform

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home stackroom \
 && install -d -o stackroom -g stackroom /data
WORKDIR /app
COPY --from=application /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STACKROOM_ENV=production \
    STACKROOM_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=4s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["stackroom", "serve", "--host", "0.0.0.0", "--port", "8000"]
