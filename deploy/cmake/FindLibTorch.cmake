# LibTorch as the torch wheel ships it. The wheel's own CMake package demands a
# CUDA toolkit; its CPU libraries need none. Defines LibTorch::LibTorch.
set(LibTorch_ROOT "${TUNESMITH_DEPS_DIR}/torch" CACHE PATH "The wheel's torch/ folder")
find_path(LibTorch_INCLUDE_DIR ATen/core/Tensor.h
          PATHS "${LibTorch_ROOT}/include" NO_DEFAULT_PATH)
find_library(LibTorch_CPU_LIBRARY torch_cpu PATHS "${LibTorch_ROOT}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY c10 PATHS "${LibTorch_ROOT}/lib" NO_DEFAULT_PATH)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  LibTorch REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run deploy/setup, or set LibTorch_ROOT")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  # The wheel carries headers of an old Protobuf in the same folder: never link
  # this target and a Protobuf one into the same room.
  target_include_directories(
    LibTorch::LibTorch SYSTEM
    INTERFACE "${LibTorch_INCLUDE_DIR}" "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
  target_link_libraries(LibTorch::LibTorch INTERFACE "${LibTorch_CPU_LIBRARY}" "${LibTorch_C10_LIBRARY}")
  # The CUDA libraries that torch_cpu names are found at run time, if at all.
  target_link_options(LibTorch::LibTorch INTERFACE "LINKER:--allow-shlib-undefined")
endif()
