# Every library that Tunesmith links, as an imported target.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(SQLite3 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG QUIET)
if(NOT TARGET CLI11::CLI11)
  # Debian's package is headers alone.
  add_library(CLI11::CLI11 INTERFACE IMPORTED)
endif()
find_package(nlohmann_json REQUIRED)
if(TUNESMITH_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# The .proto files of google/api and google/rpc.
set(GOOGLEAPIS_PROTO_DIR "${TUNESMITH_DEPS_DIR}" CACHE PATH
    "Directory that holds google/rpc/status.proto")
if(NOT EXISTS "${GOOGLEAPIS_PROTO_DIR}/google/rpc/status.proto")
  message(FATAL_ERROR
          "google/rpc/status.proto is not under ${GOOGLEAPIS_PROTO_DIR}: run deploy/setup first")
endif()

if(TUNESMITH_WITH_TRAINER)
  find_package(LibTorch REQUIRED)
  find_package(Arrow REQUIRED)
  # Its own CMake file asks for tools that are not needed.
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(LibZip REQUIRED IMPORTED_TARGET libzip)
  pkg_check_modules(LibZstd REQUIRED IMPORTED_TARGET libzstd)
  find_package(ZLIB REQUIRED)
  pkg_check_modules(LibWebp REQUIRED IMPORTED_TARGET libwebp libwebpdemux)
  pkg_check_modules(LibAvif REQUIRED IMPORTED_TARGET libavif)
  find_package(JPEG REQUIRED)
  find_package(PNG REQUIRED)
  find_package(GIF REQUIRED)
  find_package(TIFF REQUIRED)
  find_program(CARGO NAMES cargo cargo-web REQUIRED)
endif()
