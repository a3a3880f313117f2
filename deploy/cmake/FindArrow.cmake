# Arrow and Parquet as the pyarrow wheel ships them: headers and versioned
# libraries. Defines Arrow::Arrow and Arrow::Parquet.
set(Arrow_ROOT "${TUNESMITH_DEPS_DIR}/pyarrow" CACHE PATH "The wheel's pyarrow/ folder")
find_path(Arrow_INCLUDE_DIR arrow/api.h PATHS "${Arrow_ROOT}/include" NO_DEFAULT_PATH)
file(GLOB Arrow_LIBRARY "${Arrow_ROOT}/libarrow.so.*00")
file(GLOB Arrow_PARQUET_LIBRARY "${Arrow_ROOT}/libparquet.so.*00")

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Arrow REQUIRED_VARS Arrow_LIBRARY Arrow_PARQUET_LIBRARY Arrow_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run deploy/setup, or set Arrow_ROOT")

if(Arrow_FOUND AND NOT TARGET Arrow::Arrow)
  add_library(Arrow::Arrow SHARED IMPORTED)
  set_target_properties(Arrow::Arrow PROPERTIES IMPORTED_LOCATION "${Arrow_LIBRARY}")
  target_include_directories(Arrow::Arrow SYSTEM INTERFACE "${Arrow_INCLUDE_DIR}")
  add_library(Arrow::Parquet SHARED IMPORTED)
  set_target_properties(Arrow::Parquet PROPERTIES IMPORTED_LOCATION "${Arrow_PARQUET_LIBRARY}")
  target_link_libraries(Arrow::Parquet INTERFACE Arrow::Arrow)
endif()
