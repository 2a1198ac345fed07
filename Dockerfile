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
WORKDIR /data
# Inside a container the server has to listen at every address, so it must be told that a proxy with TLS stands before it.
# Where there is none, publish the port to this machine only, or set CRM__SERVER__TLS__CERT_FILE and …__KEY_FILE and
# CRM__SERVER__BEHIND_PROXY=false.
ENV CRM__ENVIRONMENT=production \
    CRM__SERVER__HOST=0.0.0.0 \
    CRM__SERVER__BEHIND_PROXY=true \
    CRM__STORE__URL=sqlite:///data/crm.db
USER nonroot
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["/usr/local/bin/crm-server", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/crm-server"]
