# A room is a folder and one library target. A room sees its own headers and
# those of the rooms it depends on, and no others: each room exports a folder
# in which nothing but its own path exists, so an include that crosses the
# house without an arrow does not compile.

# Where nothing is hot, a fourth less time in the compiler: the tests' own code
# and what declares flags (CLI11 is header-only). Comes after the build type's
# options, and so wins.
set(TUNESMITH_COLD_OPTIONS -O1)

# Programs and tests link these ahead of all else: the first library that has a
# name answers for it, and libparquet exports the whole OpenSSL that it was built
# with, which no update of the system mends. (That copy in turn is answered by
# libcrypto; only encrypted Parquet files use it, and nothing here reads those.)
set(TUNESMITH_FIRST_LIBRARIES OpenSSL::Crypto)

# tunesmith_precompiled(<target> HEADERS <header>... [DEPENDS <target>...]
#                       [OPTIONS <option>...])
#
# Headers that many rooms include, compiled once: rooms and tests name <target>
# as PRECOMPILED. OPTIONS: those that all who use it are compiled with.
function(tunesmith_precompiled target)
  cmake_parse_arguments(SHARED "" "" "HEADERS;DEPENDS;OPTIONS" ${ARGN})
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/${target}.cc" CONTENT "")
  add_library(${target} OBJECT "${CMAKE_BINARY_DIR}/generated/${target}.cc")
  target_link_libraries(${target} PRIVATE ${SHARED_DEPENDS})
  target_compile_options(${target} PRIVATE ${SHARED_OPTIONS})
  target_precompile_headers(${target} PRIVATE ${SHARED_HEADERS})
endfunction()

# tunesmith_room(<target> [DEPENDS <target>...] [PRECOMPILED <target>])
#
# Makes <target> from every .cc file of the current folder except main.cc and
# files named *_main.cc.
function(tunesmith_room target)
  cmake_parse_arguments(ROOM "" "PRECOMPILED" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  list(FILTER sources EXCLUDE REGEX "(/|_)main\\.cc$")
  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
  set(include_dir "${CMAKE_BINARY_DIR}/rooms/${target}")
  get_filename_component(parent "${include_dir}/${folder}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${include_dir}/${folder}" SYMBOLIC)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC "${include_dir}")
    target_link_libraries(${target} PUBLIC ${ROOM_DEPENDS})
    if(ROOM_PRECOMPILED)
      target_precompile_headers(${target} REUSE_FROM ${ROOM_PRECOMPILED})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${include_dir}")
    target_link_libraries(${target} INTERFACE ${ROOM_DEPENDS})
  endif()
endfunction()

# tunesmith_program(<target> MAIN <file> [DEPENDS <target>...])
function(tunesmith_program target)
  cmake_parse_arguments(PROGRAM "" "MAIN" "DEPENDS" ${ARGN})
  add_executable(${target} ${PROGRAM_MAIN})
  target_compile_options(${target} PRIVATE ${TUNESMITH_COLD_OPTIONS})
  target_link_libraries(${target} PRIVATE ${TUNESMITH_FIRST_LIBRARIES} ${PROGRAM_DEPENDS})
endfunction()

# tunesmith_tests(<folder> LABEL <label> [DEPENDS <target>...] [TIMEOUT <s>]
#                 [PRECOMPILED <target>])
#
# One test program from every *_test.cc file of tests/<folder>, and one test
# for each of its cases.
function(tunesmith_tests folder)
  cmake_parse_arguments(TESTS "" "LABEL;TIMEOUT;PRECOMPILED" "DEPENDS" ${ARGN})
  if(NOT TESTS_TIMEOUT)
    set(TESTS_TIMEOUT 60)
  endif()
  if(NOT TESTS_PRECOMPILED)
    set(TESTS_PRECOMPILED test_precompiled)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*.cc")
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target "${folder}_tests")
  add_executable(${target} ${sources})
  set(include_dir "${CMAKE_BINARY_DIR}/rooms/tests")
  file(MAKE_DIRECTORY "${include_dir}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/tests" "${include_dir}/tests" SYMBOLIC)
  target_include_directories(${target} PRIVATE "${include_dir}")
  target_link_libraries(${target} PRIVATE ${TUNESMITH_FIRST_LIBRARIES} ${TESTS_DEPENDS}
                                          GTest::gmock GTest::gtest_main)
  # As position-independent as the objects of rooms, or the precompiled headers
  # do not fit.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC ${TUNESMITH_COLD_OPTIONS})
  target_precompile_headers(${target} REUSE_FROM ${TESTS_PRECOMPILED})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  # Loading LibTorch under sanitizers takes a while on a busy machine. Memory
  # that cannot be had is an error to handle there as elsewhere.
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
                       PROPERTIES LABELS ${TESTS_LABEL} TIMEOUT ${TESTS_TIMEOUT}
                                  ENVIRONMENT ASAN_OPTIONS=allocator_may_return_null=1)
endfunction()
