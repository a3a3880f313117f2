# Server, worker, trainer and command line on Debian 12. The image runs one
# program, chosen by the command: tunesmith-server, tunesmith-worker, tunesmith.
FROM debian:12-slim AS build
WORKDIR /src
ENV TUNESMITH_CACHE=/opt/tunesmith
COPY deploy deploy
RUN deploy/setup
COPY . .
RUN cmake --preset default -DTUNESMITH_BUILD_TESTS=OFF \
    && cmake --build --preset default

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       ca-certificates libgrpc++1.51 libprotobuf32 libsqlite3-0 libspdlog1.10 \
       libssl3 libzip4 libjpeg62-turbo libpng16-16 libwebp7 libwebpdemux2 libgif7 \
       libtiff6 libavif15 libutf8proc2 libzstd1 zlib1g \
       libprometheus-cpp-core1.0 libabsl20220623 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home tunesmith
# The programs find LibTorch and Arrow by the path that they were linked with.
COPY --from=build /opt/tunesmith /opt/tunesmith
COPY --from=build /src/.deps /src/.deps
COPY --from=build /src/build/default/bin /usr/local/bin
USER tunesmith
CMD ["tunesmith", "up", "--data-dir", "/home/tunesmith/data"]
