# syntax=docker/dockerfile:1

# The same version as in rust-toolchain.toml.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches live outside the image: only what is copied out of them stays.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked \
    && install -D target/dist/crm-server /out/crm-server \
    && mkdir /out/data

# The C library, certificates and time zones; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/crm-server /usr/local/bin/crm-server
# A new volume takes over the owner of the folder it is mounted on.
COPY --from=build --chown=nonroot:nonroot /out/data /data
# The default store, its secrets and its backups lie in data/ of the working folder, which is the volume. Settings may be
# mounted at /config/production.toml.
WORKDIR /
# Nothing here chooses the store or says whether there is a proxy: what an image sets is stronger than a file, and a
# wrong answer would go unnoticed. Where others reach the server, a start in production stops until it is given either a
# proxy with TLS (CRM__SERVER__BEHIND_PROXY=true and CRM__SERVER__TRUSTED_PROXIES) or a certificate
# (CRM__SERVER__TLS__CERT_FILE and CRM__SERVER__TLS__KEY_FILE). deploy/ has both kinds of store behind Caddy.
ENV CRM__ENVIRONMENT=production \
    CRM__SERVER__HOST=0.0.0.0
USER nonroot
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["/usr/local/bin/crm-server", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/crm-server"]
