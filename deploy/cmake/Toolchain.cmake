# Compiler flags, sanitizers, and the tools that make builds quick.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Designated initialisers leave defaults out on purpose. All with -pthread, as
# the precompiled headers that they share.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
                    -fno-omit-frame-pointer -pthread)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety)
endif()

if(TUNESMITH_SANITIZE)
  add_compile_options(-fsanitize=${TUNESMITH_SANITIZE} -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${TUNESMITH_SANITIZE})
endif()

if(TUNESMITH_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # The sloppiness that ccache asks for with precompiled headers; paths
  # relative to the source, so that clones share results; what a file includes
  # is told by the compiler, so that a miss costs no second preprocessing.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true CCACHE_DEPEND=true ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
